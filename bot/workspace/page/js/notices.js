// Short notices at the foot of the page: what went wrong, in words, announced to screen readers.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { on } from "./store.js";

const WORDS = {
  operation_timeout: "The app did not answer within 3 seconds (operation_timeout).",
  dispatch_failed: "The app answered with an error (dispatch_failed).",
  dispatch_unknown_error: "The app could not be reached.",
  app_not_connected: "No app is connected.",
  expired_trigger_id: "That took too long: the trigger_id has expired.",
};

let rack = null;

export function startNotices() {
  rack = h("div", { class: "notices", role: "status", "aria-live": "polite" });
  document.body.append(rack);
  on("notice", ({ text, level }) => notice(text, level));
}

export function notice(text, level = "info") {
  const body = WORDS[text] ?? text;
  if (!body) return;
  const same = [...rack.children].find((child) => child.dataset.text === body);
  if (same) same.remove();
  const node = h(
    "div",
    { class: `notice notice-${level}`, data: { text: body } },
    icon(level === "error" || level === "warning" ? "alert" : "info"),
    h("span", {}, body),
    h(
      "button",
      { type: "button", class: "ghost tiny", "aria-label": "Dismiss", on: { click: () => node.remove() } },
      icon("close"),
    ),
  );
  // In the top layer when a modal is open, or nobody would see it.
  const host = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  if (rack.parentElement !== host) host.append(rack);
  rack.append(node);
  while (rack.children.length > 3) rack.firstElementChild.remove();
  setTimeout(() => node.remove(), level === "error" ? 12000 : 7000);
}

/** A dialog that goes away must not take the notices with it. */
export function keepNotices() {
  if (!rack.isConnected || rack.closest("dialog")) document.body.append(rack);
}

/** Whether an answer is a failure; says so where the workspace has not told the person itself. */
export function complain(answer) {
  if (answer?.ok !== false) return false;
  if (answer.refused) notice(WORDS[answer.error] ?? answer.error ?? "The app did not answer.", "error");
  return true;
}
