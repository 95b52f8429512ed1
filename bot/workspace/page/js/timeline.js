// A list of messages that is brought up to date in place: keyed, without flicker, at the end only if it was there.
import { dayOf, dayTitle } from "./dates.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { continues, drawMessage, patchMessage } from "./message.js";
import { keyOf, state } from "./store.js";

export class Timeline {
  /** empty: () => node for a list with nothing in it. */
  constructor({ label, empty, inThread = false }) {
    this.ctx = { place: null, inThread };
    this.what = null;
    this.empty = empty;
    this.nodes = new Map();
    this.list = h("div", {
      class: "timeline-list",
      role: "log",
      "aria-label": label,
      "aria-live": "polite",
      "aria-relevant": "additions",
    });
    this.pill = h(
      "button",
      { type: "button", class: "pill", hidden: true, on: { click: () => this.toEnd(true) } },
      icon("down"),
      h("span", {}, "New messages"),
    );
    this.scroll = h(
      "div",
      { class: "timeline", tabindex: "0", role: "region", "aria-label": label },
      h("div", { class: "timeline-fill" }),
      this.list,
    );
    this.node = h("div", { class: "timeline-box" }, this.scroll, this.pill);
    this.scroll.addEventListener(
      "scroll",
      () => {
        this.stuck = this.atEnd();
        this.top = this.scroll.scrollTop;
        if (this.stuck) this.pill.hidden = true;
      },
      { passive: true },
    );
    this.scroll.addEventListener("keydown", (event) => this.arrows(event));
    // Whatever grows (a message, an opened log, a keyboard on a phone): who was at the end stays there.
    const watch = new ResizeObserver(() => this.stays() && this.toEnd());
    watch.observe(this.list, { box: "border-box" });
    watch.observe(this.scroll);
    this.stuck = true;
    this.top = 0;
  }

  /** Whether the reader is still at the end. Who has just scrolled up is seen here, a frame before the event says so. */
  stays() {
    return this.stuck && (this.scroll.scrollTop >= this.top - 1 || this.atEnd());
  }

  atEnd() {
    return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 60;
  }

  toEnd(smooth = false) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scroll.scrollTo({ top: this.scroll.scrollHeight, behavior: smooth && !calm ? "smooth" : "instant" });
    this.stuck = true;
    this.top = this.scroll.scrollTop;
    this.pill.hidden = true;
  }

  /** fresh: the message that has just come, if one has; loading: nothing is known of the place yet. */
  show(place, messages, { thread = null, fresh = null, loading = false } = {}) {
    const what = [state.me, place, thread].join(" ");
    if (what !== this.what) {
      this.nodes.clear();
      this.list.replaceChildren();
      this.stuck = true;
      this.top = 0;
    }
    this.what = what;
    this.ctx = { ...this.ctx, place };
    this.fill(messages, loading);
    if (this.stays() || (fresh && fresh.user === state.me && !fresh.bot_id)) this.toEnd();
    else if (fresh) this.pill.hidden = false;
  }

  fill(messages, loading) {
    const wanted = [];
    const keep = new Set();
    let day = null;
    let before = null;
    for (const message of messages) {
      const today = dayOf(Number(message.ts));
      if (today !== day) {
        day = today;
        before = null;
        wanted.push(this.divider(today, Number(message.ts), keep));
      }
      const key = keyOf(message);
      const compact = continues(message, before);
      keep.add(key);
      const standing = this.nodes.get(key);
      if (standing) patchMessage(standing, message, this.ctx, compact);
      else this.nodes.set(key, drawMessage(message, this.ctx, compact));
      wanted.push(this.nodes.get(key));
      before = message;
    }
    for (const [key, node] of this.nodes) {
      if (keep.has(key)) continue;
      node.remove();
      this.nodes.delete(key);
    }
    if (!messages.length && !loading) wanted.push(this.empty());
    this.order(wanted);
  }

  divider(day, at, keep) {
    const key = `day ${day}`;
    keep.add(key);
    if (!this.nodes.has(key))
      this.nodes.set(key, h("div", { class: "day", role: "separator", "aria-label": dayTitle(at) }, h("span", {})));
    const node = this.nodes.get(key);
    const title = dayTitle(at);
    if (node.firstChild.textContent !== title) node.firstChild.textContent = title;
    return node;
  }

  order(wanted) {
    wanted.forEach((node, index) => {
      const there = this.list.children[index];
      if (there !== node) this.list.insertBefore(node, there ?? null);
    });
    while (this.list.children.length > wanted.length) this.list.lastElementChild.remove();
  }

  arrows(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    const from = event.target;
    if (!(event.key in steps) || !(from === this.scroll || from.classList.contains("message"))) return;
    const all = [...this.list.querySelectorAll(".message")];
    const next = from === this.scroll ? all.at(-1) : all[all.indexOf(from) + steps[event.key]];
    if (!next) return;
    next.focus();
    event.preventDefault();
  }
}
