// Starts the page: reads who and what is here, draws the parts, then listens to the workspace.
import { get } from "./api.js";
import { startConversation } from "./conversation.js";
import { slackDate } from "./dates.js";
import { h } from "./dom.js";
import { mark } from "./icons.js";
import { startModals } from "./modal.js";
import { closePanel, followDirect, go, openThread, recall } from "./navigate.js";
import { startNotices } from "./notices.js";
import { startSide } from "./side.js";
import { startSidebar } from "./sidebar.js";
import { emit, on, placeTitle, state, takeState } from "./store.js";
import { connect } from "./stream.js";
import { startSwitcher } from "./switcher.js";

async function start() {
  startNotices();
  const body = await firstState();
  takeState(body);
  const thread = recall();
  on("state", followDirect); // first: the others show where it leads
  startSidebar(document.getElementById("sidebar"));
  startConversation(document.getElementById("main"));
  startSide(document.getElementById("side"));
  startModals();
  startSwitcher();
  emit("state");
  emit("place");
  emit("tab");
  if (thread) openThread(thread);
  else emit("focus-composer");
  connect();
}

/** The workspace may still be starting: wait for it, and say so. */
async function firstState() {
  const main = document.getElementById("main");
  for (let round = 0; ; round += 1) {
    const body = await get("state");
    if (body.users) {
      main.replaceChildren();
      return body;
    }
    if (round === 1)
      main.replaceChildren(
        h(
          "div",
          { class: "empty", role: "status" },
          mark(),
          h("h2", {}, "Waiting for the workspace"),
          h("p", {}, body.error ?? "It does not answer yet. Reload the page if it was started anew."),
        ),
      );
    await new Promise((resolve) => setTimeout(resolve, Math.min(3000, 300 * (round + 1))));
  }
}

addEventListener("click", (event) => {
  const to = event.target.closest?.(".mention-channel");
  if (to) go(to.dataset.goto);
  if (
    document.body.classList.contains("drawer") &&
    !event.target.closest("#sidebar, .drawer-button, .picker, .picker-shade")
  )
    document.body.classList.remove("drawer");
});

addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (document.body.classList.contains("drawer")) document.body.classList.remove("drawer");
  else if (state.panel) closePanel();
});

on("place unread me", () => {
  const unread = [...state.unread.values()].reduce((sum, count) => sum + count, 0);
  document.title = `${unread ? `(${unread}) ` : ""}${placeTitle()} · ${state.team.name || "Workspace"}`;
});

on("connection", (value) => {
  document.body.dataset.connection = value;
});

addEventListener("visibilitychange", () => {
  if (document.hidden || !state.place) return;
  state.unread.delete(state.place);
  emit("unread");
});

// "3 minutes ago" goes on.
setInterval(() => {
  for (const node of document.querySelectorAll("[data-ago]"))
    node.textContent = slackDate(Number(node.dataset.at), node.dataset.ago);
}, 5000);

start();
