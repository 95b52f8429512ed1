// The confirm dialog of an element, as the app wrote it.
import { h, uid } from "./dom.js";
import { textObject, words } from "./mrkdwn.js";

/** Asks; resolves to whether the person confirmed. */
export function confirmed(confirm) {
  if (!confirm) return Promise.resolve(true);
  const title = uid("confirm");
  const body = uid("confirm");
  return new Promise((resolve) => {
    const yes = h(
      "button",
      {
        type: "button",
        class: `button ${confirm.style === "danger" ? "danger" : "primary"}`,
        data: { confirm: "yes" },
      },
      words(confirm.confirm) || "Yes",
    );
    const no = h(
      "button",
      { type: "button", class: "button", data: { confirm: "no" } },
      words(confirm.deny) || "Cancel",
    );
    const dialog = h(
      "dialog",
      { class: "confirm", "aria-labelledby": title, "aria-describedby": body },
      h(
        "div",
        { class: "confirm-panel" },
        h("h2", { id: title }, words(confirm.title) || "Are you sure?"),
        h("div", { id: body, class: "confirm-text" }, textObject(confirm.text)),
        h("div", { class: "confirm-foot" }, no, yes),
      ),
    );
    const before = document.activeElement;
    let answer = false;
    yes.addEventListener("click", () => {
      answer = true;
      dialog.close();
    });
    no.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before?.isConnected) before.focus({ preventScroll: true });
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
    (confirm.style === "danger" ? no : yes).focus();
  });
}
