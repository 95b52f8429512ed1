// Builds the page by nodes. Text always goes in as text: nothing here, or anywhere else in the page, parses HTML.

export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  apply(node, props);
  append(node, children);
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

export function s(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  append(node, children);
  return node;
}

function apply(node, props) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (name === "data") {
      for (const [key, text] of Object.entries(value)) {
        if (text !== null && text !== undefined) node.dataset[key] = text;
      }
    } else if (name === "vars") {
      for (const [key, text] of Object.entries(value)) node.style.setProperty(`--${key}`, text);
    } else if (name === "value" || name === "checked" || name === "disabled" || name === "open") {
      node[name] = value;
    } else {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
}

function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
}

let counter = 0;

/** A fresh id for aria-labelledby and its kin. */
export function uid(prefix = "n") {
  counter += 1;
  return `${prefix}-${counter}`;
}

export function debounce(wait, action) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), wait);
  };
}

export const isPhone = () => matchMedia("(max-width: 760px)").matches;
export const isMac = /Mac|iPhone|iPad/.test(navigator.platform ?? "");
