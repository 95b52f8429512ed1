// Which element is drawn by whom. An element that nobody knows says so instead of vanishing.
import { h } from "../dom.js";
import { image } from "./image.js";
import { button, feedbackButtons, iconButton, overflow } from "./buttons.js";
import { checkboxes, radios } from "./choices.js";
import { moment } from "./moments.js";
import { select } from "./select.js";
import { fileInput, textInput } from "./text.js";

const DRAW = {
  button,
  workflow_button: button,
  icon_button: iconButton,
  feedback_buttons: feedbackButtons,
  overflow,
  image,
  radio_buttons: radios,
  checkboxes,
  datepicker: moment,
  timepicker: moment,
  datetimepicker: moment,
  plain_text_input: textInput,
  rich_text_input: textInput,
  number_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  file_input: fileInput,
};
for (const kind of ["static", "external", "users", "conversations", "channels"]) {
  DRAW[`${kind}_select`] = select;
  DRAW[`multi_${kind}_select`] = select;
}

/** about: {id?, label?, describedBy?} for elements that are labelled from outside (input blocks). */
export function element(spec, block, ctx, about = {}) {
  const draw = DRAW[spec?.type];
  if (!draw) return h("span", { class: "unknown" }, `(${spec?.type ?? "element"})`);
  const node = draw(spec, block, ctx, about);
  if (spec.action_id) node.dataset.action = spec.action_id;
  return node;
}
