// plan and task_card: the steps of something that is going on, changed in place as it goes.
import { h, s } from "../dom.js";
import { icon } from "../icons.js";
import { link } from "../mrkdwn.js";
import { richText } from "./rich.js";

const WORDS = { pending: "waiting", in_progress: "running", complete: "done", error: "failed" };
const RING = 2 * Math.PI * 8;

export function plan(block) {
  const node = h(
    "div",
    { class: "plan" },
    h("div", { class: "plan-head" }, ring(), h("span", { class: "plan-title" }), h("span", { class: "plan-count" })),
    h("ol", { class: "plan-tasks" }),
  );
  patchPlan(node, block);
  return node;
}

export function patchPlan(node, block) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter((task) => task.status === "complete").length;
  const mood = tasks.some((task) => task.status === "error")
    ? "error"
    : tasks.length && done === tasks.length
      ? "complete"
      : tasks.some((task) => task.status === "in_progress")
        ? "in_progress"
        : "pending";
  node.dataset.status = mood;
  node.querySelector(".plan-title").textContent = block.title ?? "";
  const count = node.querySelector(".plan-count");
  count.textContent = tasks.length ? `${done} of ${tasks.length}` : "";
  node
    .querySelector(".ring-done")
    .setAttribute("stroke-dashoffset", String(RING * (1 - (tasks.length ? done / tasks.length : 0))));
  patchTasks(node.querySelector(".plan-tasks"), tasks);
}

function patchTasks(list, tasks) {
  const standing = new Map([...list.children].map((row) => [row.dataset.task, row]));
  tasks.forEach((task, index) => {
    const id = task.task_id ?? task.id ?? String(index);
    let row = standing.get(id);
    standing.delete(id);
    if (!row)
      row = h(
        "li",
        { class: "task-row", data: { task: id } },
        h("span", { class: "task-sign" }),
        h("div", { class: "task-body" }),
      );
    fill(row, task);
    if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
  });
  for (const row of standing.values()) row.remove();
}

function fill(row, task) {
  const source = JSON.stringify(task);
  if (row.source === source) return;
  row.source = source;
  if (row.dataset.status !== task.status) {
    row.dataset.status = task.status;
    row.firstElementChild.replaceChildren(sign(task.status));
  }
  const open = row.querySelector("details")?.open;
  row.lastElementChild.replaceChildren(
    h(
      "div",
      { class: "task-title" },
      task.title ?? "",
      h("span", { class: "sr-only" }, `, ${WORDS[task.status] ?? task.status}`),
    ),
    task.details ? h("div", { class: "task-details" }, richText(task.details)) : "",
    task.output ? output(task.output, open ?? task.status === "error") : "",
    task.sources?.length
      ? h(
          "div",
          { class: "task-sources" },
          task.sources.map((each) => link(each.url, each.text)),
        )
      : "",
  );
}

const output = (block, open) =>
  h("details", { class: "task-output", open }, h("summary", {}, icon("right"), "Output"), richText(block));

function sign(status) {
  if (status === "complete") return icon("check");
  if (status === "error") return icon("close");
  if (status === "in_progress") return h("span", { class: "spinner" });
  return h("span", { class: "dot" });
}

function ring() {
  const circle = (name, more = {}) =>
    s("circle", { class: name, cx: 10, cy: 10, r: 8, fill: "none", "stroke-width": 3, ...more });
  return s(
    "svg",
    { class: "ring", viewBox: "0 0 20 20", "aria-hidden": "true" },
    circle("ring-all"),
    circle("ring-done", {
      "stroke-dasharray": RING,
      "stroke-dashoffset": RING,
      "stroke-linecap": "round",
      transform: "rotate(-90 10 10)",
    }),
  );
}

export function taskCard(block) {
  const row = h(
    "div",
    { class: "task-row alone", data: { task: block.task_id } },
    h("span", { class: "task-sign" }),
    h("div", { class: "task-body" }),
  );
  fill(row, block);
  return row;
}
