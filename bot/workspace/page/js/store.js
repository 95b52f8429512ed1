// What the page knows: the team, who you are, where you are, and the messages seen so far. Others listen to it.

export const state = {
  team: { name: "" },
  app: {},
  users: new Map(),
  channels: new Map(),
  commands: [],
  shortcuts: [],
  subteams: new Map(),
  weather: {},
  clock: 0,
  me: null,
  place: null,
  tab: "messages",
  thread: null,
  messages: new Map(),
  unread: new Map(),
  views: [],
  home: null,
  violations: 0,
  connection: "connecting",
};

const listeners = new Map();

export function on(names, listener) {
  for (const name of names.split(" ")) {
    if (!listeners.has(name)) listeners.set(name, new Set());
    listeners.get(name).add(listener);
  }
}

export function emit(name, data) {
  for (const listener of listeners.get(name) ?? []) listener(data);
}

export function takeState(body) {
  state.team = body.team ?? state.team;
  state.app = body.app ?? {};
  state.users = new Map((body.users ?? []).map((user) => [user.id, user]));
  state.commands = body.commands ?? [];
  state.shortcuts = body.shortcuts ?? [];
  state.subteams = new Map((body.subteams ?? []).map((group) => [group.id, group]));
  state.weather = body.weather ?? {};
  state.clock = body.clock?.offset ?? 0;
  takeChannels(body.channels ?? []);
}

export function takeChannels(channels) {
  state.channels = new Map(channels.map((channel) => [channel.id, channel]));
}

export const me = () => state.users.get(state.me);
export const asMe = () => me()?.email || state.me;
export const now = () => Date.now() / 1000 + state.clock;

export function nameOf(user) {
  return user?.real_name || user?.profile?.display_name || user?.name || "someone";
}

/** The person or app at the other end of a direct message, as `me` sees it. */
export function otherOf(channel) {
  if (!channel?.is_im) return null;
  const other = (channel.members ?? []).find((id) => id !== state.me) ?? channel.user;
  return state.users.get(other) ?? null;
}

export const isMine = (channel) => !channel.members || channel.members.includes(state.me);

/** The direct message between me and that user, if it has been opened yet. */
export function directWith(user) {
  for (const channel of state.channels.values()) {
    if (!channel.is_im || !isMine(channel)) continue;
    if (user === state.me ? channel.members.every((id) => id === user) : channel.members.includes(user)) return channel;
  }
  return null;
}

/** How /control names the place where I am: "#name", "@person" or the id. */
export function placeName(place = state.place) {
  const channel = state.channels.get(place);
  if (channel) return channel.id;
  const user = state.users.get(place);
  return user ? `@${user.name}` : place;
}

export const placeTitle = (place = state.place) => {
  const channel = state.channels.get(place);
  if (channel && !channel.is_im) return `#${channel.name}`;
  return nameOf(channel ? otherOf(channel) : state.users.get(place));
};

// Messages by place: Map of key to message. An ephemeral may carry the same ts as a message, so the key says which.
export const keyOf = (message) => `${message.is_ephemeral || message.ephemeral_to ? "e" : "m"}${message.ts}`;

export function messagesIn(place) {
  if (!state.messages.has(place)) state.messages.set(place, new Map());
  return state.messages.get(place);
}

export function putMessage(place, message) {
  messagesIn(place).set(keyOf(message), message);
}

export function dropMessage(place, ts, kind) {
  messagesIn(place).delete(`${kind}${ts}`);
}

export function inOrder(place) {
  return [...messagesIn(place).values()].sort((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0));
}

export const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;
