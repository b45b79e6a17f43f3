// What the page knows, as one frozen value, and how messages change it. Pure: no clock, no document, no network.

import { fits } from "./journalfilter.js";

/** What a user without CTI has nothing of. */
const NO_TELEPHONE = Object.freeze({
  link: null, // the link to the switch, as the server tells
  devices: [],
  calls: [], // oldest first; an ended call stays until it is forgotten
  pending: {}, // call id → action pressed and not yet confirmed
  failures: {}, // call id → sentence why the last action failed
  selected: null, // id of the call shown at large
});

/** The state before anything is known. */
export const INITIAL = Object.freeze({
  session: null, // {user, csrf, version} while logged in
  socket: { status: "connecting", since: null, retryAt: null }, // connecting | open | lost
  ...NO_TELEPHONE,
  colleagues: [],
  journal: { entries: [], more: false }, // all past calls, as far as they are loaded
  search: null, // those that are looked for: {entries, more, filter}
  seenUntil: 0, // calls that began later and were missed are news
  version: null, // of the gateway, from the last snapshot
});

const HANDLERS = {
  session: (state, { session }) => ({ ...state, session, ...(session.user.cti_enabled ? {} : NO_TELEPHONE) }),
  logout: (state) => ({ ...INITIAL, version: state.version }),
  socket: (state, { socket }) => ({ ...state, socket: { ...state.socket, ...socket } }),
  snapshot: (state, { link, calls, devices, version }) => ({
    ...state,
    link,
    devices,
    version,
    calls: [...calls].sort(oldestFirst),
    pending: {},
    failures: {},
  }),
  call: (state, { call }) => settle({ ...state, calls: withCall(state.calls, call) }, call.id),
  call_ended: (state, { call }) => settle({ ...state, calls: withCall(state.calls, call) }, call.id),
  forget: (state, { id }) => ({ ...state, calls: state.calls.filter((call) => call.id !== id || !isEnded(call)) }),
  link: (state, { link }) => ({ ...state, link }),
  device: (state, { device }) => ({ ...state, devices: replaced(state.devices, device, "id") }),
  presence: (state, { colleagues }) => ({
    ...state,
    colleagues: colleagues.reduce((known, colleague) => replaced(known, colleague, "login"), state.colleagues),
  }),
  journal: (state, { entry }) => withEntry(state, entry),
  journal_page: (state, page) => ({ ...state, journal: withPage(state.journal, page) }),
  search_page: (state, page) => ({ ...state, search: { ...withPage(state.search, page), filter: page.filter } }),
  search_end: (state) => (state.search ? { ...state, search: null } : state),
  journal_seen: (state, { until }) => (until > state.seenUntil ? { ...state, seenUntil: until } : state),
  colleagues: (state, { colleagues }) => ({ ...state, colleagues }),
  press: (state, { id, action }) => ({
    ...state,
    pending: { ...state.pending, [id]: action },
    failures: without(state.failures, id),
  }),
  settled: (state, { id }) => ({ ...state, pending: without(state.pending, id) }),
  failed: (state, { id, message }) => ({
    ...state,
    pending: without(state.pending, id),
    failures: { ...state.failures, [id]: message },
  }),
  select: (state, { id }) => ({ ...state, selected: id }),
};

/** The state after a message of the server or an action of the page; unknown ones change nothing. */
export function reduce(state, message) {
  return Object.hasOwn(HANDLERS, message.type) ? HANDLERS[message.type](state, message) : state;
}

/** Whether a call is over and only shows how it went. */
export function isEnded(call) {
  return call.label === "ended";
}

/** Calls that are not over. */
export function liveCalls(state) {
  return state.calls.filter((call) => !isEnded(call));
}

/** Whether what the page shows may be out of date: no socket, or no link that reaches one of the user's telephones. */
export function isStale({ socket, link, devices }) {
  return socket.status !== "open" || (link?.up === false && !devices.some(({ capabilities }) => capabilities.length));
}

