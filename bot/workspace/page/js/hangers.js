// What hangs on a message: attachments, files, reactions, and the way to its thread.
import { avatar } from "./avatar.js";
import { drawBlocks } from "./blocks/index.js";
import { ago } from "./dates.js";
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { icon } from "./icons.js";
import { link, mrkdwn, safeUrl, textObject } from "./mrkdwn.js";
import { openThread } from "./navigate.js";
import { nameOf, state } from "./store.js";

export function drawAttachment(attachment, surface) {
  const inside = attachment.blocks
    ? drawBlocks(h("div", { class: "blocks" }), attachment.blocks, surface)
    : [
        attachment.pretext && mrkdwn(attachment.pretext),
        attachment.title &&
          h(
            "div",
            { class: "card-title" },
            attachment.title_link ? link(attachment.title_link, attachment.title) : attachment.title,
          ),
        attachment.text && mrkdwn(attachment.text),
        attachment.fields &&
          h(
            "div",
            { class: "fields" },
            attachment.fields.map((field) =>
              h(
                "div",
                { class: "one-field" },
                h("strong", {}, field.title ?? ""),
                textObject({ type: "mrkdwn", text: field.value ?? "" }),
              ),
            ),
          ),
        attachment.footer && h("div", { class: "block-context" }, attachment.footer),
      ];
  const node = h("div", { class: "attachment" }, inside);
  const colour = { good: "#2f9e6e", warning: "#d99a1c", danger: "#cf4436" }[attachment.color] ?? attachment.color;
  if (/^#?[0-9a-f]{6}$/i.test(colour ?? ""))
    node.style.borderInlineStartColor = colour.startsWith("#") ? colour : `#${colour}`;
  return node;
}

export function fileCard(file) {
  const size =
    file.size > 1e6
      ? `${(file.size / 1e6).toFixed(1)} MB`
      : file.size > 1e3
        ? `${Math.round(file.size / 1e3)} kB`
        : `${file.size ?? 0} bytes`;
  const url = own(file.url_private_download ?? file.url_private ?? file.permalink);
  const inside = [
    icon("file"),
    h(
      "span",
      { class: "file-words" },
      h("strong", {}, file.title || file.name || "File"),
      h("span", {}, [file.pretty_type ?? file.filetype, size].filter(Boolean).join(" · ")),
    ),
  ];
  const preview = file.preview ? h("pre", { class: "pre", tabindex: "0" }, h("code", {}, file.preview)) : null;
  return h(
    "div",
    { class: "file" },
    url
      ? h("a", { class: "file-card", href: url, target: "_blank", rel: "noopener noreferrer" }, inside)
      : h("div", { class: "file-card" }, inside),
    preview,
  );
}

/** The workspace's own addresses by the name under which this page came, or the cookie would not go with them. */
function own(url) {
  if (!url) return null;
  const there = new URL(url, location.href);
  const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(there.hostname) && there.port === location.port;
  return loopback ? there.pathname + there.search : safeUrl(there.href);
}

export function foot(message, ctx) {
  const out = [];
  if (message.reactions?.length) {
    out.push(
      h(
        "div",
        { class: "reactions" },
        message.reactions.map((reaction) => {
          const who = (reaction.users ?? []).map((id) => nameOf(state.users.get(id))).join(", ");
          return h(
            "span",
            {
              class: `reaction${reaction.users?.includes(state.me) ? " mine" : ""}`,
              title: `${who} · :${reaction.name}:`,
              role: "img",
              "aria-label": `${reaction.name.replaceAll("_", " ")}, ${reaction.count}: ${who}`,
            },
            h("span", { class: "emoji" }, emoji(reaction.name) ?? `:${reaction.name}:`),
            String(reaction.count),
          );
        }),
      ),
    );
  }
  if (message.reply_count && !ctx.inThread) {
    const people = (message.reply_users ?? []).slice(0, 3).map((id) => avatar(state.users.get(id), "small"));
    out.push(
      h(
        "button",
        { type: "button", class: "replies", on: { click: () => openThread(message.ts) } },
        people,
        h("strong", {}, `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`),
        message.latest_reply &&
          h(
            "span",
            { data: { ago: "Last reply {ago}", at: message.latest_reply } },
            `Last reply ${ago(Number(message.latest_reply))}`,
          ),
        icon("right"),
      ),
    );
  }
  return out;
}
