// Times as the acting person reads them: in that person's zone, against the workspace's own (movable) clock.
import { me, now } from "./store.js";

const formats = new Map();

export const zone = () => me()?.tz || Intl.DateTimeFormat().resolvedOptions().timeZone;

function format(options, timeZone = zone()) {
  const key = timeZone + JSON.stringify(options);
  if (!formats.has(key)) {
    try {
      formats.set(key, new Intl.DateTimeFormat("en-GB", { timeZone, ...options }));
    } catch {
      formats.set(key, new Intl.DateTimeFormat("en-GB", options));
    }
  }
  return formats.get(key);
}

const show = (seconds, options) => format(options).format(new Date(seconds * 1000));

export const timeOf = (seconds) => show(seconds, { hour: "2-digit", minute: "2-digit" });
export const timeIn = (timeZone) =>
  format({ hour: "2-digit", minute: "2-digit" }, timeZone).format(new Date(now() * 1000));
export const fullTime = (seconds) =>
  show(seconds, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  });

/** The calendar day, as YYYY-MM-DD in the person's zone. */
export function dayOf(seconds) {
  const parts = Object.fromEntries(
    format({ year: "numeric", month: "2-digit", day: "2-digit" })
      .formatToParts(new Date(seconds * 1000))
      .map((part) => [part.type, part.value]),
  );
  return `${parts.year}-${parts.month}-${parts.day}`;
}

function nearby(seconds) {
  const day = dayOf(seconds);
  if (day === dayOf(now())) return "today";
  if (day === dayOf(now() - 86400)) return "yesterday";
  if (day === dayOf(now() + 86400)) return "tomorrow";
  return null;
}

const sameYear = (seconds) => dayOf(seconds).slice(0, 4) === dayOf(now()).slice(0, 4);

export function dayTitle(seconds) {
  const near = nearby(seconds);
  if (near) return near[0].toUpperCase() + near.slice(1);
  return show(seconds, {
    weekday: "long",
    day: "numeric",
    month: "long",
    ...(sameYear(seconds) ? {} : { year: "numeric" }),
  });
}

export function ago(seconds) {
  const past = now() - seconds;
  const size = Math.abs(past);
  const steps = [
    [60, 1, "second"],
    [3600, 60, "minute"],
    [86400, 3600, "hour"],
    [Infinity, 86400, "day"],
  ];
  const [, unit, word] = steps.find(([limit]) => size < limit);
  const count = Math.max(1, Math.round(size / unit));
  if (size < 5) return "just now";
  const text = `${count} ${word}${count === 1 ? "" : "s"}`;
  return past >= 0 ? `${text} ago` : `in ${text}`;
}

const LONG = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
const MIDDLE = { day: "numeric", month: "long", year: "numeric" };
const SHORT = { day: "numeric", month: "short", year: "numeric" };

const TOKENS = {
  date_num: (at) => dayOf(at),
  date_slash: (at) => show(at, { day: "2-digit", month: "2-digit", year: "numeric" }),
  date: (at) => show(at, MIDDLE),
  date_short: (at) => show(at, SHORT),
  date_long: (at) => show(at, LONG),
  date_long_full: (at) => show(at, LONG),
  date_pretty: (at) => nearby(at) ?? show(at, MIDDLE),
  date_short_pretty: (at) => nearby(at) ?? show(at, SHORT),
  date_long_pretty: (at) => nearby(at) ?? show(at, LONG),
  day_divider_pretty: (at) => dayTitle(at),
  time: timeOf,
  time_secs: (at) => show(at, { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  ago,
};

/** Slack's date formatting: "{date_short_pretty} at {time}" and the like. */
export function slackDate(seconds, pattern) {
  return pattern.replace(/\{(\w+)\}/g, (whole, token) => (TOKENS[token] ? TOKENS[token](seconds) : whole));
}

/** Seconds since 1970 to the "YYYY-MM-DDTHH:MM" of a datetime-local field, in the person's zone. */
export function toLocalField(seconds) {
  return `${dayOf(seconds)}T${timeOf(seconds)}`;
}

/** The way back. An hour that a change of daylight saving skips or doubles lands on one side of it. */
export function fromLocalField(text) {
  const asUtc = Date.parse(`${text}:00Z`) / 1000;
  let guess = asUtc;
  for (let round = 0; round < 3; round += 1) {
    guess += asUtc - Date.parse(`${toLocalField(guess)}:00Z`) / 1000;
  }
  return Math.round(guess);
}
