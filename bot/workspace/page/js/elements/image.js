// Pictures. One that cannot be loaded becomes a labelled link to it.
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { safeUrl } from "../mrkdwn.js";

const near = (url) =>
  url.startsWith("https://") ||
  url.startsWith("/") ||
  url.startsWith("data:image/") ||
  url.startsWith(`${location.origin}/`);

export function picture(url, alt, name) {
  if (url && near(url)) {
    const node = h("img", {
      src: url,
      referrerpolicy: "no-referrer",
      alt: alt ?? "",
      class: name,
      loading: "lazy",
      decoding: "async",
    });
    node.addEventListener("error", () => node.replaceWith(instead(url, alt, name)), { once: true });
    return node;
  }
  return instead(url, alt, name);
}

function instead(url, alt, name) {
  const safe = safeUrl(url);
  const small = name?.includes("tiny");
  const inside = [icon("image"), !small && h("span", {}, alt || "Image")];
  return safe
    ? h(
        "a",
        {
          href: safe,
          target: "_blank",
          rel: "noopener noreferrer",
          class: `${name} outside`,
          title: `${alt ?? "Image"} (opens ${new URL(safe).host})`,
          "aria-label": alt || "Image",
        },
        inside,
      )
    : h("span", { class: `${name} outside`, role: "img", "aria-label": alt || "Image" }, inside);
}

export const urlOf = (spec) => spec.image_url ?? spec.slack_file?.url ?? null;

export const image = (spec) => picture(urlOf(spec), spec.alt_text, "image-accessory");
