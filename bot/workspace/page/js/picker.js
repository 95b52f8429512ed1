// The one popup list of the page: menus, select menus, people, Ctrl-K. Arrow keys move, Enter picks, Esc leaves.
import { debounce, h, uid } from "./dom.js";
import { icon } from "./icons.js";

let current = null;

/**
 * Opens a list at `anchor`.
 * groups: [{label?, items: [{value, label, node?, hint?, lead?, selected?, danger?}]}], or load: async (query) => groups.
 * pick(item) is called on a choice; with `multi` the list stays open and pick is called for each change.
 */
export function openPicker(options) {
  const again = current?.anchor === options.anchor;
  closePicker();
  if (again) return null;
  current = new Picker(options);
  return current;
}

export function closePicker(refocus = false) {
  const open = current;
  current = null;
  open?.leave(refocus);
}

class Picker {
  constructor(options) {
    Object.assign(this, {
      groups: [],
      load: null,
      search: false,
      multi: false,
      minimum: 0,
      kind: "listbox",
      ...options,
    });
    this.id = uid("list");
    this.items = [];
    this.at = -1;
    this.build();
    this.place();
    this.listen();
    if (this.load) this.query("");
    else this.show(this.groups);
    (this.input ?? this.list).focus({ preventScroll: true });
  }

  build() {
    const menu = this.kind === "menu";
    this.list = h("div", {
      id: this.id,
      class: "picker-list",
      role: menu ? "menu" : "listbox",
      tabindex: "-1",
      "aria-label": this.label,
      "aria-multiselectable": this.multi ? "true" : null,
    });
    if (this.search || this.load) {
      this.input = h("input", {
        type: "text",
        class: "picker-input",
        role: "combobox",
        "aria-expanded": "true",
        "aria-controls": this.id,
        "aria-autocomplete": "list",
        "aria-label": this.placeholder ?? this.label ?? "Search",
        placeholder: this.placeholder ?? "Search",
        autocomplete: "off",
        spellcheck: "false",
      });
      const later = this.load ? debounce(180, () => this.query(this.input.value)) : () => this.filter(this.input.value);
      this.input.addEventListener("input", later);
    }
    this.node = h(
      "div",
      { class: `picker picker-${this.kind} ${this.class ?? ""}` },
      this.input && h("div", { class: "picker-search" }, icon("search"), this.input),
      this.list,
      this.multi &&
        h(
          "div",
          { class: "picker-foot" },
          h("button", { type: "button", class: "button small", on: { click: () => closePicker(true) } }, "Done"),
        ),
    );
    this.shade = h("div", {
      class: "picker-shade",
      on: {
        mousedown: (event) => {
          event.preventDefault();
          closePicker(true);
        },
      },
    });
    (this.anchor.closest("dialog") ?? document.body).append(this.shade, this.node);
    this.anchor.setAttribute("aria-expanded", "true");
  }

  place() {
    const box = this.anchor.getBoundingClientRect();
    const wide = Math.max(box.width, this.width ?? 220);
    const below = innerHeight - box.bottom - 12;
    const above = box.top - 12;
    const up = below < 240 && above > below;
    const style = this.node.style;
    style.minWidth = `${Math.min(wide, innerWidth - 16)}px`;
    style.maxHeight = `${Math.max(160, Math.min(up ? above : below, 420))}px`;
    const left = this.align === "end" ? box.right - this.node.offsetWidth : box.left;
    style.left = `${Math.max(8, Math.min(left, innerWidth - this.node.offsetWidth - 8))}px`;
    style.top = up ? "auto" : `${box.bottom + 6}px`;
    style.bottom = up ? `${innerHeight - box.top + 6}px` : "auto";
  }

  listen() {
    this.node.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("mousemove", (event) => {
      const index = this.items.findIndex((item) => item.row.contains(event.target));
      if (index >= 0 && index !== this.at) this.move(index, false);
    });
    this.list.addEventListener("click", (event) => {
      const item = this.items.find((each) => each.row.contains(event.target));
      if (item) this.choose(item);
    });
    this.away = (event) => {
      if (!this.node.contains(event.relatedTarget) && event.relatedTarget) closePicker();
    };
    this.node.addEventListener("focusout", this.away);
  }

