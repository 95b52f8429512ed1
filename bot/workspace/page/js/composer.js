// Where one types: completion of commands, people and channels; Enter sends, Up brings back what was typed last.
import { Completion } from "./complete.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { post } from "./api.js";
import { complain } from "./notices.js";
import { openShortcuts } from "./shortcuts.js";
import { asMe, me, nameOf, placeName, placeTitle } from "./store.js";

const typed = []; // newest last; one list for all places, like a shell's

export class Composer {
  constructor({ id }) {
    this.place = null;
    this.thread = null;
    this.drafts = new Map();
    this.sending = 0;
    this.text = h("textarea", {
      id,
      class: "composer-text",
      rows: 1,
      spellcheck: "true",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-haspopup": "listbox",
      enterkeyhint: "send",
    });
    this.sendButton = h(
      "button",
      { type: "button", class: "send", "aria-label": "Send", title: "Send (Enter)", on: { click: () => this.send() } },
      icon("send"),
    );
    const bolt = h(
      "button",
      {
        type: "button",
        class: "ghost square",
        "aria-label": "Shortcuts and commands",
        "aria-haspopup": "listbox",
        "aria-expanded": "false",
        title: "Shortcuts and commands",
      },
      icon("bolt"),
    );
    bolt.addEventListener("click", () => openShortcuts(bolt, (text) => this.write(text)));
    this.who = h("span", { class: "composer-who" });
    this.note = h("div", { class: "composer-note", "aria-live": "polite" });
    this.list = h("div", { class: "complete-host" });
    this.node = h(
      "div",
      { class: "composer" },
      this.list,
      h("div", { class: "composer-box" }, bolt, this.text, this.sendButton),
      this.note,
    );
    this.completion = new Completion(this.text, this.list);
    this.text.addEventListener("input", () => this.changed());
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.changed();
  }

  /** Another place, thread or person: the draft of the place that is left stays with it. */
  turnTo(place, thread) {
    const key = `${place} ${thread ?? ""}`;
    if (this.at !== undefined && this.at !== key) this.drafts.set(this.at, this.text.value);
    if (this.at !== key) {
      this.text.value = this.drafts.get(key) ?? "";
      this.back = null;
    }
    Object.assign(this, { at: key, place, thread });
    const where = thread ? "in this thread" : placeTitle(place);
    const hint = thread ? "Reply…" : `Message ${where} as ${nameOf(me()).split(" ")[0]}`;
    this.text.placeholder = hint;
    this.text.setAttribute("aria-label", thread ? `Reply as ${nameOf(me())}` : hint);
    this.thread = thread;
    this.changed();
  }

  focus() {
    if (matchMedia("(hover: hover)").matches) this.text.focus({ preventScroll: true });
  }

  /** Puts text in; with `now`, sends it at once. */
  write(text, now = false) {
    this.text.value = text;
    this.changed();
    if (now) this.send();
    else {
      this.text.focus();
      this.completion.update();
    }
  }

  changed() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, 220)}px`;
    this.sendButton.disabled = this.text.value.trim() === "";
    const slash = this.text.value.startsWith("/");
    this.node.classList.toggle("commanding", slash);
    this.say(
      slash && this.thread
        ? "Slash commands do not work in threads: mention the app instead."
        : this.sending
          ? "Sending…"
          : "",
    );
  }

  say(text) {
    if (this.note.textContent !== text) this.note.textContent = text;
  }

  key(event) {
    if (event.isComposing) return;
    if (this.completion.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === "ArrowUp" && (this.text.value === "" || this.back !== null) && typed.length)
      this.recall(event, -1);
    else if (event.key === "ArrowDown" && this.back !== null) this.recall(event, 1);
    else if (!["Shift", "Control", "Alt", "Meta"].includes(event.key)) this.back = null;
  }

  recall(event, step) {
    event.preventDefault();
    const at = Math.max(0, (this.back ?? typed.length) + step);
    this.text.value = typed[at] ?? "";
    this.back = at >= typed.length ? null : at;
    this.changed();
    this.text.setSelectionRange(this.text.value.length, this.text.value.length);
  }

  async send() {
    const text = this.text.value.trim();
    if (!text) return;
    const { place, thread, at } = this;
    this.text.value = "";
    this.back = null;
    this.completion.close();
    if (typed.at(-1) !== text) typed.push(text);
    this.sending += 1;
    this.node.classList.add("sending");
    this.changed();
    const body = { as: asMe(), in: placeName(place), text };
    if (thread) body.thread = thread;
    const answer = await post("type", body);
    this.sending -= 1;
    this.node.classList.toggle("sending", this.sending > 0);
    // What was not even taken comes back, unless something else stands there by now.
    if (complain(answer) && answer.refused && this.at === at && this.text.value === "") this.text.value = text;
    this.changed();
  }
}
