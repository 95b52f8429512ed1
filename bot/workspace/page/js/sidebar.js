// The left side: who you are, the channels, direct messages and people.
import { avatar } from "./avatar.js";
import { timeIn } from "./dates.js";
import { h, isMac } from "./dom.js";
import { icon, mark } from "./icons.js";
import { go, become } from "./navigate.js";
import { openPicker } from "./picker.js";
import { openSwitcher } from "./switcher.js";
import { directWith, isMine, me, nameOf, on, otherOf, state } from "./store.js";

let root = null;

export function startSidebar(node) {
  root = node;
  on("state me place unread tab", draw);
  root.addEventListener("keydown", arrows);
  setInterval(() => {
    const clock = root.querySelector("[data-my-time]");
    if (clock && me()) clock.textContent = timeIn(me().tz);
  }, 5000);
}

function draw() {
  const focused = document.activeElement?.dataset?.goto ?? null;
  const scroll = root.querySelector(".side-scroll")?.scrollTop ?? 0;
  root.replaceChildren(
    brand(),
    identity(),
    h("div", { class: "side-scroll" }, apps(), channels(), directs(), people()),
  );
  root.querySelector(".side-scroll").scrollTop = scroll;
  if (focused && root.contains(document.activeElement) === false && document.activeElement === document.body) {
    root.querySelector(`[data-goto="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
}

const brand = () =>
  h(
    "div",
    { class: "brand" },
    mark(),
    h(
      "div",
      { class: "brand-words" },
      h("strong", {}, state.team.name || "Workspace"),
      h("span", {}, "Local workspace"),
    ),
    h(
      "button",
      {
        type: "button",
        class: "ghost square",
        "aria-label": "Go to a channel or person",
        title: `Go to… (${isMac ? "⌘" : "Ctrl"} K)`,
        on: { click: () => openSwitcher() },
      },
      icon("search"),
    ),
  );

function identity() {
  const user = me();
  if (!user) return h("div", { class: "identity" });
  const node = h(
    "button",
    {
      type: "button",
      class: "identity",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "aria-label": `You act as ${nameOf(user)}. Change`,
    },
    avatar(user, "large"),
    h(
      "span",
      { class: "identity-words" },
      h("span", { class: "identity-eyebrow" }, "You act as"),
      h("strong", {}, nameOf(user)),
      h("span", { class: "identity-mail" }, user.email ?? user.name),
      h("span", { class: "identity-zone" }, h("span", { data: { myTime: "" } }, timeIn(user.tz)), " ", user.tz),
    ),
    icon("chevron"),
  );
  node.addEventListener("click", () => choosePerson(node));
  return node;
}

export function choosePerson(anchor) {
  openPicker({
    anchor,
    label: "Act as",
    width: 300,
    search: state.users.size > 12,
    class: "people-picker",
    groups: [
      {
        label: "Act as",
        items: [...state.users.values()]
          .filter((user) => !user.is_bot && !user.deleted)
          .map((user) => ({
            value: user.id,
            label: nameOf(user),
            hint: [user.title, user.email].filter(Boolean).join(" · "),
            lead: avatar(user),
            tail: h("span", { class: "picker-tail", title: user.tz }, timeIn(user.tz)),
            selected: user.id === state.me,
          })),
      },
    ],
    pick: (item) => become(item.value),
  });
}

// Who is no full member: most apps do nothing for them, and that is worth trying.
const kindOf = (user) => (user.is_restricted ? "guest" : user.is_stranger ? "stranger" : null);

function row(id, lead, label, { unread = 0, hint = null, muted = false, kind = null } = {}) {
  const here = state.place === id;
  return h(
    "button",
    {
      type: "button",
      class: `side-row${unread ? " unread" : ""}${muted ? " muted" : ""}`,
      "aria-current": here ? "page" : null,
      data: { goto: id },
      on: { click: () => go(id) },
    },
    lead,
    h("span", { class: "side-label" }, label),
    kind && h("span", { class: "side-kind" }, kind),
    hint && h("span", { class: "side-hint" }, hint),
    unread ? h("span", { class: "badge", "aria-label": `${unread} new` }, unread > 9 ? "9+" : String(unread)) : null,
  );
}

const group = (title, rows) =>
  rows.length > 0 && h("section", { class: "side-group", "aria-label": title }, h("h2", {}, title), rows);

function apps() {
  const user = state.users.get(state.app.user_id);
  if (!user) return null;
  const direct = directWith(user.id);
  const id = direct?.id ?? user.id;
  const connected = state.app.connected;
  return group("App", [
    h(
      "div",
      { class: "side-app" },
      row(id, avatar(user, "small"), nameOf(user), { unread: state.unread.get(id) ?? 0 }),
      h(
        "span",
        {
          class: `link-state ${connected ? "on" : "off"}`,
          title: connected
            ? `Connected over ${connected === "socket" ? "Socket Mode" : "HTTP"}`
            : "No app is connected",
        },
        connected ? (connected === "socket" ? "Socket" : "HTTP") : "not connected",
      ),
    ),
  ]);
}

function channels() {
  const rows = [...state.channels.values()].filter(
    (channel) => !channel.is_im && !channel.is_archived && (isMine(channel) || !channel.is_private),
  );
  return group(
    "Channels",
    rows.map((channel) =>
      row(channel.id, icon(channel.is_private ? "lock" : "hash"), channel.name, {
        unread: state.unread.get(channel.id) ?? 0,
        muted: !isMine(channel),
        hint: isMine(channel) ? null : "not in it",
      }),
    ),
  );
}

function directs() {
  const rows = [...state.channels.values()].filter(
    (channel) => channel.is_im && isMine(channel) && otherOf(channel) && otherOf(channel).id !== state.app.user_id,
  );
  return group(
    "Direct messages",
    rows.map((channel) =>
      row(channel.id, avatar(otherOf(channel), "small"), nameOf(otherOf(channel)), {
        kind: kindOf(otherOf(channel)),
        unread: state.unread.get(channel.id) ?? 0,
      }),
    ),
  );
}

function people() {
  const rest = [...state.users.values()].filter(
    (user) => !user.is_bot && !user.deleted && user.id !== state.me && !directWith(user.id),
  );
  return group(
    "People",
    rest.map((user) =>
      row(user.id, avatar(user, "small"), nameOf(user), {
        kind: kindOf(user),
        hint: user.tz ? timeIn(user.tz) : null,
      }),
    ),
  );
}

function arrows(event) {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (!(event.key in steps) || !event.target.classList.contains("side-row")) return;
  const rows = [...root.querySelectorAll(".side-row")];
  rows[rows.indexOf(event.target) + steps[event.key]]?.focus();
  event.preventDefault();
}
