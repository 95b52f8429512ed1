// data_visualization: pie, bar, line and area as plain SVG, with the figures as a table for those who cannot see it.
import { h, s } from "../dom.js";

const WIDE = 560;
const HIGH = 200;
const LEFT = 44;
const COLOURS = 12;

export function chart(block) {
  const spec = block.chart ?? {};
  const draw = spec.type === "pie" ? pie : axes;
  const { picture, legend, rows } = draw(spec);
  return h(
    "figure",
    { class: "chart" },
    h("figcaption", {}, block.title),
    h("div", { class: spec.type === "pie" ? "chart-pie" : "chart-plot" }, picture, legend),
    h("table", { class: "sr-only" }, h("caption", {}, block.title), rows),
  );
}

const row = (...cells) =>
  h(
    "tr",
    {},
    cells.map((cell) => h("td", {}, String(cell))),
  );
const key = (names) =>
  h(
    "ul",
    { class: "legend" },
    names.map((name, at) => h("li", {}, h("span", { class: `key series-${at % COLOURS}` }), name)),
  );

function pie(spec) {
  const parts = spec.segments ?? [];
  const sum = parts.reduce((total, part) => total + Math.max(0, part.value), 0) || 1;
  let turn = 0;
  const around = 2 * Math.PI * 40;
  const arcs = parts.map((part, at) => {
    const share = Math.max(0, part.value) / sum;
    const arc = s(
      "circle",
      {
        class: `stroke-${at % COLOURS}`,
        cx: 60,
        cy: 60,
        r: 40,
        fill: "none",
        "stroke-width": 28,
        "stroke-dasharray": `${Math.max(0, share * around - 1.5)} ${around}`,
        transform: `rotate(${turn * 360 - 90} 60 60)`,
      },
      s("title", {}, `${part.label}: ${part.value}`),
    );
    turn += share;
    return arc;
  });
  return {
    picture: s("svg", { viewBox: "0 0 120 120", class: "pie", "aria-hidden": "true" }, arcs),
    legend: key(parts.map((part) => `${part.label} · ${Math.round((100 * Math.max(0, part.value)) / sum)}%`)),
    rows: parts.map((part) => row(part.label, part.value)),
  };
}

function axes(spec) {
  const series = spec.series ?? [];
  const names = spec.axis_config?.categories ?? (series[0]?.data ?? []).map((point) => point.label);
  const valueAt = (one, at) => {
    const point = one.data.find((each) => each.label === names[at]) ?? one.data[at];
    return Number(point?.value ?? point ?? 0);
  };
  const all = series.flatMap((one) => names.map((_, at) => valueAt(one, at)));
  const [low, high, step] = scale(Math.min(0, ...all), Math.max(0, ...all));
  const y = (value) => 10 + (HIGH - 40) * (1 - (value - low) / (high - low));
  const slot = (WIDE - LEFT - 10) / Math.max(1, names.length);
  const x = (at) => LEFT + slot * (at + 0.5);
  const marks = [];
  for (let value = low; value <= high + step / 1e6; value += step) {
    marks.push(
      s("line", { class: "gridline", x1: LEFT, x2: WIDE - 6, y1: y(value), y2: y(value) }),
      s("text", { class: "axis", x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, short(value)),
    );
  }
  const every = Math.ceil(names.length / 10);
  names.forEach(
    (name, at) =>
      at % every === 0 &&
      marks.push(
        s(
          "text",
          { class: "axis", x: x(at), y: HIGH - 10, "text-anchor": "middle" },
          name.length > 9 && names.length > 5 ? `${name.slice(0, 8)}…` : name,
        ),
      ),
  );
  const shapes = spec.type === "bar" ? bars : lines;
  return {
    picture: s(
      "svg",
      { viewBox: `0 0 ${WIDE} ${HIGH}`, class: "plot", "aria-hidden": "true" },
      marks,
      shapes({ spec, series, names, valueAt, x, y, slot }),
    ),
    legend: series.length > 1 ? key(series.map((one) => one.name)) : axisWords(spec.axis_config),
    rows: [
      row("", ...series.map((one) => one.name)),
      ...names.map((name, at) => row(name, ...series.map((one) => valueAt(one, at)))),
    ],
  };
}

const axisWords = (axis) =>
  h("p", { class: "axis-words" }, [axis?.y_label, axis?.x_label].filter(Boolean).join(" by "));

function bars({ series, names, valueAt, x, y, slot }) {
  const wide = Math.min(26, (slot * 0.72) / series.length);
  return names.flatMap((name, at) =>
    series.map((one, which) => {
      const value = valueAt(one, at);
      return s(
        "rect",
        {
          class: `fill-${which % COLOURS}`,
          x: x(at) + (which - series.length / 2) * wide + 1,
          width: Math.max(1, wide - 2),
          rx: 2,
          y: Math.min(y(value), y(0)),
          height: Math.max(1, Math.abs(y(0) - y(value))),
        },
        s("title", {}, `${name}, ${one.name}: ${value}`),
      );
    }),
  );
}

function lines({ spec, series, names, valueAt, x, y }) {
  return series.flatMap((one, which) => {
    const points = names.map((_, at) => `${x(at)},${y(valueAt(one, at))}`);
    const colour = which % COLOURS;
    return [
      spec.type === "area" &&
        s("polygon", {
          class: `area fill-${colour}`,
          points: [`${x(0)},${y(0)}`, ...points, `${x(names.length - 1)},${y(0)}`].join(" "),
        }),
      s("polyline", {
        class: `stroke-${colour}`,
        points: points.join(" "),
        fill: "none",
        "stroke-width": 2.5,
        "stroke-linejoin": "round",
      }),
      ...names.map((name, at) =>
        s(
          "circle",
          { class: `fill-${colour}`, cx: x(at), cy: y(valueAt(one, at)), r: 3 },
          s("title", {}, `${name}, ${one.name}: ${valueAt(one, at)}`),
        ),
      ),
    ];
  });
}

function scale(low, high) {
  const span = high - low || 1;
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough);
  return [Math.floor(low / step) * step, Math.ceil((high || 1) / step) * step, step];
}

const short = (value) => {
  const size = Math.abs(value);
  if (size >= 1e6) return `${+(value / 1e6).toFixed(1)}M`;
  return size >= 1e3 ? `${+(value / 1e3).toFixed(1)}k` : String(+value.toFixed(2));
};
