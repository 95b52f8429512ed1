// The first screen of a place without messages: where you are, who you are, and what to type.
import { avatar } from "./avatar.js";
import { suggestionsFor } from "./complete.js";
import { timeIn } from "./dates.js";
import { h } from "./dom.js";
import { icon, mark } from "./icons.js";
import { isMine, me, nameOf, otherOf, placeTitle, state } from "./store.js";

/** send(text) types it for the person. */
export function emptyPlace(send) {
  const channel = state.channels.get(state.place);
  const user = channel ? otherOf(channel) : state.users.get(state.place);
  if (channel && !channel.is_im && !isMine(channel)) return stranger();
  const inside = !channel || channel.is_im || channel.is_member;
  const words = user
    ? direct(user)
    : [`This is the beginning of ${placeTitle()}`, channel?.purpose || "Nothing has been said here yet."];
  return h(
    "div",
    { class: "empty" },
    user ? avatar(user, "huge") : mark(),
    h("h2", {}, words[0]),
    h("p", {}, words[1]),
    h(
      "p",
      { class: "empty-you" },
      avatar(me(), "small"),
      h(
        "span",
        {},
        "You are ",
        h("strong", {}, nameOf(me())),
        `, ${timeIn(me().tz)} in ${me().tz.split("/").at(-1).replaceAll("_", " ")}`,
      ),
    ),
    inside
      ? suggestions(user, send)
      : h(
          "p",
          { class: "empty-note" },
          icon("info"),
          `${state.app.name ?? "The app"} is not in this channel: invite it by typing @${state.users.get(state.app.user_id)?.name ?? "app"}.`,
        ),
  );
}

const stranger = () =>
  h(
    "div",
    { class: "empty" },
    mark(),
    h("h2", {}, `${nameOf(me())} is not in ${placeTitle()}`),
    h("p", {}, `Somebody in it can type /invite @${me().name} there.`),
  );

function direct(user) {
  if (user.id === state.app.user_id)
    return [nameOf(user), "Type to the app as you would to a colleague: here no slash is needed."];
  return [nameOf(user), [user.title, user.email, user.tz].filter(Boolean).join(" · ")];
}

function suggestions(user, send) {
  if (user && user.id !== state.app.user_id) return null;
  const bare = user ? (text) => text.replace(/^\/grail /, "") : (text) => text;
  const rows = state.commands.flatMap((each) => {
    const known = suggestionsFor(each.command).slice(0, 4);
    return known.length
      ? known
      : [
          {
            text: `${each.command}${each.usage_hint ? ` ${each.usage_hint}` : ""}`,
            about: each.description || "Command of the app",
          },
        ];
  });
  if (!rows.length) return null;
  return h(
    "div",
    { class: "suggestions" },
    h("h3", {}, "Try"),
    rows
      .slice(0, 6)
      .map((row) =>
        h(
          "button",
          { type: "button", class: "suggestion", on: { click: () => send(bare(row.text)) } },
          h("code", {}, bare(row.text)),
          h("span", {}, row.about),
          icon("right"),
        ),
      ),
  );
}
