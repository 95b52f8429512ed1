// table, and data_table with its pages, sorting and filter.
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { emojiNodes } from "../mrkdwn.js";
import { plainOf, richText } from "./rich.js";

const cellNode = (cell) =>
  cell?.type === "rich_text" ? richText(cell) : emojiNodes(String(cell?.text ?? cell?.value ?? ""));
const cellText = (cell) => (cell?.type === "rich_text" ? plainOf(cell) : String(cell?.text ?? cell?.value ?? ""));
const cellKey = (cell) => (cell?.type === "raw_number" ? Number(cell.value) : cellText(cell).toLowerCase());

export function table(block) {
  const looks = block.column_settings ?? [];
  const look = (at) =>
    [looks[at]?.align && `align-${looks[at].align}`, looks[at]?.is_wrapped && "wrapped"].filter(Boolean).join(" ");
  const [head, ...rows] = block.rows;
  return h(
    "div",
    { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" },
    h(
      "table",
      { class: "grid" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          head.map((cell, at) => h("th", { scope: "col", class: look(at) }, cellNode(cell))),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            row.map((cell, at) => h("td", { class: look(at) }, cellNode(cell))),
          ),
        ),
      ),
    ),
  );
}

export function dataTable(block) {
  const [head, ...rows] = block.rows;
  const size = block.page_size ?? 5;
  const name = block.row_header_column_index ?? 0;
  const view = { page: 0, column: null, down: false, text: "" };
  const body = h("tbody");
  const count = h("span", { class: "table-count", "aria-live": "polite" });
  const before = h(
    "button",
    {
      type: "button",
      class: "ghost tiny",
      "aria-label": "Page before",
      on: { click: () => show({ page: view.page - 1 }) },
    },
    icon("left"),
  );
  const after = h(
    "button",
    {
      type: "button",
      class: "ghost tiny",
      "aria-label": "Page after",
      on: { click: () => show({ page: view.page + 1 }) },
    },
    icon("right"),
  );
  const heads = head.map((cell, at) =>
    h(
      "th",
      { scope: "col", "aria-sort": "none", class: rows[0]?.[at]?.type === "raw_number" ? "align-right" : "" },
      h(
        "button",
        {
          type: "button",
          class: "sorter",
          on: { click: () => show({ column: at, down: view.column === at && !view.down, page: 0 }) },
        },
        cellText(cell),
        icon("chevron"),
      ),
    ),
  );
  const filter = h("input", {
    type: "search",
    class: "field small",
    placeholder: "Filter",
    "aria-label": `Filter ${block.caption}`,
    on: { input: (event) => show({ text: event.target.value.toLowerCase(), page: 0 }) },
  });

  function show(change) {
    Object.assign(view, change);
    const found = rows.filter((row) => row.some((cell) => cellText(cell).toLowerCase().includes(view.text)));
    if (view.column !== null) {
      const way = view.down ? -1 : 1;
      found.sort((a, b) => (cellKey(a[view.column]) < cellKey(b[view.column]) ? -way : way));
    }
    const pages = Math.max(1, Math.ceil(found.length / size));
    view.page = Math.max(0, Math.min(view.page, pages - 1));
    body.replaceChildren(
      ...found.slice(view.page * size, (view.page + 1) * size).map((row) =>
        h(
          "tr",
          {},
          row.map((cell, at) =>
            h(
              at === name ? "th" : "td",
              { scope: at === name ? "row" : null, class: cell?.type === "raw_number" ? "align-right" : "" },
              cellNode(cell),
            ),
          ),
        ),
      ),
    );
    heads.forEach((node, at) =>
      node.setAttribute("aria-sort", at !== view.column ? "none" : view.down ? "descending" : "ascending"),
    );
    count.textContent = found.length
      ? `${view.page * size + 1}–${Math.min(found.length, (view.page + 1) * size)} of ${found.length}`
      : "Nothing found";
    before.disabled = view.page === 0;
    after.disabled = view.page === pages - 1;
  }
  show({});
  return h(
    "div",
    { class: "data-table" },
    h("div", { class: "table-top" }, h("span", { class: "table-caption" }, block.caption), filter),
    h(
      "div",
      { class: "table-scroll", tabindex: "0", role: "region", "aria-label": block.caption },
      h(
        "table",
        { class: "grid" },
        h("caption", { class: "sr-only" }, block.caption),
        h("thead", {}, h("tr", {}, heads)),
        body,
      ),
    ),
    h("div", { class: "table-foot" }, count, before, after),
  );
}
