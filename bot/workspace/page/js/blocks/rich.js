// rich_text with all its elements.
import { h } from "../dom.js";
import { emoji } from "../emoji.js";
import { channelMention, dateOf, groupMention, link, userMention } from "../mrkdwn.js";
import { state } from "../store.js";

export function richText(block) {
  return h("div", { class: "rich mrkdwn" }, lists(block?.elements ?? []));
}

const GROUPS = {
  rich_text_section: (part) => h("p", {}, pieces(part.elements)),
  rich_text_quote: (part) => h("blockquote", {}, pieces(part.elements)),
  rich_text_preformatted: (part) => h("pre", { class: "pre", tabindex: "0" }, h("code", {}, pieces(part.elements))),
};

/** Neighbouring lists of growing indent are one nested list. */
function lists(elements) {
  const out = [];
  for (const part of elements) {
    if (part.type !== "rich_text_list") {
      const draw = GROUPS[part.type];
      if (draw) out.push(draw(part));
      continue;
    }
    const node = h(
      part.style === "ordered" ? "ol" : "ul",
      {
        class: `indent-${Math.min(part.indent ?? 0, 8)}${part.border ? " bordered" : ""}`,
        start: part.offset ? part.offset + 1 : null,
      },
      part.elements.map((item) =>
        h("li", {}, item.type === "rich_text_section" ? pieces(item.elements) : lists([item])),
      ),
    );
    out.push(node);
  }
  return out;
}

const PIECES = {
  text: (piece) => lines(piece.text),
  link: (piece) => [link(piece.url, piece.text || piece.url)],
  user: (piece) => [userMention(piece.user_id)],
  channel: (piece) => [channelMention(piece.channel_id)],
  usergroup: (piece) => [groupMention(piece.usergroup_id)],
  team: (piece) => [
    h("span", { class: "mention" }, `@${piece.team_id === state.team.id ? state.team.name : piece.team_id}`),
  ],
  broadcast: (piece) => [h("span", { class: "mention mention-me" }, `@${piece.range}`)],
  emoji: (piece) => [
    h(
      "span",
      { class: "emoji", role: "img", "aria-label": piece.name.replaceAll("_", " ") },
      emoji(piece.name) ?? fromUnicode(piece.unicode) ?? `:${piece.name}:`,
    ),
  ],
  date: (piece) => [dateOf(piece.timestamp, piece.format, piece.fallback, piece.url)],
  color: (piece) => [h("span", { class: "colour" }, swatch(piece.value), piece.value)],
};

function swatch(value) {
  const node = h("span", { class: "swatch", "aria-hidden": "true" });
  node.style.backgroundColor = value; // a property of its own: a wrong value is ignored, and nothing else can be set
  return node;
}

function fromUnicode(codes) {
  const points = (codes ?? "").split("-").map((code) => parseInt(code, 16));
  return points.length && points.every((point) => point > 0 && point <= 0x10ffff)
    ? String.fromCodePoint(...points)
    : null;
}

const lines = (text) =>
  String(text ?? "")
    .split("\n")
    .flatMap((line, index) => (index ? [h("br"), line] : [line]));

const STYLES = [
  ["code", "code"],
  ["strike", "s"],
  ["italic", "em"],
  ["bold", "strong"],
  ["underline", "u"],
];

export function pieces(elements) {
  return (elements ?? []).flatMap((piece) => {
    let nodes = PIECES[piece.type]?.(piece) ?? [];
    for (const [style, tag] of STYLES)
      if (piece.style?.[style]) nodes = [h(tag, tag === "code" ? { class: "code" } : {}, nodes)];
    return nodes;
  });
}

export const plainOf = (block) =>
  (block?.elements ?? [])
    .flatMap((part) => part.elements ?? [])
    .map((piece) => piece.text ?? piece.name ?? "")
    .join("");
