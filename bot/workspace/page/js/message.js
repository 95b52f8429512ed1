// One message: who, when, what; its reactions, replies and menu. `patchMessage` brings a standing one up to date.
import { avatar } from "./avatar.js";
import { drawBlocks } from "./blocks/index.js";
import { fullTime, timeOf } from "./dates.js";
import { h } from "./dom.js";
import { Form } from "./form.js";
import { drawAttachment, fileCard, foot } from "./hangers.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { openThread } from "./navigate.js";
import { openPicker } from "./picker.js";
import { messageShortcuts, runShortcut } from "./shortcuts.js";
import { nameOf, state } from "./store.js";

export const isEphemeral = (message) => Boolean(message.is_ephemeral || message.ephemeral_to);

export function authorOf(message) {
  const bot = message.bot_id
    ? (state.users.get(message.user) ??
      [...state.users.values()].find((user) => user.is_bot && user.id === state.app.user_id))
    : null;
  const user = bot ?? state.users.get(message.user);
  if (message.user === "USLACKBOT")
    return { user: { id: "USLACKBOT", real_name: "Slackbot", is_bot: true }, app: false, name: "Slackbot" };
  return {
    user,
    app: Boolean(message.bot_id),
    name: message.username ?? (user ? nameOf(user) : (message.bot_profile?.name ?? "App")),
  };
}

/** Whether this one belongs under the head of the one before it. */
export function continues(message, before) {
  return (
    Boolean(before) &&
    !isEphemeral(message) &&
    !isEphemeral(before) &&
    !message.reply_count &&
    !before.reply_count &&
    before.user === message.user &&
    before.bot_id === message.bot_id &&
    before.username === message.username &&
    Number(message.ts) - Number(before.ts) < 300
  );
}

/** ctx: {place, inThread}. */
export function drawMessage(message, ctx, compact) {
  const node = h("article", { class: "message", tabindex: "-1", data: { ts: message.ts } });
  node.form = new Form();
  patchMessage(node, message, ctx, compact);
  return node;
}

export function patchMessage(node, message, ctx, compact) {
  if (node.message === message && node.compact === compact && node.reader === state.me) return;
  Object.assign(node, { compact, reader: state.me });
  const source = JSON.stringify([message, compact, state.me]);
  if (node.source === source) return;
  node.source = source;
  node.message = message;
  const { user, app, name } = authorOf(message);
  node.className = ["message", compact && "compact", app && "from-app", isEphemeral(message) && "ephemeral"]
    .filter(Boolean)
    .join(" ");
  node.setAttribute("aria-label", `${name}, ${timeOf(Number(message.ts))}`);
  if (!node.body) {
    node.body = h("div", { class: "message-body" });
    node.lead = h("div", { class: "message-lead" });
    node.head = h("header", { class: "message-head" });
    node.foot = h("footer", { class: "message-foot" });
    node.content = h("div", { class: "message-content" }, node.head, node.body, node.foot);
    node.append(node.lead, node.content, tools(node, ctx));
  }
  node.lead.replaceChildren(
    compact
      ? h("time", { class: "time-side" }, timeOf(Number(message.ts)))
      : avatar(user ?? { id: message.bot_id, real_name: name, is_bot: app }),
  );
  node.head.replaceChildren(
    ...(compact ? [] : head(message, name, app)),
    isEphemeral(message) ? h("span", { class: "only-you" }, icon("eye"), "Only visible to you") : "",
  );
  patchBody(node, message, ctx, compact);
  node.foot.replaceChildren(...foot(message, ctx));
}

const head = (message, name, app) => [
  h("strong", { class: "author" }, name),
  app ? h("span", { class: "tag" }, "App") : "",
  h(
    "time",
    { class: "time", datetime: new Date(Number(message.ts) * 1000).toISOString(), title: fullTime(Number(message.ts)) },
    timeOf(Number(message.ts)),
  ),
  message.edited ? editedMark(message) : "",
];

const editedMark = (message) =>
  h("span", { class: "edited", title: `Edited ${fullTime(Number(message.edited.ts))}` }, "edited");

/** A line of text in a block is a line of text: only what is built of several stands in a frame. */
const plain = (blocks) => blocks.length < 2 && blocks.every((block) => block.type === "section" && !block.accessory);

function patchBody(node, message, ctx, compact) {
  const blocks = message.blocks ?? [];
  const surface = { surface: "message", form: node.form, where: { in: ctx.place, message: message.ts } };
  node.classList.toggle("with-blocks", isEphemeral(message) ? blocks.length > 0 : !plain(blocks));
  // People's own messages carry the rich_text that Slack makes of them; their text says the same and is simpler.
  const own = !message.bot_id && blocks.every((block) => block.type === "rich_text");
  const parts = [];
  if (blocks.length && !own) {
    node.blocks ??= h("div", { class: "blocks" });
    drawBlocks(node.blocks, blocks, surface);
    parts.push(node.blocks);
  } else if (message.text) {
    parts.push(message.mrkdwn === false ? mrkdwn(message.text, { plain: true }) : mrkdwn(message.text));
  }
  if (message.edited && compact) parts.push(editedMark(message));
  for (const attachment of message.attachments ?? []) parts.push(drawAttachment(attachment, surface));
  for (const file of message.files ?? []) parts.push(fileCard(file));
  const standing = [...node.body.children];
  if (parts.length === standing.length && parts.every((part, index) => part === standing[index])) return;
  if (parts[0] === standing[0] && parts[0]) {
    // leave the blocks where they are: moving a node would restart its animation
    standing.slice(1).forEach((child) => child.remove());
    node.body.append(...parts.slice(1));
  } else node.body.replaceChildren(...parts);
}

function tools(node, ctx) {
  const more = h(
    "button",
    {
      type: "button",
      class: "ghost square",
      "aria-label": "More",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      title: "More",
    },
    icon("more"),
  );
  more.addEventListener("click", () =>
    openPicker({
      anchor: more,
      kind: "menu",
      label: "Message menu",
      align: "end",
      groups: [
        {
          items: [
            { value: "copy", label: "Copy the text", lead: icon("file") },
            { value: "ts", label: "Copy the ts", hint: node.message.ts, lead: icon("clock") },
          ],
        },
        { label: "Shortcuts of the app", items: messageShortcuts() },
      ],
      pick: (item) => {
        if (item.value === "copy") navigator.clipboard?.writeText(node.message.text ?? "");
        else if (item.value === "ts") navigator.clipboard?.writeText(node.message.ts);
        else runShortcut(item.value, { in: ctx.place, message: node.message.ts });
      },
    }),
  );
  const reply = h(
    "button",
    {
      type: "button",
      class: "ghost square reply-tool",
      "aria-label": "Reply in thread",
      title: "Reply in thread",
      on: { click: () => openThread(node.message.thread_ts ?? node.message.ts) },
    },
    icon("reply"),
  );
  return h("div", { class: "tools", role: "toolbar", "aria-label": "Message" }, ctx.inThread ? null : reply, more);
}
