// Radio buttons and checkboxes.
import { h, uid } from "../dom.js";
import { textObject } from "../mrkdwn.js";
import { press, speaks } from "../press.js";

function rows(spec, block, ctx, about, { type, chosen, value }) {
  const name = uid("choice");
  const box = h("div", {
    class: "choices",
    role: type === "radio" ? "radiogroup" : "group",
    "aria-labelledby": about.label,
    "aria-label": about.label ? null : "Choices",
    "aria-describedby": about.describedBy,
  });
  const inputs = spec.options.map((option) => {
    const input = h("input", { type, name, value: option.value, checked: chosen.has(option.value) });
    box.append(
      h(
        "label",
        { class: "choice" },
        input,
        h(
          "span",
          {},
          textObject(option.text),
          option.description && h("span", { class: "choice-hint" }, textObject(option.description)),
        ),
      ),
    );
    return input;
  });
  let before = value(inputs);
  box.addEventListener("change", async () => {
    ctx.form?.set(block.block_id, spec.action_id, value(inputs));
    if (!speaks(block)) return;
    if (await press(ctx, block, spec, value(inputs), box)) {
      before = value(inputs);
      return;
    }
    const back = [before].flat();
    for (const input of inputs) input.checked = back.includes(input.value);
    ctx.form?.set(block.block_id, spec.action_id, before);
  });
  return box;
}

export function radios(spec, block, ctx, about) {
  const value = ctx.form?.begin(block.block_id, spec.action_id, spec.initial_option?.value);
  return rows(spec, block, ctx, about, {
    type: "radio",
    chosen: new Set([value]),
    value: (inputs) => inputs.find((input) => input.checked)?.value ?? null,
  });
}

export function checkboxes(spec, block, ctx, about) {
  const value = ctx.form?.begin(
    block.block_id,
    spec.action_id,
    (spec.initial_options ?? []).map((option) => option.value),
  );
  return rows(spec, block, ctx, about, {
    type: "checkbox",
    chosen: new Set(value),
    value: (inputs) => inputs.filter((input) => input.checked).map((input) => input.value),
  });
}
