// The panel on the right: a thread, the weather, or the violations. On a phone it covers the screen.
import { Composer } from "./composer.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { get } from "./api.js";
import { closePanel } from "./navigate.js";
import { inOrder, on, placeTitle, state } from "./store.js";
import { Timeline } from "./timeline.js";
import { drawWeather } from "./weather.js";

export function startSide(root) {
  const thread = threadPanel();
  let shown = null;
  let before = null;
  const show = () => {
    const panel = state.panel ?? null;
    document.body.classList.toggle("with-side", Boolean(panel));
    root.hidden = !panel;
    if (panel && !shown) before = document.activeElement;
    if (panel === "thread") {
      root.replaceChildren(thread.node);
      thread.show({ opened: true });
    } else if (panel === "weather") {
      root.replaceChildren(frame("Weather and clock", "What the app meets", drawWeather()));
    } else if (panel === "violations") {
      root.replaceChildren(
        frame("Slack's rules", "What the app sent against them", h("div", { class: "violation-list" }, "Loading…")),
      );
      drawViolations(root);
    } else root.replaceChildren();
    if (panel && panel !== "thread") root.querySelector("button")?.focus();
    if (!panel && shown && before?.isConnected) before.focus({ preventScroll: true });
    shown = panel;
  };
  on("panel", show);
  on("messages", (change) => state.panel === "thread" && change.place === state.place && thread.show(change));
  on("me state", () => state.panel === "thread" && thread.show({}));
  on("violations", () => state.panel === "violations" && drawViolations(root));
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) closePanel();
  });
}

const frame = (title, about, ...inside) =>
  h(
    "div",
    { class: "panel" },
    h(
      "header",
      { class: "panel-head" },
      h("div", {}, h("h2", {}, title), about && h("p", {}, about)),
      h(
        "button",
        {
          type: "button",
          class: "ghost square",
          "aria-label": "Close",
          title: "Close (Esc)",
          on: { click: closePanel },
        },
        icon("close"),
      ),
    ),
    inside,
  );

function threadPanel() {
  const timeline = new Timeline({
    label: "Thread",
    inThread: true,
    empty: () => h("p", { class: "panel-note" }, "This thread is empty."),
  });
  const composer = new Composer({ id: "thread-text" });
  const about = h("p", {});
  const node = frame("Thread", null, timeline.node, composer.node);
  node.querySelector("h2").after(about);
  return {
    node,
    show({ message = null, opened = false }) {
      const root = state.thread;
      about.textContent = placeTitle();
      const inside = inOrder(state.place).filter(
        (each) => (each.ts === root && !each.ephemeral_to && !each.is_ephemeral) || each.thread_ts === root,
      );
      timeline.show(state.place, inside, { thread: root, fresh: message?.thread_ts === root ? message : null });
      composer.turnTo(state.place, root);
      if (opened) composer.focus();
    },
  };
}

async function drawViolations(root) {
  const box = root.querySelector(".violation-list");
  const body = await get("violations");
  const rows = body.violations ?? [];
  box?.replaceChildren(
    ...(rows.length
      ? rows.map((row) =>
          h(
            "div",
            { class: "violation" },
            h("div", { class: "violation-head" }, h("strong", {}, row.method), row.path && h("code", {}, row.path)),
            h("p", {}, row.why),
          ),
        )
      : [
          h(
            "div",
            { class: "panel-empty" },
            icon("shield"),
            h("p", {}, "None. Everything the app sent keeps to Slack's rules and limits."),
          ),
        ]),
  );
}