  async query(text) {
    if (text.length < this.minimum) {
      const more = this.minimum - text.length;
      return this.say(`Type ${more} more ${more === 1 ? "character" : "characters"}`);
    }
    this.asked = text;
    this.node.setAttribute("aria-busy", "true");
    if (!this.items.length) this.say("Loading…");
    const groups = await this.load(text);
    if (this.asked !== text || current !== this) return undefined;
    this.node.removeAttribute("aria-busy");
    return this.show(groups);
  }

  filter(text) {
    const wanted = text.trim().toLowerCase();
    const fits = (item) => `${item.label} ${item.hint ?? ""} ${item.also ?? ""}`.toLowerCase().includes(wanted);
    this.show(this.groups.map((group) => ({ ...group, items: group.items.filter(fits) })));
  }

  show(groups) {
    this.items = [];
    this.list.replaceChildren();
    for (const group of groups) {
      if (!group.items.length) continue;
      if (group.label) this.list.append(h("div", { class: "picker-group", role: "presentation" }, group.label));
      for (const item of group.items) this.list.append(this.row(item));
    }
    if (!this.items.length) return this.say("Nothing found");
    const chosen = this.items.findIndex((item) => item.selected);
    return this.move(this.input?.value || chosen < 0 ? 0 : chosen);
  }

  row(item) {
    const menu = this.kind === "menu";
    const row = h(
      "div",
      {
        id: uid("option"),
        class: `picker-row${item.danger ? " danger" : ""}`,
        role: menu ? "menuitem" : "option",
        "aria-selected": menu ? null : String(Boolean(item.selected)),
        data: { value: item.value },
      },
      item.lead,
      h(
        "span",
        { class: "picker-words" },
        h("span", { class: "picker-label" }, item.node ?? item.label),
        item.hint && h("span", { class: "picker-hint" }, item.hint),
      ),
      item.tail,
      !menu && h("span", { class: "picker-check" }, icon("check")),
    );
    this.items.push({ ...item, row });
    return row;
  }

  say(text) {
    this.items = [];
    this.list.replaceChildren(h("div", { class: "picker-empty", role: "status" }, text));
  }

  move(index, scroll = true) {
    this.items[this.at]?.row.classList.remove("at");
    this.at = (index + this.items.length) % this.items.length;
    const { row } = this.items[this.at];
    row.classList.add("at");
    (this.input ?? this.list).setAttribute("aria-activedescendant", row.id);
    if (scroll) row.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const moves = { ArrowDown: this.at + 1, ArrowUp: this.at - 1, ...(this.input ? {} : { Home: 0, End: -1 }) };
    if (event.key in moves && this.items.length) this.move(moves[event.key]);
    else if ((event.key === "Enter" || (event.key === " " && !this.input)) && event.target.tagName !== "BUTTON") {
      if (this.items[this.at]) this.choose(this.items[this.at]);
    } else if (event.key === "Escape") closePicker(true);
    else if (event.key === "Tab" && !this.multi) closePicker(true);
    else if (!this.input && event.key.length === 1) this.jump(event.key);
    else return;
    if (event.key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
  }

  jump(letter) {
    const order = [...this.items.keys()].map((step) => (this.at + 1 + step) % this.items.length);
    const found = order.find((index) => this.items[index].label.toLowerCase().startsWith(letter.toLowerCase()));
    if (found !== undefined) this.move(found);
  }

  choose(item) {
    if (!this.multi) {
      closePicker(true);
      this.pick(item);
      return;
    }
    item.selected = !item.selected;
    item.row.setAttribute("aria-selected", String(item.selected));
    this.pick(item);
  }

  leave(refocus) {
    this.node.removeEventListener("focusout", this.away);
    this.shade.remove();
    this.node.remove();
    this.anchor.setAttribute("aria-expanded", "false");
    if (refocus) this.anchor.focus({ preventScroll: true });
    this.closed?.();
  }
}

addEventListener("resize", () => closePicker());
