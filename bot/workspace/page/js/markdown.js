// The `markdown` block: ordinary Markdown (headings, lists, code, tables, links) to nodes.
import { h } from "./dom.js";
import { emojiNodes, link } from "./mrkdwn.js";

export function markdown(text) {
  const box = h("div", { class: "markdown mrkdwn" });
  const lines = String(text ?? "")
    .replace(/\r/g, "")
    .split("\n");
  let at = 0;
  while (at < lines.length) {
    const [node, next] = blockAt(lines, at);
    if (node) box.append(node);
    at = next;
  }
  return box;
}

const LIST = /^(\s*)(?:([-*+])|(\d+)[.)])\s+(.*)$/;

function blockAt(lines, at) {
  const line = lines[at];
  if (/^\s*$/.test(line)) return [null, at + 1];
  const fence = /^\s*(```+|~~~+)/.exec(line);
  if (fence) return fenced(lines, at, fence[1]);
  const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (heading) {
    const level = Math.min(heading[1].length + 2, 6);
    return [
      h("p", { class: `md-heading md-h${heading[1].length}`, role: "heading", "aria-level": level }, spans(heading[2])),
      at + 1,
    ];
  }
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return [h("hr"), at + 1];
  if (/^\s*>/.test(line)) return quoted(lines, at);
  if (line.includes("|") && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(lines[at + 1] ?? ""))
    return table(lines, at);
  if (LIST.test(line)) return list(lines, at);
  return paragraph(lines, at);
}

function fenced(lines, at, mark) {
  const body = [];
  let next = at + 1;
  while (next < lines.length && !lines[next].trim().startsWith(mark)) body.push(lines[next++]);
  return [h("pre", { class: "pre", tabindex: "0" }, h("code", {}, body.join("\n"))), next + 1];
}

function quoted(lines, at) {
  const body = [];
  let next = at;
  while (next < lines.length && /^\s*>/.test(lines[next])) body.push(lines[next++].replace(/^\s*>\s?/, ""));
  return [h("blockquote", {}, ...markdown(body.join("\n")).childNodes), next];
}

function list(lines, at) {
  const first = LIST.exec(lines[at]);
  const root = first[3] ? h("ol", { start: first[3] }) : h("ul");
  let next = at;
  while (next < lines.length) {
    const match = LIST.exec(lines[next]);
    if (!match) break;
    if (match[1].length > first[1].length) {
      const [inner, after] = list(lines, next);
      (root.lastElementChild ?? root).append(inner);
      next = after;
      continue;
    }
    if (match[1].length < first[1].length) break;
    const task = /^\[([ xX])\]\s+(.*)$/.exec(match[4]);
    root.append(
      task
        ? h(
            "li",
            { class: "task" },
            h("span", { "aria-hidden": "true" }, task[1] === " " ? "☐ " : "☑ "),
            spans(task[2]),
          )
        : h("li", {}, spans(match[4])),
    );
    next += 1;
  }
  return [root, next];
}

const cells = (line) =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());

function table(lines, at) {
  const head = h(
    "tr",
    {},
    cells(lines[at]).map((cell) => h("th", { scope: "col" }, spans(cell))),
  );
  const body = h("tbody");
  let next = at + 2;
  while (next < lines.length && lines[next].includes("|"))
    body.append(
      h(
        "tr",
        {},
        cells(lines[next++]).map((cell) => h("td", {}, spans(cell))),
      ),
    );
  return [
    h("div", { class: "table-scroll", tabindex: "0" }, h("table", { class: "grid" }, h("thead", {}, head), body)),
    next,
  ];
}

function paragraph(lines, at) {
  const node = h("p");
  let next = at;
  while (
    next < lines.length &&
    lines[next].trim() &&
    !(next > at && (LIST.test(lines[next]) || /^(#{1,6}\s|\s*>|\s*```)/.test(lines[next])))
  ) {
    if (next > at) node.append(h("br"));
    node.append(...spans(lines[next]).map((part) => (part instanceof Node ? part : document.createTextNode(part))));
    next += 1;
  }
  return [node, next];
}

const SPANS = [
  [/`([^`]+)`/, (m) => h("code", { class: "code" }, m[1])],
  [/!?\[([^\]]*)\]\(([^)\s]+)\)/, (m) => link(m[2], ...spans(m[1]))],
  [/(https?:\/\/[^\s<>]+[^\s<>.,;:!?)])/, (m) => link(m[1], m[1])],
  [/\*\*(?=\S)(.+?)\*\*/, (m) => h("strong", {}, spans(m[1]))],
  [/__(?=\S)(.+?)__/, (m) => h("strong", {}, spans(m[1]))],
  [/~~(?=\S)(.+?)~~/, (m) => h("s", {}, spans(m[1]))],
  [/\*(?=\S)([^*]+)\*/, (m) => h("em", {}, spans(m[1]))],
  [/(?<!\w)_(?=\S)([^_]+)_(?!\w)/, (m) => h("em", {}, spans(m[1]))],
];

function spans(text) {
  let best = null;
  for (const [pattern, make] of SPANS) {
    const match = pattern.exec(text);
    if (match && (!best || match.index < best.match.index)) best = { match, make };
  }
  if (!best) return emojiNodes(text);
  const { match, make } = best;
  return [...emojiNodes(text.slice(0, match.index)), make(match), ...spans(text.slice(match.index + match[0].length))];
}
