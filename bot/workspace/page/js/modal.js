// Modals: the top view of the stack, its fields and faults, submit, close, and the views beneath.
import { post } from "./api.js";
import { drawBlocks } from "./blocks/index.js";
import { showFaults } from "./blocks/input.js";
import { h, uid } from "./dom.js";
import { Form } from "./form.js";
import { icon } from "./icons.js";
import { words } from "./mrkdwn.js";
import { complain, keepNotices } from "./notices.js";
import { closePicker } from "./picker.js";
import { asMe, on, state } from "./store.js";

const forms = new Map(); // view id -> Form: what was typed survives an update of the view and a push above it

let dialog = null;
let shown = null;
let before = null;

export function startModals() {
  on("views", show);
}

function show() {
  const view = state.views.at(-1);
  for (const id of [...forms.keys()]) if (!state.views.some((each) => each.id === id)) forms.delete(id);
  if (!view) return leave();
  if (!dialog) enter();
  if (!forms.has(view.id)) forms.set(view.id, new Form());
  const another = shown?.id !== view.id;
  if (another) {
    closePicker();
    build(view);
  }
  if (another || JSON.stringify(shown) !== JSON.stringify(view)) fill(view, another);
  shown = view;
  return undefined;
}

function enter() {
  before = document.activeElement;
  dialog = h("dialog", { class: "modal" });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault(); // Esc: the app hears of it first
    close();
  });
  document.body.append(dialog);
  dialog.showModal();
}

function leave() {
  if (!dialog) return;
  closePicker();
  dialog.close();
  dialog.remove();
  dialog = null;
  shown = null;
  keepNotices();
  if (before?.isConnected) before.focus({ preventScroll: true });
}

function build(view) {
  const title = uid("modal");
  const deep = state.views.length > 1;
  const form = h(
    "form",
    {
      class: "modal-panel",
      novalidate: true,
      on: {
        submit: (event) => {
          event.preventDefault();
          submit();
        },
      },
    },
    h(
      "header",
      { class: "modal-head" },
      deep &&
        h(
          "button",
          { type: "button", class: "ghost square modal-back", "aria-label": "Back", on: { click: () => close() } },
          icon("left"),
        ),
      h("h2", { id: title }),
      h(
        "button",
        {
          type: "button",
          class: "ghost square modal-close",
          "aria-label": deep ? "Close all" : "Close",
          on: { click: () => closeAll() },
        },
        icon("close"),
      ),
    ),
    h("div", { class: "modal-body blocks", tabindex: "-1" }),
    h(
      "footer",
      { class: "modal-foot" },
      h("button", { type: "button", class: "button modal-cancel", on: { click: () => close() } }),
      h("button", { type: "submit", class: "button primary modal-submit" }, h("span", { class: "button-words" })),
    ),
  );
  const { parentElement: rack } = document.querySelector(".notices") ?? {};
  if (rack === dialog) keepNotices();
  dialog.setAttribute("aria-labelledby", title);
  dialog.replaceChildren(form);
}

function fill(view, another) {
  const form = forms.get(view.id);
  form.keep(view.blocks ?? []);
  dialog.querySelector("h2").textContent = words(view.title) || "Untitled";
  dialog.querySelector(".modal-cancel").textContent = words(view.close) || "Cancel";
  const send = dialog.querySelector(".modal-submit");
  const asks = (view.blocks ?? []).some((block) => block.type === "input");
  send.hidden = !view.submit && !asks;
  send.disabled = view.submit_disabled === true;
  send.firstElementChild.textContent = words(view.submit) || "Submit";
  const body = dialog.querySelector(".modal-body");
  drawBlocks(body, view.blocks ?? [], { surface: "modal", form, where: { view: view.id } });
  if (!another) return;
  const wanted = (view.blocks ?? []).find((block) => block.element?.focus_on_load)?.element.action_id;
  const first = wanted
    ? body.querySelector(`[data-action="${CSS.escape(wanted)}"]`)
    : body.querySelector("input, textarea, .select, button, a");
  (first ?? (send.hidden ? dialog.querySelector(".modal-cancel") : send)).focus({ preventScroll: true });
}

/** What must not be left empty, said before the app is asked, like Slack's own client does. */
function missing(view, form) {
  const faults = {};
  for (const block of view.blocks ?? []) {
    if (block.type !== "input") continue;
    const value = form.get(block.block_id, block.element.action_id);
    const empty = value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);
    if (empty) {
      if (!block.optional) faults[block.block_id] = "Please complete this required field.";
    } else faults[block.block_id] = wrong(block.element, value);
  }
  return Object.fromEntries(Object.entries(faults).filter(([, text]) => text));
}

function wrong(spec, value) {
  if (spec.min_length && value.length < spec.min_length) return `Please type at least ${spec.min_length} characters.`;
  if (spec.type === "email_text_input" && !/^\S+@\S+\.\S+$/.test(value)) return "Please type an e-mail address.";
  if (spec.type === "url_text_input" && !/^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(value))
    return "Please type a whole address, with https://.";
  if (spec.type !== "number_input") return null;
  const number = Number(value);
  if (!Number.isFinite(number) || (!spec.is_decimal_allowed && !Number.isInteger(number)))
    return spec.is_decimal_allowed ? "Please type a number." : "Please type a whole number.";
  if (spec.min_value !== undefined && number < Number(spec.min_value)) return `Please type ${spec.min_value} or more.`;
  if (spec.max_value !== undefined && number > Number(spec.max_value)) return `Please type ${spec.max_value} or less.`;
  return null;
}

async function submit() {
  const view = state.views.at(-1);
  const panel = dialog?.querySelector(".modal-panel");
  if (!view || !panel || panel.getAttribute("aria-busy") === "true") return;
  const form = forms.get(view.id);
  if (showFaults(panel, missing(view, form))) return;
  busy(panel, true);
  const answer = await post("submit", { as: asMe(), view: view.id, values: form.values });
  busy(panel, false);
  const errors = answer.errors ?? (answer.ack?.body?.response_action === "errors" ? answer.ack.body.errors : null);
  if (errors) showFaults(panel, errors);
  else complain(answer);
}

function busy(panel, on_) {
  if (on_) panel.setAttribute("aria-busy", "true");
  else panel.removeAttribute("aria-busy");
  for (const name of [".modal-submit", ".modal-cancel"]) panel.querySelector(name).disabled = on_;
  panel.querySelector(".modal-submit").disabled ||= state.views.at(-1)?.submit_disabled === true;
}

async function close() {
  const view = state.views.at(-1);
  if (view) complain(await post("close", { as: asMe(), view: view.id }));
}

/** The cross closes the whole stack. */
async function closeAll() {
  const view = state.views.at(-1);
  if (view) complain(await post("close", { as: asMe(), view: view.id, all: true }));
}
