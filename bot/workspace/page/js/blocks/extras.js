// image, video, file, alert, context_actions.
import { h } from "../dom.js";
import { element } from "../elements/index.js";
import { picture, urlOf } from "../elements/image.js";
import { icon } from "../icons.js";
import { link, textObject, words } from "../mrkdwn.js";

export function imageBlock(block) {
  return h(
    "figure",
    { class: "block-image" },
    block.title && h("figcaption", {}, words(block.title)),
    picture(urlOf(block), block.alt_text, "image-block"),
  );
}

export function video(block) {
  return h(
    "div",
    { class: "block-video" },
    h("span", { class: "video-sign" }, icon("play")),
    h(
      "div",
      {},
      h("div", { class: "card-title" }, link(block.title_url ?? block.video_url, words(block.title))),
      block.description && h("div", { class: "card-subtitle" }, words(block.description)),
      h("div", { class: "card-subtitle" }, [block.author_name, block.provider_name].filter(Boolean).join(" · ")),
    ),
  );
}

export const file = (block) =>
  h("div", { class: "block-context" }, icon("file"), h("span", {}, `File ${block.external_id ?? ""}`));

const SIGNS = { default: "info", info: "info", warning: "alert", error: "error", success: "check" };

export function alertBlock(block) {
  const level = SIGNS[block.level] ? block.level : "default";
  return h(
    "div",
    { class: `alert alert-${level}`, role: level === "error" || level === "warning" ? "alert" : "note" },
    icon(SIGNS[level]),
    textObject(block.text),
  );
}

export const contextActions = (block, ctx) =>
  h(
    "div",
    { class: "block-context-actions" },
    block.elements.map((each) => element(each, block, ctx)),
  );
