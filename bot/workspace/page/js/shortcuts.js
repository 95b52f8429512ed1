// The app's shortcuts: global ones beside the composer, message ones in a message's menu.
import { post } from "./api.js";
import { icon } from "./icons.js";
import { complain } from "./notices.js";
import { openPicker } from "./picker.js";
import { asMe, state } from "./store.js";

const of = (type) =>
  state.shortcuts
    .filter((shortcut) => shortcut.type === type)
    .map((shortcut) => ({ value: shortcut.callback_id, label: shortcut.name, lead: icon("bolt") }));

export const messageShortcuts = () => of("message");
export const globalShortcuts = () => of("global");

export async function runShortcut(callback, where = {}) {
  complain(await post("shortcut", { as: asMe(), callback_id: callback, ...where }));
}

/** The menu of the bolt button: global shortcuts, then commands to start with. */
export function openShortcuts(anchor, write) {
  openPicker({
    anchor,
    label: "Shortcuts and commands",
    search: true,
    width: 300,
    groups: [
      { label: "Shortcuts", items: globalShortcuts() },
      {
        label: "Commands",
        items: state.commands.map((each) => ({
          value: each.command,
          label: each.command,
          hint: each.description || each.usage_hint,
          lead: icon("send"),
        })),
      },
    ],
    pick: (item) => (item.value.startsWith("/") ? write(`${item.value} `) : runShortcut(item.value)),
  });
}
