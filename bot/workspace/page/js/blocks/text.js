// section, context, header, divider.
import { h } from "../dom.js";
import { element } from "../elements/index.js";
import { picture, urlOf } from "../elements/image.js";
import { textObject, words } from "../mrkdwn.js";

export function section(block, ctx) {
  const { text, fields, accessory } = block;
  return h(
    "div",
    { class: `block-section${accessory ? " with-accessory" : ""}` },
    h(
      "div",
      { class: "section-body" },
      textObject(text),
      fields &&
        h(
          "div",
          { class: "fields" },
          fields.map((field) => h("div", { class: "one-field" }, textObject(field))),
        ),
    ),
    accessory && h("div", { class: `accessory accessory-${accessory.type}` }, element(accessory, block, ctx)),
  );
}

export function context(block) {
  return h(
    "div",
    { class: "block-context" },
    block.elements.map((each) =>
      each.type === "image" ? picture(urlOf(each), each.alt_text, "image-tiny") : textObject(each),
    ),
  );
}

export const header = (block) =>
  h("div", { class: "block-header", role: "heading", "aria-level": block.level ?? 3 }, words(block.text));

export const divider = () => h("hr", { class: "block-divider" });
