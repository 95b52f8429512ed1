// Fields to type into: text, number, e-mail, address.
import { debounce, h } from "../dom.js";
import { words } from "../mrkdwn.js";
import { press } from "../press.js";

const TYPES = { number_input: "text", email_text_input: "email", url_text_input: "url" };

export function textInput(spec, block, ctx, about) {
  const initial = typeof spec.initial_value === "object" ? "" : spec.initial_value;
  const value = ctx.form?.begin(block.block_id, spec.action_id, initial ?? null) ?? "";
  const long = spec.multiline || spec.type === "rich_text_input";
  const node = h(long ? "textarea" : "input", {
    id: about.id,
    class: "field",
    value,
    placeholder: words(spec.placeholder) || null,
    "aria-describedby": about.describedBy,
    "aria-label": about.id ? null : words(spec.placeholder) || "Text",
    maxlength: spec.max_length ?? null,
    ...(long ? { rows: 4 } : { type: TYPES[spec.type] ?? "text", autocomplete: "off" }),
    inputmode: spec.type === "number_input" ? (spec.is_decimal_allowed ? "decimal" : "numeric") : null,
  });
  const dispatch = block.dispatch_action
    ? (spec.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"])
    : [];
  const tell = () => press(ctx, block, spec, node.value, null);
  const later = debounce(400, tell);
  node.addEventListener("input", () => {
    ctx.form?.set(block.block_id, spec.action_id, node.value === "" ? null : node.value);
    if (dispatch.includes("on_character_entered")) later();
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !dispatch.includes("on_enter_pressed")) return;
    event.preventDefault();
    tell();
  });
  return node;
}

export function fileInput(spec, block, ctx, about) {
  return h("input", {
    type: "text",
    id: about.id,
    class: "field",
    disabled: true,
    value: "Files cannot be picked here",
    "aria-describedby": about.describedBy,
  });
}
