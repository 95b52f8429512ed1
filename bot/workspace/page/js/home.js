// The Home tab of the app.
import { drawBlocks } from "./blocks/index.js";
import { h } from "./dom.js";
import { Form } from "./form.js";
import { mark } from "./icons.js";
import { state } from "./store.js";

let form = new Form();
let whose = null;

export function drawHome(box) {
  if (whose !== state.me) {
    whose = state.me;
    form = new Form();
    box.replaceChildren();
  }
  const view = state.home;
  if (!view?.blocks?.length) {
    box.replaceChildren(
      h(
        "div",
        { class: "empty" },
        mark(),
        h("h2", {}, "Nothing on the Home tab yet"),
        h("p", {}, `${state.app.name ?? "The app"} has not published a Home view for you.`),
      ),
    );
    return;
  }
  let inside = box.querySelector(".home-inside");
  if (!inside) {
    inside = h("div", { class: "home-inside blocks" });
    box.replaceChildren(inside);
  }
  form.keep(view.blocks);
  drawBlocks(inside, view.blocks, { surface: "home", form, where: { view: view.id ?? "home" } });
}
