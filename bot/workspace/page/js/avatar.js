// A person's sign: the first letters on their colour. An app gets a square one.
import { h } from "./dom.js";
import { mark } from "./icons.js";
import { nameOf, state } from "./store.js";

const HUES = 10;

function hue(id) {
  let sum = 0;
  for (const letter of String(id)) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return sum % HUES;
}

export function avatar(user, size = "") {
  if (user?.is_bot && user.id === state.app.user_id && /grail/i.test(nameOf(user))) {
    return h("span", { class: `avatar app ${size}`, "aria-hidden": "true" }, mark());
  }
  const letters = nameOf(user)
    .split(/\s+/)
    .map((part) => part[0] ?? "")
    .slice(0, 2)
    .join("")
    .toUpperCase();
  return h(
    "span",
    { class: `avatar ${user?.is_bot ? "app" : ""} hue-${hue(user?.id ?? letters)} ${size}`, "aria-hidden": "true" },
    letters,
  );
}
