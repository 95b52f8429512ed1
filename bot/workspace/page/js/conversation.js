// The middle: the head of the place, its messages (or the app's Home), and the composer.
import { avatar } from "./avatar.js";
import { Composer } from "./composer.js";
import { h } from "./dom.js";
import { emptyPlace } from "./empty.js";
import { drawHome } from "./home.js";
import { icon } from "./icons.js";
import { choosePerson } from "./sidebar.js";
import { openPanel, showTab } from "./navigate.js";
import { inOrder, isMine, isReply, me, messagesIn, nameOf, on, otherOf, placeTitle, state } from "./store.js";
import { Timeline } from "./timeline.js";
import { weatherCount } from "./weather.js";

export function startConversation(root) {
  const composer = new Composer({ id: "composer-text" });
  const timeline = new Timeline({ label: "Messages", empty: () => emptyPlace((text) => composer.write(text, true)) });
  const head = h("header", { class: "place-head" });
  const banner = h("div", { class: "banner", role: "status", hidden: true });
  const home = h("div", { class: "home", hidden: true, role: "tabpanel", "aria-label": "Home" });
  const talk = h("div", { class: "talk" }, timeline.node, composer.node);
  root.append(head, banner, home, talk);

  const drawHead = () => {
    const focused = head.contains(document.activeElement) ? document.activeElement.className : null;
    head.replaceChildren(...placeHead().filter(Boolean));
    if (focused) [...head.querySelectorAll("button")].find((node) => node.className === focused)?.focus();
  };
  const show = (change = {}) => {
    if (change.place && change.place !== state.place) return;
    const place = state.place;
    const known = state.messages.has(place) || !state.channels.has(place);
    const fresh = change.message && !isReply(change.message) ? change.message : null;
    timeline.show(place, [...inOrder(place)].filter(inPlace), { fresh, loading: !known });
    talk.classList.toggle("talk-empty", known && messagesIn(place).size === 0);
  };
  on("place me", () => {
    drawHead();
    composer.turnTo(state.place, null);
    show();
  });
  on("state", () => {
    drawHead();
    composer.turnTo(state.place, null);
    show();
  });
  on("messages", show);
  on("clock", () => show());
  on("weather violations connection panel", drawHead);
  on("focus-composer", () => composer.focus());
  on("tab home", () => {
    drawHead();
    const atHome =
      (state.tab === "home" && otherOf(state.channels.get(state.place))?.id === state.app.user_id) ||
      (state.tab === "home" && state.place === state.app.user_id);
    home.hidden = !atHome;
    talk.hidden = atHome;
    if (atHome) drawHome(home);
  });
  on("connection", (value) => {
    banner.hidden = value !== "reconnecting";
    banner.replaceChildren(h("span", { class: "spinner" }), "Reconnecting…");
  });
}

/** What stands in the place itself: no replies, but those that were sent to the channel as well. */
const inPlace = (message) =>
  !isReply(message) ||
  message.subtype === "thread_broadcast" ||
  (message.is_ephemeral && !messagesIn(state.place).has(`m${message.thread_ts}`));

function placeHead() {
  const channel = state.channels.get(state.place);
  const user = channel ? otherOf(channel) : state.users.get(state.place);
  const isApp = user && user.id === state.app.user_id;
  const about = user
    ? [user.title, user.email, user.is_bot ? "App" : user.tz].filter(Boolean).join(" · ")
    : channel?.topic || channel?.purpose;
  const person = h(
    "button",
    {
      type: "button",
      class: "ghost acting",
      "aria-label": `You act as ${nameOf(me())}. Change`,
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      on: { click: (event) => choosePerson(event.currentTarget) },
    },
    avatar(me(), "small"),
  );
  return [
    h(
      "button",
      {
        type: "button",
        class: "ghost square drawer-button",
        "aria-label": "Channels and people",
        on: { click: () => document.body.classList.toggle("drawer") },
      },
      icon("menu"),
    ),
    h(
      "div",
      { class: "place-words" },
      h(
        "h1",
        {},
        user ? avatar(user, "small") : icon(channel?.is_private ? "lock" : "hash"),
        h("span", {}, placeTitle().replace(/^#/, "")),
      ),
      about && h("p", { title: about }, about),
    ),
    isApp && tabs(),
    channel &&
      !channel.is_im &&
      h(
        "span",
        { class: "members", title: channel.members.map((id) => nameOf(state.users.get(id))).join(", ") },
        icon("people"),
        String(channel.members.length),
      ),
    channel && !channel.is_im && !isMine(channel) && h("span", { class: "tag" }, "not in it"),
    h(
      "div",
      { class: "head-tools" },
      violations(),
      h(
        "button",
        {
          type: "button",
          class: `ghost square${weatherCount() ? " stormy" : ""}`,
          "aria-label": "Weather: make Slack slow or fail, move the clock",
          title: "Weather and clock",
          "aria-pressed": String(state.panel === "weather"),
          on: { click: () => openPanel("weather") },
        },
        icon("cloud"),
        weatherCount() ? h("span", { class: "dot-mark" }) : null,
      ),
      person,
    ),
  ];
}

function tabs() {
  const tab = (name, label) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        class: `tab-${name}`,
        "aria-selected": String(state.tab === name),
        tabindex: state.tab === name ? null : "-1",
        on: { click: () => showTab(name) },
      },
      label,
    );
  const list = h(
    "div",
    { class: "tabs", role: "tablist", "aria-label": "App" },
    tab("home", "Home"),
    tab("messages", "Messages"),
  );
  list.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = state.tab === "home" ? "messages" : "home";
    showTab(other);
    document.querySelector(`.tab-${other}`)?.focus();
  });
  return list;
}

function violations() {
  const count = state.violations;
  return h(
    "button",
    {
      type: "button",
      class: `ghost violations ${count ? "some" : "none"}`,
      title: count ? "What the app sent against Slack's rules" : "Everything the app sent keeps to Slack's rules",
      "aria-label": `${count} violations of Slack's rules`,
      on: { click: () => openPanel("violations") },
    },
    icon("shield"),
    h("span", {}, count ? String(count) : "0"),
  );
}
