// Ctrl-K or Cmd-K: go to a channel, a person or the app by a few letters.
import { avatar } from "./avatar.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { go } from "./navigate.js";
import { closePicker, openPicker } from "./picker.js";
import { isMine, nameOf, state } from "./store.js";

export function openSwitcher() {
  closePicker();
  const anchor = h("button", { type: "button", class: "switcher-anchor", tabindex: "-1", "aria-hidden": "true" });
  document.body.append(anchor);
  const before = document.activeElement;
  const channels = [...state.channels.values()].filter(
    (channel) => !channel.is_im && (isMine(channel) || !channel.is_private),
  );
  openPicker({
    anchor,
    label: "Go to",
    placeholder: "Go to a channel or person",
    search: true,
    class: "switcher",
    width: Math.min(520, innerWidth - 24),
    groups: [
      {
        label: "Channels",
        items: channels.map((channel) => ({
          value: channel.id,
          label: channel.name,
          also: `#${channel.name}`,
          hint: channel.topic || channel.purpose,
          lead: icon(channel.is_private ? "lock" : "hash"),
        })),
      },
      {
        label: "People and apps",
        items: [...state.users.values()]
          .filter((user) => !user.deleted && user.id !== state.me && user.id !== "USLACKBOT")
          .map((user) => ({
            value: user.id,
            label: nameOf(user),
            hint: user.email ?? (user.is_bot ? "App" : ""),
            also: `@${user.name}`,
            lead: avatar(user, "small"),
          })),
      },
    ],
    pick: (item) => go(item.value),
    closed: () => {
      anchor.remove();
      if (document.activeElement === document.body) before?.focus?.({ preventScroll: true });
    },
  });
}

export function startSwitcher() {
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      if (document.querySelector("dialog[open]")) return;
      event.preventDefault();
      openSwitcher();
    }
  });
}
