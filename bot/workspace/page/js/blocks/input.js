// An input block: label, element, hint, and the fault the app found in it.
import { h, uid } from "../dom.js";
import { element } from "../elements/index.js";
import { icon } from "../icons.js";
import { words } from "../mrkdwn.js";

export function input(block, ctx) {
  const id = uid("field");
  const label = uid("label");
  const about = uid("about");
  const group = ["radio_buttons", "checkboxes"].includes(block.element.type);
  const inside = [words(block.label), block.optional && h("span", { class: "optional" }, "optional")];
  return h(
    "div",
    { class: "block-input", data: { block: block.block_id } },
    group
      ? h("div", { class: "label", id: label }, inside)
      : h("label", { class: "label", id: label, for: id }, inside),
    element(block.element, block, ctx, { id, label, describedBy: about }),
    h(
      "div",
      { id: about, class: "field-about" },
      block.hint && h("p", { class: "hint" }, words(block.hint)),
      h("p", { class: "fault", role: "alert" }),
    ),
  );
}

/** Shows the errors {block_id: text} at their fields and puts the focus on the first. */
export function showFaults(box, errors) {
  let first = null;
  for (const node of box.querySelectorAll(".block-input")) {
    const text = errors?.[node.dataset.block] ?? "";
    const fault = node.querySelector(".fault");
    fault.replaceChildren(...(text ? [icon("alert"), text] : []));
    node.classList.toggle("faulty", Boolean(text));
    const field = node.querySelector(".field, .select, input");
    if (text) {
      field?.setAttribute("aria-invalid", "true");
      first ??= field;
    } else field?.removeAttribute("aria-invalid");
  }
  first?.focus();
  return first !== null;
}
