// All select menus: static, external, users, conversations, channels; one or many.
import { avatar } from "../avatar.js";
import { post } from "../api.js";
import { h, uid } from "../dom.js";
import { icon } from "../icons.js";
import { words } from "../mrkdwn.js";
import { complain } from "../notices.js";
import { openPicker } from "../picker.js";
import { press, speaks } from "../press.js";
import { asMe, isMine, nameOf, otherOf, state } from "../store.js";

const ofOption = (option) => ({
  value: option.value,
  label: words(option.text),
  hint: words(option.description) || null,
});
const ofUser = (user) => ({ value: user.id, label: nameOf(user), hint: user.email, lead: avatar(user, "small") });
const ofChannel = (channel) =>
  channel.is_im
    ? { value: channel.id, label: nameOf(otherOf(channel)), lead: avatar(otherOf(channel), "small") }
    : { value: channel.id, label: channel.name, lead: icon(channel.is_private ? "lock" : "hash") };

const grouped = (groups, options) =>
  groups
    ? groups.map((group) => ({ label: words(group.label), items: group.options.map(ofOption) }))
    : [{ items: (options ?? []).map(ofOption) }];

const KINDS = {
  static: { initial: "option", groups: (spec) => grouped(spec.option_groups, spec.options) },
  external: { initial: "option" },
  users: {
    initial: "user",
    groups: () => [{ items: [...state.users.values()].filter((user) => !user.deleted && !user.is_bot).map(ofUser) }],
  },
  channels: {
    initial: "channel",
    groups: () => [
      { items: [...state.channels.values()].filter((channel) => !channel.is_im && !channel.is_private).map(ofChannel) },
    ],
  },
  conversations: {
    initial: "conversation",
    groups: (spec) => [
      {
        items: [...state.channels.values()]
          .filter((channel) => isMine(channel) && allowed(spec, channel))
          .map(ofChannel),
      },
    ],
  },
};

function allowed(spec, channel) {
  const include = spec.filter?.include;
  const kind = channel.is_im ? "im" : channel.is_private ? "private" : "public";
  if (include && !include.includes(kind)) return false;
  return !(spec.filter?.exclude_bot_users && otherOf(channel)?.is_bot);
}

async function fromApp(spec, block, ctx, query) {
  const answer = await post("options", {
    as: asMe(),
    ...ctx.where,
    action_id: spec.action_id,
    block_id: block.block_id,
    query,
  });
  if (complain(answer)) return [];
  return grouped(answer.option_groups, answer.options);
}

export function select(spec, block, ctx, about) {
  const multi = spec.type.startsWith("multi_");
  const kind = spec.type.replace("multi_", "").replace("_select", "");
  const { initial: noun, groups } = KINDS[kind];
  const known = new Map();
  const learn = (list) => list.forEach((group) => group.items.forEach((item) => known.set(item.value, item)));
  const first = startsWith(spec, noun, multi, known);
  let chosen = [ctx.form?.begin(block.block_id, spec.action_id, first) ?? first]
    .flat()
    .filter((value) => value !== null && value !== undefined);
  if (groups) learn(groups(spec));
  for (const item of ctx.form?.learnt?.get(spec.action_id) ?? []) known.set(item.value, item);

  const face = h("span", { class: "select-face", id: uid("face") });
  const node = h(
    "button",
    {
      type: "button",
      id: about.id,
      class: `select${multi ? " multi" : ""}`,
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "aria-describedby": about.describedBy,
      "aria-labelledby": about.label ? `${about.label} ${face.id}` : null,
    },
    face,
    icon("chevron"),
  );
  const placeholder = words(spec.placeholder) || (multi ? "Choose some" : "Choose one");
  const show = () => {
    const labels = chosen.map((value) => known.get(value)?.label ?? value);
    face.replaceChildren(
      ...(labels.length === 0
        ? [h("span", { class: "select-empty" }, placeholder)]
        : multi
          ? labels.map((label) => h("span", { class: "chip" }, label))
          : [h("span", {}, labels[0])]),
    );
    if (!about.id)
      node.setAttribute("aria-label", labels.length ? `${placeholder}: ${labels.join(", ")}` : placeholder);
  };
  show();

  const take = async (next, before = chosen) => {
    if (String(next) === String(before)) return;
    chosen = next;
    show();
    const value = multi ? chosen : (chosen[0] ?? null);
    ctx.form?.set(block.block_id, spec.action_id, value);
    if (!speaks(block)) return;
    if (await press(ctx, block, spec, value, node)) return;
    chosen = before;
    ctx.form?.set(block.block_id, spec.action_id, multi ? chosen : (chosen[0] ?? null));
    show();
  };
  const remember = (item) => {
    known.set(item.value, item);
    if (ctx.form) (ctx.form.learnt ??= new Map()).set(spec.action_id, [...known.values()]);
  };

  node.addEventListener("click", () => {
    const mark = (list) =>
      list.map((group) => ({
        ...group,
        items: group.items.map((item) => ({ ...item, selected: chosen.includes(item.value) })),
      }));
    const all = groups?.(spec) ?? [];
    const before = chosen;
    let working = [...chosen];
    openPicker({
      anchor: node,
      label: placeholder,
      multi,
      minimum: kind === "external" ? (spec.min_query_length ?? 3) : 0,
      placeholder: kind === "external" ? "Type to search" : "Search",
      search: all.reduce((sum, group) => sum + group.items.length, 0) > 7,
      groups: mark(all),
      load: groups ? null : async (query) => mark(await fromApp(spec, block, ctx, query)),
      pick: (item) => {
        remember(item);
        if (!multi) return take([item.value]);
        working = item.selected
          ? [...working, item.value].slice(0, spec.max_selected_items ?? 1000)
          : working.filter((value) => value !== item.value);
        chosen = working;
        return show();
      },
      closed: () => multi && take(working, before),
    });
  });
  return node;
}

function startsWith(spec, noun, multi, known) {
  const given = spec[`initial_${noun}${multi ? "s" : ""}`];
  const here =
    noun === "conversation" && spec.default_to_current_conversation && given === undefined ? state.place : undefined;
  const value = [given ?? here ?? []].flat().map((each) => {
    if (typeof each !== "object") return each;
    known.set(each.value, ofOption(each));
    return each.value;
  });
  return multi ? value : (value[0] ?? null);
}
