// card, carousel, container.
import { h } from "../dom.js";
import { element } from "../elements/index.js";
import { picture, urlOf } from "../elements/image.js";
import { icon } from "../icons.js";
import { textObject, words } from "../mrkdwn.js";
import { richText } from "./rich.js";

export function card(block, ctx) {
  return h(
    "article",
    { class: "card" },
    block.hero_image && picture(urlOf(block.hero_image), block.hero_image.alt_text, "card-hero"),
    h(
      "div",
      { class: "card-head" },
      block.icon && picture(urlOf(block.icon), block.icon.alt_text, "image-tiny"),
      h(
        "div",
        {},
        block.title && h("div", { class: "card-title" }, textObject(block.title)),
        block.subtitle && h("div", { class: "card-subtitle" }, textObject(block.subtitle)),
      ),
    ),
    block.body && h("div", { class: "card-body" }, textObject(block.body)),
    block.actions?.length
      ? h(
          "div",
          { class: "card-foot" },
          block.actions.map((each) => element(each, block, ctx)),
        )
      : null,
  );
}

export function carousel(block, ctx) {
  const track = h(
    "div",
    { class: "carousel-track", tabindex: "0", role: "group", "aria-label": `${block.elements.length} cards` },
    block.elements.map((each) => card(each, ctx)),
  );
  const step = (way) => track.scrollBy({ left: way * track.clientWidth * 0.8, behavior: "smooth" });
  const foot = h(
    "div",
    { class: "carousel-foot", hidden: true },
    h(
      "button",
      { type: "button", class: "ghost tiny", "aria-label": "Cards before", on: { click: () => step(-1) } },
      icon("left"),
    ),
    h(
      "button",
      { type: "button", class: "ghost tiny", "aria-label": "Cards after", on: { click: () => step(1) } },
      icon("right"),
    ),
  );
  new ResizeObserver(() => {
    foot.hidden = track.scrollWidth <= track.clientWidth + 2;
  }).observe(track);
  return h("div", { class: "carousel" }, track, foot);
}

export function container(block, ctx) {
  const inside = h(
    "div",
    { class: "container-body" },
    (block.child_blocks ?? []).map((each) => ctx.drawBlock(each, ctx)),
  );
  const title = [
    block.icon && picture(urlOf(block.icon), block.icon.alt_text, "image-tiny"),
    h(
      "span",
      { class: "container-words" },
      h(
        "span",
        { class: "container-title" },
        block.rich_text_title ? richText(block.rich_text_title) : words(block.title),
      ),
      block.subtitle && h("span", { class: "container-subtitle" }, textObject(block.subtitle)),
    ),
  ];
  const name = `container${block.has_header_divider ? " divided" : ""}`;
  if (block.is_collapsible === false)
    return h("div", { class: name }, h("div", { class: "container-head" }, title), inside);
  return h(
    "details",
    { class: name, open: !block.default_collapsed },
    h("summary", { class: "container-head" }, icon("right"), title),
    inside,
  );
}
