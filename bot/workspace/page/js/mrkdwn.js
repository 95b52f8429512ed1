// Slack's mrkdwn to nodes: bold, italic, strike, code, quotes, lists, links, mentions, dates, emoji.
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { fullTime, slackDate } from "./dates.js";
import { nameOf, state } from "./store.js";

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
export const unescape = (text) => text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);

/** Only addresses that cannot run anything in this page. */
export function safeUrl(url) {
  return /^(https?:|mailto:|tel:)/i.test(url ?? "") ? url : null;
}

export function link(url, ...children) {
  const safe = safeUrl(url);
  if (!safe) return h("span", {}, children);
  return h("a", { href: safe, target: "_blank", rel: "noopener noreferrer", class: "link" }, children);
}

/** A whole mrkdwn text. `plain` leaves the markup alone (plain_text) but keeps lines and emoji. */
export function mrkdwn(text, { plain = false, verbatim = false } = {}) {
  const source = String(text ?? "");
  if (plain) return h("div", { class: "mrkdwn plain" }, withBreaks(emojiNodes(source)));
  const box = h("div", { class: "mrkdwn" });
  for (const [index, part] of source.split(/```/).entries()) {
    if (index % 2 === 1) {
      box.append(
        h("pre", { class: "pre", tabindex: "0" }, h("code", {}, codeNodes(part.replace(/^\n/, "").replace(/\n$/, "")))),
      );
    } else if (part.trim() !== "" || source.indexOf("```") < 0) {
      blocks(part.replace(/^\n|\n$/g, ""), verbatim).forEach((node) => box.append(node));
    }
  }
  return box;
}

const QUOTE = /^(?:&gt;|>) ?/;
const BULLET = /^\s*[•◦▪‣-]\s+/;
const NUMBER = /^\s*(\d+)[.)]\s+/;

function blocks(text, verbatim) {
  const out = [];
  let group = null;
  const start = (kind, node) => {
    group = { kind, node };
    out.push(node);
    return node;
  };
  for (const line of text.split("\n")) {
    if (QUOTE.test(line)) {
      const node = group?.kind === "quote" ? group.node : start("quote", h("blockquote"));
      if (node.childNodes.length) node.append(h("br"));
      node.append(...inline(line.replace(QUOTE, ""), verbatim));
    } else if (BULLET.test(line)) {
      const node = group?.kind === "bullet" ? group.node : start("bullet", h("ul"));
      node.append(h("li", {}, inline(line.replace(BULLET, ""), verbatim)));
    } else if (NUMBER.test(line)) {
      const node = group?.kind === "number" ? group.node : start("number", h("ol", { start: NUMBER.exec(line)[1] }));
      node.append(h("li", {}, inline(line.replace(NUMBER, ""), verbatim)));
    } else {
      const node = group?.kind === "text" ? group.node : start("text", h("p"));
      if (group.lines) node.append(h("br"));
      group.lines = (group.lines ?? 0) + 1;
      node.append(...inline(line, verbatim));
    }
  }
  return out;
}

