// Makes the systems around the app slow, or fail, and moves the workspace's clock.
import { dayTitle, timeOf } from "./dates.js";
import { post } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { complain } from "./notices.js";
import { now, on, state } from "./store.js";

const KINDS = [
  { key: "slow", label: "Slow", about: "Every answer takes 2 seconds", value: 2 },
  { key: "rate_limited", label: "Rate limited", about: "429 with Retry-After", value: true },
  { key: "failing", label: "Failing", about: "Answers 500", value: true },
  { key: "down", label: "Down", about: "No answer at all", value: true },
  { key: "old_blocks", label: "Old blocks", about: "Knows the base blocks only", value: true, only: "slack" },
];
const STEPS = [
  ["1 min", 60],
  ["10 min", 600],
  ["1 h", 3600],
  ["1 day", 86400],
];

const systems = () => ["slack", ...Object.keys(state.weather ?? {}).filter((name) => name !== "slack")];
const isOn = (system, key) => Boolean(state.weather?.[system]?.[key]);

/** How many kinds of bad weather there are at the moment. */
export const weatherCount = () =>
  systems().reduce((sum, system) => sum + KINDS.filter((kind) => isOn(system, kind.key)).length, 0);

const box = h("div", { class: "weather" });

export function drawWeather() {
  const focused = box.contains(document.activeElement) ? document.activeElement.name : null;
  box.replaceChildren(...systems().map(systemBox), clockBox());
  if (focused) box.querySelector(`[name="${CSS.escape(focused)}"]`)?.focus();
  return box;
}

on("weather clock", () => box.isConnected && drawWeather());

const NAMES = { slack: "Slack", pagerduty: "PagerDuty", github: "GitHub" };

function systemBox(system) {
  return h(
    "fieldset",
    { class: "weather-system" },
    h("legend", {}, NAMES[system] ?? system),
    KINDS.filter((kind) => !kind.only || kind.only === system).map((kind) => {
      const input = h("input", {
        type: "checkbox",
        role: "switch",
        name: `${system}-${kind.key}`,
        checked: isOn(system, kind.key),
      });
      input.addEventListener("change", async () => {
        const answer = await post("weather", {
          system,
          [kind.key]: input.checked ? kind.value : kind.key === "slow" ? 0 : false,
        });
        if (complain(answer)) input.checked = !input.checked;
      });
      return h(
        "label",
        { class: "switch-row" },
        h("span", {}, h("strong", {}, kind.label), h("span", {}, kind.about)),
        input,
      );
    }),
  );
}

function clockBox() {
  const ahead = state.clock;
  return h(
    "fieldset",
    { class: "weather-system" },
    h("legend", {}, "Clock"),
    h(
      "p",
      { class: "clock-now" },
      icon("clock"),
      h(
        "span",
        {},
        h("strong", {}, `${dayTitle(now())}, ${timeOf(now())}`),
        h("span", {}, ahead >= 1 ? `${span(ahead)} ahead of the real time` : "The real time"),
      ),
    ),
    h(
      "div",
      { class: "clock-steps" },
      STEPS.map(([label, seconds]) =>
        h(
          "button",
          {
            type: "button",
            name: `clock-${seconds}`,
            class: "button",
            "aria-label": `Move the clock forward by ${label}`,
            on: { click: async () => complain(await post("clock", { forward: seconds })) },
          },
          `+ ${label}`,
        ),
      ),
    ),
    h(
      "p",
      { class: "panel-note" },
      "Time only moves forward, for the workspace and for every app that reads the same clock file.",
    ),
  );
}

function span(seconds) {
  const parts = [
    [86400, "d"],
    [3600, "h"],
    [60, "min"],
  ];
  let rest = Math.round(seconds);
  const out = [];
  for (const [size, name] of parts) {
    if (rest >= size) out.push(`${Math.floor(rest / size)} ${name}`);
    rest %= size;
  }
  return out.join(" ") || `${Math.round(seconds)} s`;
}
