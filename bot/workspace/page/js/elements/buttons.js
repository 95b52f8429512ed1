// What is pressed once: buttons, link buttons, icon buttons, feedback buttons, and the overflow menu.
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { safeUrl, words } from "../mrkdwn.js";
import { openPicker } from "../picker.js";
import { press } from "../press.js";
import { state } from "../store.js";

const STYLE = { primary: "primary", danger: "danger" };

export function button(spec, block, ctx) {
  const name = `button ${STYLE[spec.style] ?? ""}`;
  const label = spec.accessibility_label ?? null;
  const url = safeUrl(spec.url);
  if (url) {
    // A link button opens its address and tells the app as well, like in Slack; nobody waits for the answer.
    const node = h(
      "a",
      { class: name, href: url, target: "_blank", rel: "noopener noreferrer", "aria-label": label },
      words(spec.text),
      icon("link"),
    );
    node.addEventListener("click", () => press(ctx, block, { ...spec, confirm: null }, spec.value, null));
    return node;
  }
  const node = h(
    "button",
    { type: "button", class: name, "aria-label": label },
    h("span", { class: "button-words" }, words(spec.text)),
  );
  node.addEventListener("click", () => press(ctx, block, spec, spec.value, node));
  return node;
}

export function iconButton(spec, block, ctx) {
  if (spec.visible_to_user_ids && !spec.visible_to_user_ids.includes(state.me)) return h("span", { hidden: true });
  const label = spec.accessibility_label ?? words(spec.text);
  const node = h(
    "button",
    { type: "button", class: "ghost icon-button", "aria-label": label, title: words(spec.text) },
    icon(spec.icon === "trash" ? "trash" : spec.icon),
  );
  node.addEventListener("click", () => press(ctx, block, spec, spec.value, node));
  return node;
}

export function feedbackButtons(spec, block, ctx) {
  const make = (part, picture) => {
    const label = part.accessibility_label ?? words(part.text);
    const node = h(
      "button",
      {
        type: "button",
        class: "ghost icon-button",
        "aria-label": label,
        "aria-pressed": "false",
        title: words(part.text),
        data: { value: part.value },
      },
      icon(picture),
    );
    node.addEventListener("click", async () => {
      if (!(await press(ctx, block, spec, part.value, node))) return;
      for (const other of node.parentElement.children) other.setAttribute("aria-pressed", String(other === node));
    });
    return node;
  };
  return h("span", { class: "feedback" }, make(spec.positive_button, "up"), make(spec.negative_button, "thumbdown"));
}

export function overflow(spec, block, ctx) {
  const node = h(
    "button",
    {
      type: "button",
      class: "button square",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
    },
    icon("more"),
  );
  node.addEventListener("click", () =>
    openPicker({
      anchor: node,
      kind: "menu",
      label: "More actions",
      align: "end",
      groups: [
        {
          items: spec.options.map((option) => ({
            value: option.value,
            label: words(option.text),
            hint: words(option.description),
            url: safeUrl(option.url),
            tail: option.url ? icon("link") : null,
          })),
        },
      ],
      pick: (item) => {
        if (item.url) window.open(item.url, "_blank", "noopener,noreferrer");
        press(ctx, block, item.url ? { ...spec, confirm: null } : spec, item.value, node);
      },
    }),
  );
  return node;
}
