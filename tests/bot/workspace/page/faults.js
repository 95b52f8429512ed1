// What is wrong with how the page stands now: names, labels, ids, contrast (WCAG AA), and what is cut off at the side.
() => {
  const faults = [];
  const seen = (node) =>
    node.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && node.getClientRects().length;
  const nameOf = (node) =>
    node.getAttribute("aria-label") ||
    node.getAttribute("aria-labelledby") ||
    (node.labels && node.labels.length && node.labels[0].innerText) ||
    node.innerText ||
    node.getAttribute("title");
  for (const node of document.querySelectorAll("button, a[href], input, textarea, [role=button], [role=option]")) {
    if (seen(node) && !(nameOf(node) || "").trim()) faults.push(`no name: ${node.outerHTML.slice(0, 120)}`);
  }
  for (const node of document.querySelectorAll("img")) if (!node.hasAttribute("alt")) faults.push("no alt");
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  for (const id of ids.filter((id, at) => ids.indexOf(id) !== at)) faults.push(`id twice: ${id}`);
  for (const name of ["aria-labelledby", "aria-describedby", "aria-activedescendant"]) {
    for (const node of document.querySelectorAll(`[${name}]`)) {
      for (const id of node.getAttribute(name).split(" "))
        if (!document.getElementById(id)) faults.push(`${name} to nothing: ${id}`);
    }
  }
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, under) => top.slice(0, 3).map((value, at) => value * top[3] + under[at] * (1 - top[3]));
  const groundOf = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((value) => {
      const v = value / 255;
      return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const told = new Set();
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (
      !walker.currentNode.data.trim() ||
      !seen(node) ||
      node.closest(".sr-only, .skip, noscript, :disabled, svg, .emoji")
    )
      continue;
    const style = getComputedStyle(node);
    const ground = groundOf(node);
    const [a, b] = [light(over(rgba(style.color), ground)), light(ground)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    const what = `${node.localName}.${node.className}`;
    if (ratio < least && !told.has(what)) {
      told.add(what);
      faults.push(`contrast ${ratio.toFixed(2)}: ${what} "${walker.currentNode.data.trim().slice(0, 40)}"`);
    }
  }
  for (const node of document.querySelectorAll("#main *, #side *, #sidebar *, dialog *")) {
    const box = node.getBoundingClientRect();
    const scroller = node.closest(".table-scroll, .carousel-track, .sr-only, .composer-text, svg, pre");
    const inDrawer =
      node.closest("#sidebar") && getComputedStyle(document.querySelector("#sidebar")).visibility === "hidden";
    if (box.width && !scroller && !inDrawer && (box.right > innerWidth + 1 || box.left < -1) && seen(node))
      faults.push(`cut off: ${node.localName}.${node.className}`);
  }
  if (document.documentElement.scrollWidth > innerWidth) faults.push("scrolls sideways");
  return faults;
};