/**
 * Calls in the order of the cards, each with its place on the rail that joins a held call and its consultation:
 * `{call, rail: null | "top" | "bottom"}`. A pair stands where its older call stands.
 */
export function cardOrder(calls) {
  const order = [];
  const left = new Set(calls);
  for (const call of calls) {
    if (!left.delete(call)) continue;
    const other = partner(call, left);
    if (other) order.push(...onRail(call, other));
    else order.push({ call, rail: null });
    left.delete(other);
  }
  return order;
}

function onRail(call, other) {
  const [held, consultation] = call.consultation_of === other.id ? [other, call] : [call, other];
  return [
    { call: held, rail: "top" },
    { call: consultation, rail: "bottom" },
  ];
}

function partner(call, others) {
  const joined = (other) => other !== call && (other.consultation_of === call.id || call.consultation_of === other.id);
  return [...others].find(joined);
}

/**
 * The call shown at large: the one picked; else one that rings, else the newest live one, else the newest. A
 * consultation is about the held call, so that one stays in sight.
 */
export function selectedCall(state) {
  const live = liveCalls(state);
  return (
    state.calls.find((call) => call.id === state.selected) ??
    live.find((call) => call.label === "ringing") ??
    live.findLast((call) => !call.consultation_of) ??
    live.at(-1) ??
    state.calls.at(-1) ??
    null
  );
}

/** The actions of a call that have a button: what can be done now, or again when its telephone can be reached. */
export function shownActions({ actions, suspended }) {
  return actions.length ? actions : suspended;
}

/** The call a key or the dial field acts on when none has the focus: the first that offers the action. */
export function callWith(state, ...actions) {
  for (const action of actions) {
    const call = state.calls.findLast((candidate) => shownActions(candidate).includes(action));
    if (call) return { call, action };
  }
  return null;
}

/** How many missed calls nobody has looked at yet. */
export function unseenMissed(state) {
  return state.journal.entries.filter((entry) => entry.result === "missed" && !entry.done && entry.began > state.seenUntil).length;
}

/** Earlier calls with the same number as `call`, newest first. */
export function earlierCalls(state, call) {
  const key = numberKey(call.number);
  return key ? state.journal.entries.filter((entry) => numberKey(entry.number) === key) : [];
}

function numberKey(number) {
  return number?.e164 || number?.raw || null;
}

function oldestFirst(one, other) {
  return one.began - other.began;
}

function withCall(calls, call) {
  const known = calls.some((other) => other.id === call.id);
  return known ? replaced(calls, call, "id") : [...calls, call].sort(oldestFirst);
}

function replaced(values, value, key) {
  const known = values.some((other) => other[key] === value[key]);
  return known ? values.map((other) => (other[key] === value[key] ? value : other)) : [...values, value];
}

function without(table, key) {
  if (!(key in table)) return table;
  const { [key]: _gone, ...rest } = table;
  return rest;
}

function settle(state, id) {
  return { ...state, pending: without(state.pending, id), failures: without(state.failures, id) };
}

/** An entry that is listed stays where it is, whatever is written on it; a new one joins where it belongs. */
function withEntry(state, entry) {
  const { journal, search } = state;
  const listed = search?.entries.some(({ id }) => id === entry.id);
  const found = search && (listed || fits(entry, search.filter)) ? withNewest(search, entry) : search;
  return { ...state, journal: withNewest(journal, entry), search: found };
}

function withNewest(list, entry) {
  const others = list.entries.filter((other) => other.id !== entry.id);
  return { ...list, entries: [entry, ...others].sort((one, other) => other.began - one.began) };
}

function withPage(list, { entries, more, older }) {
  const kept = older ? list.entries : [];
  const known = new Set(kept.map((entry) => entry.id));
  return { entries: [...kept, ...entries.filter((entry) => !known.has(entry.id))], more };
}
