// Every picture of the page, drawn here: 20 by 20, strokes in the colour of the text beside it.
import { s } from "./dom.js";

const PATHS = {
  hash: ["M7.5 3 6 17", "M14 3l-1.5 14", "M3.5 7.3h13.5", "M3 12.7h13.5"],
  lock: ["M5 9h10v8H5z", "M7 9V6.5a3 3 0 0 1 6 0V9"],
  chevron: ["m6 8 4 4 4-4"],
  right: ["m8 5 5 5-5 5"],
  left: ["m12 5-5 5 5 5"],
  down: ["M10 4v12", "m5 11 5 5 5-5"],
  close: ["m5 5 10 10", "M15 5 5 15"],
  menu: ["M3 6h14", "M3 10h14", "M3 14h14"],
  more: ["M5 10h.01", "M10 10h.01", "M15 10h.01"],
  send: ["M3.5 10 17 3.5 12.5 17 9.7 11z", "m9.7 11 3-3"],
  reply: ["M4 4h12v9H9l-4 3.5V13H4z"],
  bolt: ["M11 2.5 4.5 11.5H10L9 17.5l6.5-9H10z"],
  cloud: ["M6 15.5a3.5 3.5 0 0 1-.4-7A4.8 4.8 0 0 1 15 8.3a3.6 3.6 0 0 1-.6 7.2z"],
  clock: ["M10 2.8a7.2 7.2 0 1 1 0 14.4 7.2 7.2 0 0 1 0-14.4z", "M10 6v4.2l2.8 1.8"],
  search: ["M9 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11z", "m13 13 4 4"],
  check: ["m4.5 10.5 3.7 3.7 7.3-8"],
  alert: ["M10 3.2 17.5 16h-15z", "M10 8.2v3.6", "M10 13.8h.01"],
  info: ["M10 2.8a7.2 7.2 0 1 1 0 14.4 7.2 7.2 0 0 1 0-14.4z", "M10 9.2v4.3", "M10 6.6h.01"],
  error: ["M10 2.8a7.2 7.2 0 1 1 0 14.4 7.2 7.2 0 0 1 0-14.4z", "M10 6.3v4.6", "M10 13.4h.01"],
  shield: ["M10 2.6 16 5v4.6c0 3.6-2.4 6.4-6 7.8-3.6-1.4-6-4.2-6-7.8V5z"],
  eye: ["M2.5 10S5.2 5 10 5s7.5 5 7.5 5-2.7 5-7.5 5S2.5 10 2.5 10z", "M10 8a2 2 0 1 1 0 4 2 2 0 0 1 0-4z"],
  link: [
    "M8.3 11.700a3 3 0 0 0 4.3 0l3-3a3 3 0 0 0-4.3-4.300l-1 1",
    "M11.7 8.300a3 3 0 0 0-4.3 0l-3 3a3 3 0 0 0 4.3 4.300l1-1",
  ],
  file: ["M5 2.800h6.500L15 6.300V17.200H5z", "M11.3 3v3.500H15"],
  image: ["M3 4h14v12H3z", "m3 13.5 4-4 3.5 3.5 2-2 4.5 4.5", "M13 7.500h.01"],
  play: ["M6.5 4v12l9.5-6z"],
  trash: ["M4 6h12", "M8 6V4h4v2", "M5.5 6l.8 11h7.400l.8-11"],
  pencil: ["M4 16l.7-3.200L13.5 4l2.5 2.5-8.8 8.800z"],
  star: ["m10 3 2.1 4.5 4.9.6-3.6 3.4.9 4.900L10 14l-4.3 2.4.9-4.900L3 8.100l4.9-.6z"],
  up: [
    "M7 9.5 10 3c1.2 0 2 .8 2 2v3.500h3.800c.8 0 1.4.8 1.2 1.600l-1.3 5.300c-.2.7-.8 1.1-1.5 1.100H7z",
    "M7 9.500H4v7h3",
  ],
  thumbdown: [
    "M7 10.5 10 17c1.2 0 2-.8 2-2v-3.500h3.800c.8 0 1.4-.8 1.2-1.600l-1.3-5.300c-.2-.7-.8-1.1-1.5-1.100H7z",
    "M7 10.500H4v-7h3",
  ],
  refresh: ["M15.8 8A6.2 6.2 0 1 0 16 12", "M16.2 3.800V8H12"],
  home: ["m3 9.5 7-6 7 6", "M5 8.500V16.500h10V8.5"],
  people: [
    "M7.5 4a2.7 2.7 0 1 1 0 5.4 2.7 2.7 0 0 1 0-5.400z",
    "M2.5 16c.3-3 2.3-4.5 5-4.500s4.7 1.5 5 4.5",
    "M13 4.300a2.5 2.5 0 0 1 0 4.8",
    "M14.5 11.800c1.8.5 2.8 2 3 4.2",
  ],
  calendar: ["M3.5 4.500h13v12h-13z", "M3.5 8.200h13", "M7 2.800v3", "M13 2.800v3"],
};

export function icon(name, label) {
  const paths = (PATHS[name] ?? PATHS.info).map((d) => s("path", { d }));
  return s(
    "svg",
    {
      class: `icon icon-${name}`,
      viewBox: "0 0 20 20",
      fill: "none",
      stroke: "currentColor",
      "stroke-width": name === "more" ? 2.6 : 1.6,
      "stroke-linecap": "round",
      "stroke-linejoin": "round",
      ...(label ? { role: "img", "aria-label": label } : { "aria-hidden": "true", focusable: "false" }),
    },
    paths,
  );
}

/** The cup: Grail's own mark. */
export function mark() {
  return s(
    "svg",
    { class: "mark", viewBox: "0 0 32 32", "aria-hidden": "true", focusable: "false" },
    s("rect", { width: 32, height: 32, rx: 9, class: "mark-ground" }),
    s("path", { d: "M8.5 8.500h15c0 5.6-2.7 9.3-7.5 9.300s-7.5-3.7-7.5-9.300z", class: "mark-cup" }),
    s("path", { d: "M16 17.800v4.700M11.5 24h9", class: "mark-stem" }),
  );
}
