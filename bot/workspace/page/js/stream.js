// What the workspace tells us as it happens. After a break everything is read anew, so nothing is missed or doubled.
import { get } from "./api.js";
import * as store from "./store.js";

const { state, emit } = store;
const PAUSES = [400, 800, 1500, 3000, 5000];

let source = null;
let failures = 0;
let timer = 0;
let generation = 0;
const loading = new Map(); // place -> events that came while its messages were being read

export function connect() {
  clearTimeout(timer);
  source?.close();
  generation += 1;
  const mine = generation;
  source = new EventSource(`/control/stream?as=${encodeURIComponent(state.me)}`);
  for (const [name, take] of Object.entries(TAKE)) {
    source.addEventListener(name, (event) => {
      if (mine === generation) take(JSON.parse(event.data));
    });
  }
  source.addEventListener("hello", () => {
    if (mine === generation) resync();
  });
  source.addEventListener("error", () => {
    if (mine === generation) again();
  });
}

async function again() {
  source?.close();
  setConnection("reconnecting");
  if (failures > 0 && (await get("state")).status === 401) return renew();
  const pause = PAUSES[Math.min(failures, PAUSES.length - 1)];
  failures += 1;
  clearTimeout(timer);
  timer = setTimeout(connect, pause);
  return undefined;
}

/** The workspace was started anew and has another token: its page brings it. Where we are stands in the address. */
function renew() {
  const last = Number(sessionStorage.getItem("renewed") ?? 0);
  sessionStorage.setItem("renewed", String(Date.now()));
  if (Date.now() - last > 5000) location.reload();
}

function setConnection(value) {
  if (state.connection === value) return;
  state.connection = value;
  emit("connection", value);
}

async function resync() {
  const body = await get("state");
  if (body.ok === false) return again();
  store.takeState(body);
  const here = state.place;
  for (const place of [...state.messages.keys()]) if (place !== here) state.messages.delete(place);
  emit("state");
  await Promise.all([loadMessages(here), loadViews(), loadViolations()]);
  failures = 0;
  setConnection("live");
}

export async function loadMessages(place) {
  if (!place || !state.channels.has(place)) return emit("messages", { place });
  const mine = state.me;
  const events = [];
  loading.set(place, events);
  const body = await get("messages", { in: place, as: mine });
  if (loading.get(place) !== events || mine !== state.me) return undefined; // a later reading, or another person
  loading.delete(place);
  if (body.messages || body.refused) {
    // refused: a channel that this person is not in
    state.messages.set(place, new Map());
    for (const message of body.messages ?? []) store.putMessage(place, message);
    for (const replay of events) replay();
  }
  return emit("messages", { place, loaded: true });
}

export async function loadViews() {
  const mine = state.me;
  const body = await get("views", { as: mine });
  if (mine !== state.me || body.ok === false) return;
  state.views = body.views ?? [];
  state.home = body.home ?? null;
  emit("views");
  emit("home");
}

export async function loadViolations() {
  const body = await get("violations");
  if (!body.violations) return;
  state.violations = body.violations.length;
  emit("violations", body.violations);
}

function change(place, how, message) {
  const replay = () => how();
  loading.get(place)?.push(replay);
  replay();
  emit("messages", { place, message });
}

function arrived({ channel, message }) {
  const fresh = !store.messagesIn(channel).has(store.keyOf(message));
  change(channel, () => store.putMessage(channel, message), fresh ? message : null);
  if (fresh && message.user !== state.me && (channel !== state.place || document.hidden)) {
    state.unread.set(channel, (state.unread.get(channel) ?? 0) + 1);
    emit("unread");
  }
}

const ephemeral = (message) => ({ ...message, is_ephemeral: true });
const changed = ({ channel, message }) => change(channel, () => store.putMessage(channel, message));

const TAKE = {
  message: arrived,
  changed,
  deleted: ({ channel, ts }) => change(channel, () => store.dropMessage(channel, ts, "m")),
  ephemeral: ({ channel, message }) => arrived({ channel, message: ephemeral(message) }),
  ephemeral_changed: ({ channel, message }) => changed({ channel, message: ephemeral(message) }),
  ephemeral_deleted: ({ channel, ts }) => change(channel, () => store.dropMessage(channel, ts, "e")),
  views: ({ views }) => {
    state.views = views ?? [];
    emit("views");
  },
  home: ({ view }) => {
    state.home = view;
    emit("home");
  },
  channels: ({ channels }) => {
    store.takeChannels(channels);
    emit("state");
  },
  notice: (notice) => emit("notice", notice),
  weather: ({ weather }) => {
    state.weather = weather;
    emit("weather");
  },
  clock: ({ offset }) => {
    state.clock = offset;
    emit("clock");
  },
  violation: ({ count }) => {
    state.violations = count;
    emit("violations", null);
  },
};
