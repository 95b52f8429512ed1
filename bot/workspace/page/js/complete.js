// Completion in the composer: slash commands with their hints, people after @, channels after #.
import { avatar } from "./avatar.js";
import { h, uid } from "./dom.js";
import { icon } from "./icons.js";
import { isMine, nameOf, state } from "./store.js";

const starts = (text, wanted) =>
  text
    .toLowerCase()
    .split(/[\s._-]+/)
    .some((word) => word.startsWith(wanted)) || text.toLowerCase().startsWith(wanted);

function commands(text) {
  const first = text.split(/\s/)[0].toLowerCase();
  return state.commands
    .filter((each) => each.command.toLowerCase().startsWith(first))
    .flatMap((each) => {
      const rows = [
        {
          label: each.command,
          hint: each.usage_hint ? `[${each.usage_hint}] ${each.description}` : each.description,
          put: `${each.command} `,
        },
      ];
      return [
        ...rows,
        ...suggestionsFor(each.command).map((line) => ({ label: line.text, hint: line.about, put: line.text })),
      ];
    })
    .filter((row) => row.put.toLowerCase().startsWith(text.toLowerCase()) && row.put.trim() !== text.trim())
    .map((row) => ({ ...row, lead: icon("bolt") }));
}

const people = (wanted) =>
  [...state.users.values()]
    .filter((user) => !user.deleted && (starts(user.name, wanted) || starts(nameOf(user), wanted)))
    .map((user) => ({
      label: nameOf(user),
      hint: user.is_bot ? "App" : user.email,
      put: `@${user.name} `,
      lead: avatar(user, "small"),
    }));

const channels = (wanted) =>
  [...state.channels.values()]
    .filter((channel) => !channel.is_im && (isMine(channel) || !channel.is_private) && starts(channel.name, wanted))
    .map((channel) => ({
      label: channel.name,
      hint: channel.topic || channel.purpose,
      put: `#${channel.name} `,
      lead: icon("hash"),
    }));

/** Things to try that we know of; an app that is not Grail has only its usage hint. */
export function suggestionsFor(command) {
  if (command !== "/grail") return [];
  return [
    { text: "/grail help", about: "What you may do here" },
    { text: "/grail deploy shop to staging", about: "Deploy a service" },
    { text: "/grail status", about: "What runs where" },
    { text: "/grail whoami", about: "Who you are, and your rights" },
    { text: "/grail deploys", about: "What was deployed" },
  ];
}

export class Completion {
  constructor(field, host) {
    Object.assign(this, { field, host, rows: [], at: 0, id: uid("complete") });
    field.setAttribute("aria-controls", this.id);
    field.addEventListener("input", () => this.update());
    field.addEventListener("click", () => this.update());
    field.addEventListener("blur", () => setTimeout(() => this.close(), 120));
  }

  update() {
    const text = this.field.value.slice(0, this.field.selectionStart);
    const word = /(^|\s)([@#])([\w.-]*)$/.exec(text);
    let rows = [];
    if (text.startsWith("/") && !text.includes("\n") && this.field.selectionStart === this.field.value.length) {
      this.from = 0;
      rows = word ? [] : commands(text);
    }
    if (word) {
      this.from = text.length - word[3].length - 1;
      rows = (word[2] === "@" ? people : channels)(word[3].toLowerCase());
    }
    this.open(rows.slice(0, 8));
  }

  open(rows) {
    this.rows = rows;
    this.at = 0;
    if (!rows.length) return this.close();
    const list = h(
      "div",
      { id: this.id, class: "complete", role: "listbox", "aria-label": "Suggestions" },
      rows.map((row, index) =>
        h(
          "div",
          {
            id: `${this.id}-${index}`,
            class: "picker-row",
            role: "option",
            "aria-selected": String(index === 0),
            on: {
              mousedown: (event) => {
                event.preventDefault();
                this.take(index);
              },
            },
          },
          row.lead,
          h(
            "span",
            { class: "picker-words" },
            h("span", { class: "picker-label" }, row.label),
            row.hint && h("span", { class: "picker-hint" }, row.hint),
          ),
        ),
      ),
      h(
        "div",
        { class: "complete-foot", "aria-hidden": "true" },
        h("kbd", {}, "↑"),
        h("kbd", {}, "↓"),
        " choose ",
        h("kbd", {}, "Tab"),
        " take ",
        h("kbd", {}, "Esc"),
        " close",
      ),
    );
    this.host.replaceChildren(list);
    this.field.setAttribute("aria-expanded", "true");
    return this.move(0);
  }

  move(index) {
    const rows = [...this.host.querySelectorAll(".picker-row")];
    this.at = (index + rows.length) % rows.length;
    rows.forEach((row, each) => {
      row.classList.toggle("at", each === this.at);
      row.setAttribute("aria-selected", String(each === this.at));
    });
    rows[this.at].scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", rows[this.at].id);
  }

  /** Whether the key was for the list. Enter sends what stands unless a name or the command itself is being completed. */
  key(event) {
    if (!this.rows.length) return false;
    const half = this.from > 0 || !this.field.value.includes(" ");
    if (event.key === "ArrowDown") this.move(this.at + 1);
    else if (event.key === "ArrowUp") this.move(this.at - 1);
    else if (event.key === "Tab" && !event.shiftKey) this.take(this.at);
    else if (event.key === "Enter" && !event.shiftKey && (half || this.moved)) this.take(this.at);
    else if (event.key === "Escape") this.close();
    else return false;
    this.moved = event.key.startsWith("Arrow");
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  take(index) {
    const row = this.rows[index];
    const end = this.field.selectionStart;
    this.field.setRangeText(row.put, this.from, end, "end");
    this.close();
    this.field.dispatchEvent(new Event("input"));
    if (row.put.trim().includes(" ")) this.close();
  }

  close() {
    this.rows = [];
    this.moved = false;
    this.host.replaceChildren();
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }
}
