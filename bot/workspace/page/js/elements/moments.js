// Date, time, and date with time: the browser's own pickers, in the acting person's zone.
import { fromLocalField, toLocalField, zone } from "../dates.js";
import { h } from "../dom.js";
import { words } from "../mrkdwn.js";
import { press, speaks } from "../press.js";

const KINDS = {
  datepicker: { type: "date", initial: "initial_date", to: (v) => v, from: (v) => v },
  timepicker: { type: "time", initial: "initial_time", to: (v) => v, from: (v) => v },
  datetimepicker: { type: "datetime-local", initial: "initial_date_time", to: toLocalField, from: fromLocalField },
};

export function moment(spec, block, ctx, about) {
  const kind = KINDS[spec.type];
  const value = ctx.form?.begin(block.block_id, spec.action_id, spec[kind.initial]);
  const node = h("input", {
    type: kind.type,
    id: about.id,
    class: "field moment",
    value: value === null || value === undefined ? "" : kind.to(value),
    "aria-label": about.id
      ? null
      : words(spec.placeholder) || { date: "Date", time: "Time" }[kind.type] || "Date and time",
    "aria-describedby": about.describedBy,
    title: spec.type === "datetimepicker" ? `In ${zone()}` : null,
  });
  let told = node.value;
  node.addEventListener("change", async () => {
    const now = node.value ? kind.from(node.value) : null;
    ctx.form?.set(block.block_id, spec.action_id, now);
    if (!speaks(block) || now === null) return;
    if (await press(ctx, block, spec, now, node)) told = node.value;
    else node.value = told;
  });
  return node;
}
