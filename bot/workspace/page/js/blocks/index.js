// A list of blocks to nodes, and a changed list onto the nodes that stand, so that an edit does not flicker.
import { h } from "../dom.js";
import { element } from "../elements/index.js";
import { markdown } from "../markdown.js";
import { card, carousel, container } from "./cards.js";
import { chart } from "./chart.js";
import { alertBlock, contextActions, file, imageBlock, video } from "./extras.js";
import { input } from "./input.js";
import { patchPlan, plan, taskCard } from "./plan.js";
import { richText } from "./rich.js";
import { dataTable, table } from "./tables.js";
import { context, divider, header, section } from "./text.js";

const DRAW = {
  section,
  context,
  divider,
  header,
  input,
  table,
  video,
  file,
  plan,
  card,
  carousel,
  container,
  actions: (block, ctx) =>
    h(
      "div",
      { class: "block-actions" },
      block.elements.map((each) => element(each, block, ctx)),
    ),
  image: imageBlock,
  rich_text: (block) => richText(block),
  task_card: taskCard,
  data_table: dataTable,
  data_visualization: chart,
  alert: alertBlock,
  markdown: (block) => markdown(block.text),
  context_actions: contextActions,
};

/** What a block looks like, as text to compare. The workspace makes new block_ids at each edit: where nothing is pressed they do not matter. */
function sourceOf(block) {
  const whole = JSON.stringify(block);
  if (!whole || whole.includes('"action_id"') || block.type === "input") return whole;
  return JSON.stringify(block, (key, value) => (key === "block_id" ? undefined : value));
}

export function drawBlock(block, ctx) {
  const draw = DRAW[block?.type];
  let node = null;
  try {
    node = draw ? draw(block, { ...ctx, drawBlock }) : null;
  } catch (fault) {
    console.warn("A block cannot be shown", fault); // one odd block must not take the message with it
  }
  node ??= h("p", { class: "unknown" }, `This page cannot show the block “${block?.type ?? "?"}”.`);
  node.classList.add("block");
  node.source = sourceOf(block);
  return node;
}

/** Draws `blocks` into `box`, leaving alone every block that has not changed. */
export function drawBlocks(box, blocks, ctx) {
  const standing = [...box.children];
  const focus = focusIn(box);
  blocks.forEach((block, index) => {
    const old = standing[index];
    if (old?.source === sourceOf(block)) return;
    if (old && block.type === "plan" && JSON.parse(old.source).type === "plan") {
      patchPlan(old, block);
      old.source = sourceOf(block);
      return;
    }
    const node = drawBlock(block, ctx);
    if (!old) return box.append(node);
    carryOpen(old, node);
    old.replaceWith(node);
  });
  standing.slice(blocks.length).forEach((node) => node.remove());
  focus?.();
  return box;
}

function focusIn(box) {
  const at = document.activeElement;
  if (!box.contains(at)) return null;
  const { action } = at.closest("[data-action]")?.dataset ?? {};
  const range = [at.selectionStart, at.selectionEnd];
  return () => {
    if (at.isConnected || !action) return;
    const next = box.querySelector(`[data-action="${CSS.escape(action)}"]`);
    next?.focus({ preventScroll: true });
    if (typeof range[0] === "number" && next?.setSelectionRange) next.setSelectionRange(...range);
  };
}

function carryOpen(from, to) {
  const before = [...from.querySelectorAll("details"), ...(from.matches("details") ? [from] : [])];
  const after = [...to.querySelectorAll("details"), ...(to.matches("details") ? [to] : [])];
  before.forEach((details, index) => {
    if (after[index]) after[index].open = details.open;
  });
}