// What may stand inside a line, in the order in which it is tried.
const INLINE =
  /`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+-]+(?:::skin-tone-[2-6])?):|(https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)\]'"])/;
const STYLES = [
  [/(^|[^\w*])\*(?=\S)([^*\n]*[^*\s])\*(?![\w*])/, "strong"],
  [/(^|[^\w_])_(?=\S)([^_\n]*[^_\s])_(?![\w_])/, "em"],
  [/(^|[^\w~])~(?=\S)([^~\n]*[^~\s])~(?![\w~])/, "s"],
];

export function inline(text, verbatim = false) {
  // Code, links and emoji are taken out first, so that a * in them is no bold; they come back by their number.
  const kept = [];
  let rest = "";
  let tail = text.replace(/[\u0001\u0002]/g, "");
  for (let match = INLINE.exec(tail); match; match = INLINE.exec(tail)) {
    const node = special(match, verbatim);
    rest += tail.slice(0, match.index);
    if (node === null) rest += match[0];
    else {
      rest += `\u0001${kept.length}\u0002`;
      kept.push(node);
    }
    tail = tail.slice(match.index + match[0].length);
  }
  return styled(rest + tail, kept);
}

function special([whole, code, angle, short, url], verbatim) {
  if (code !== undefined) return h("code", { class: "code" }, codeNodes(code));
  if (angle !== undefined) return angled(angle);
  if (short !== undefined) {
    const found = emoji(short);
    return found ? h("span", { class: "emoji", role: "img", "aria-label": short.replaceAll("_", " ") }, found) : null;
  }
  return url && !verbatim ? link(unescape(url), unescape(url)) : document.createTextNode(unescape(whole));
}

function styled(text, kept) {
  for (const [pattern, tag] of STYLES) {
    const match = pattern.exec(text);
    if (!match) continue;
    const start = match.index + match[1].length;
    return [
      ...styled(text.slice(0, start), kept),
      h(tag, {}, styled(match[2], kept)),
      ...styled(text.slice(match.index + match[0].length), kept),
    ];
  }
  return text
    .split(/\u0001(\d+)\u0002/)
    .map((part, index) => {
      if (index % 2 === 1) return kept[Number(part)];
      return part === "" ? null : document.createTextNode(unescape(part));
    })
    .filter(Boolean);
}

/** The inside of <…>: a mention, a date, or a link. */
function angled(body) {
  const bar = body.indexOf("|");
  const head = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? null : body.slice(bar + 1);
  if (head.startsWith("@")) return userMention(head.slice(1), label);
  if (head.startsWith("#")) return channelMention(head.slice(1), label);
  if (head.startsWith("!date^")) return dateNode(body);
  if (head.startsWith("!subteam^")) return groupMention(head.slice(9), label);
  if (head.startsWith("!"))
    return h("span", { class: "mention mention-me" }, `@${(label ?? head.slice(1)).replace(/^@/, "")}`);
  if (!safeUrl(unescape(head))) return null;
  return link(unescape(head), ...(label === null ? [unescape(head.replace(/^mailto:/, ""))] : inline(label, true)));
}

export function userMention(id, label) {
  const user = state.users.get(id);
  const mine = id === state.me ? " mention-me" : "";
  return h(
    "span",
    { class: `mention${mine}`, title: user?.email },
    `@${user ? nameOf(user) : (label ?? id).replace(/^@/, "")}`,
  );
}

export function channelMention(id, label) {
  const channel = state.channels.get(id);
  const name = channel?.name ?? label ?? id;
  if (!channel) return h("span", { class: "mention" }, `#${name.replace(/^#/, "")}`);
  return h("button", { type: "button", class: "mention mention-channel", data: { goto: id } }, `#${name}`);
}

export function groupMention(id, label) {
  const handle = state.subteams.get(id)?.handle ?? label ?? id;
  return h("span", { class: "mention" }, `@${handle.replace(/^@/, "")}`);
}

function dateNode(body) {
  const bar = body.lastIndexOf("|");
  const [, seconds, pattern, url] = body.slice(0, bar < 0 ? undefined : bar).split("^");
  const fallback = bar < 0 ? body : body.slice(bar + 1);
  return dateOf(Number(seconds), pattern, fallback, url);
}

export function dateOf(seconds, pattern, fallback, url) {
  if (!Number.isFinite(seconds) || !pattern) return document.createTextNode(unescape(fallback ?? ""));
  const time = h(
    "time",
    {
      datetime: new Date(seconds * 1000).toISOString(),
      title: fullTime(seconds),
      class: "date",
      data: pattern.includes("{ago}") ? { ago: pattern, at: String(seconds) } : {},
    },
    slackDate(seconds, unescape(pattern)),
  );
  return url ? link(unescape(url), time) : time;
}

const codeNodes = (text) =>
  text
    .split(/<([^<>\s]+)>/)
    .map((part, index) =>
      index % 2 === 1 ? unescape(part.includes("|") ? part.slice(part.indexOf("|") + 1) : part) : unescape(part),
    );

export function emojiNodes(text) {
  return text
    .split(/:([a-z0-9_+-]+(?:::skin-tone-[2-6])?):/)
    .map((part, index) => (index % 2 === 1 ? (emoji(part) ?? `:${part}:`) : part));
}

function withBreaks(parts) {
  return parts
    .join("")
    .split("\n")
    .flatMap((line, index) => (index ? [h("br"), line] : [line]));
}

/** A text object ({type, text}) of Block Kit. */
export function textObject(object, { tag } = {}) {
  if (!object) return null;
  if (typeof object === "string") return mrkdwn(object, { plain: true });
  const node = mrkdwn(object.text, { plain: object.type === "plain_text", verbatim: object.verbatim });
  return tag ? h(tag, {}, ...node.childNodes) : node;
}

/** The words of a text object, for labels. */
export const words = (object) =>
  unescape(emojiNodes(String((typeof object === "string" ? object : object?.text) ?? "")).join(""));
