// A press on an element: asks first where the app wants that, shows that it is under way, sends it.
import { post } from "./api.js";
import { confirmed } from "./dialog.js";
import { complain } from "./notices.js";
import { asMe } from "./store.js";

/**
 * ctx: where the element stands: {surface, where: {in, message} | {in, view}, form}.
 * Resolves to true when the app has acknowledged it, false when the person or the app said no.
 */
export async function press(ctx, block, element, value, node) {
  if (!(await confirmed(element.confirm))) return false;
  if (node?.getAttribute("aria-busy") === "true") return false;
  node?.setAttribute("aria-busy", "true");
  const body = { as: asMe(), ...ctx.where, action: element.action_id, block: block.block_id };
  if (value !== undefined) body.value = value;
  if (ctx.form) body.values = ctx.form.values;
  const answer = await post("press", body);
  node?.removeAttribute("aria-busy");
  return !complain(answer);
}

/** An input block says nothing until it is submitted, unless the app asked for dispatch_action. */
export const speaks = (block) => block.type !== "input" || block.dispatch_action === true;
