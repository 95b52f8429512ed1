// Where the page is: which person, which place, which thread. It stands in the address, so a reload comes back here.
import { post } from "./api.js";
import { asMe, directWith, emit, isMine, state } from "./store.js";
import { connect, loadMessages } from "./stream.js";

export function go(place, { tab = "messages", focus = true } = {}) {
  const user = state.users.get(place);
  const id = user ? (directWith(user.id)?.id ?? user.id) : place;
  const moved = state.place !== id;
  state.place = id;
  state.unread.delete(id);
  document.body.classList.remove("drawer");
  if (moved) closeThread();
  remember();
  emit("place");
  showTab(tab);
  if (state.messages.has(id)) emit("messages", { place: id, loaded: true });
  else loadMessages(id);
  if (focus) emit("focus-composer");
}

export function showTab(tab) {
  state.tab = tab;
  emit("tab");
  if (tab === "home") post("open_home", { as: asMe() });
}

export function become(user) {
  if (user === state.me) return;
  const other = directWith(state.place) ? null : state.channels.get(state.place);
  state.me = user;
  state.messages.clear();
  state.unread.clear();
  state.views = [];
  state.home = null;
  emit("views");
  const place =
    other && !other.is_im
      ? other.id
      : other?.is_im
        ? (directWith(state.app.user_id)?.id ?? state.app.user_id)
        : state.place;
  const stays = state.channels.get(place);
  state.place = !stays || (stays.is_private && !isMine(stays)) ? firstPlace() : place;
  closeThread();
  remember();
  emit("me");
  emit("place");
  showTab("messages");
  connect();
  emit("focus-composer");
}

/** Where a newcomer stands: the first channel that the app is in too, but not the one for everybody. */
export function firstPlace() {
  const mine = [...state.channels.values()].filter((channel) => !channel.is_im && isMine(channel));
  return (mine.find((channel) => channel.is_member && channel.name !== "general") ?? mine[0])?.id ?? null;
}

/** A direct message that has just been opened by the first words takes over from the person's name. */
export function followDirect() {
  const opened = state.users.has(state.place) ? directWith(state.place) : null;
  if (!opened) return;
  state.place = opened.id;
  if (!state.messages.has(opened.id)) loadMessages(opened.id);
}

export function openThread(ts) {
  state.thread = ts;
  state.panel = "thread";
  remember();
  emit("panel");
}

export function closeThread() {
  if (state.panel === "thread") closePanel();
}

export function openPanel(name) {
  state.thread = null;
  state.panel = state.panel === name ? null : name;
  emit("panel");
}

export function closePanel() {
  state.thread = null;
  state.panel = null;
  remember();
  emit("panel");
}

function remember() {
  const user = state.users.get(state.me);
  const channel = state.channels.get(state.place);
  const words = new URLSearchParams();
  if (user) words.set("as", user.name);
  if (channel) words.set("in", channel.is_im ? channel.id : channel.name);
  if (state.thread) words.set("thread", state.thread);
  history.replaceState(null, "", `#${words}`);
}

/** Reads the address; what it does not say takes the default. */
export function recall() {
  const words = new URLSearchParams(location.hash.slice(1));
  const people = [...state.users.values()].filter((user) => !user.is_bot && !user.deleted);
  state.me = (people.find((user) => user.name === words.get("as")) ?? people[0])?.id ?? null;
  const wanted = words.get("in");
  const place = [...state.channels.values()].find(
    (channel) => isMine(channel) && (channel.id === wanted || channel.name === wanted),
  );
  state.place = place?.id ?? firstPlace();
  return words.get("thread");
}
