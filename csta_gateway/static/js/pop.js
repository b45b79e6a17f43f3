// Opens the page of the CRM that belongs to a call: once, in the primary tab, at the moment the user wants it.

import { title } from "./caller.js";
import { webAddress } from "./format.js";
import { t } from "./i18n.js";
import { isEnded } from "./state.js";

export const WAYS = ["incoming", "outgoing", "internal"];
export const TRIGGERS = ["ring", "answer", "click", "never"];

const STORE_KEY = "csta-gateway.popped";
const REMEMBERED = 50;
/** How long a page of a known caller waits for sources that may know better, in milliseconds. */
const PATIENCE = 1_000;

const WAITING = ["ringing", "dialing", "queued"];
const TALKING = ["connected", "consultation", "held", "pending", "transferring"];
/** States of a call in which its page is due, by trigger. */
const DUE = { ring: [...WAITING, ...TALKING], answer: TALKING, click: [], never: [] };

/** When the page of a call opens: as the user has chosen in this browser, else as the administrator has. */
export function triggerOf({ way }, chosen, given) {
  return chosen[way] ?? given?.[way] ?? "click";
}

/** Whether the page of a call is to open now by itself; `waited` are the milliseconds since the call was first seen. */
export function isDue(call, trigger, waited) {
  if (!DUE[trigger].includes(call.label) || !call.pops || !webAddress(call.url)) return false;
  return !call.matches_pending || (call.matches.length > 0 && waited >= PATIENCE);
}

/** Follows the calls; in a frame of another page opening is left to that one. */
export class ScreenPop {
  constructor(desk, storage = sessionStorage) {
    Object.assign(this, { desk, storage });
    this.seen = new Map(); // call → when it was first seen
    this.done = new Set(this.#read());
  }

  update(state, message) {
    const calls = state.calls.filter((call) => !isEnded(call));
    for (const call of calls) {
      if (!this.seen.has(key(call))) this.#meet(call, message);
      const waited = performance.now() - this.seen.get(key(call));
      if (!this.done.has(key(call)) && isDue(call, this.#trigger(call, state), waited)) this.#pop(call);
    }
    const known = new Set(calls.map(key));
    for (const call of this.seen.keys()) if (!known.has(call)) this.seen.delete(call);
  }

  /** The address behind a call's name: none when its page is never to open. */
  address(call, state) {
    return this.#trigger(call, state) === "never" ? null : call.url;
  }

  #trigger(call, state) {
    return triggerOf(call, this.desk.settings.get("triggers"), state.session?.triggers);
  }

  /** Note a call; one that was answered before this page looked is left in peace. */
  #meet(call, message) {
    this.seen.set(key(call), performance.now());
    if (message?.type === "snapshot" && TALKING.includes(call.label)) this.#remember(call);
    else if (call.matches_pending) setTimeout(() => this.update(this.desk.state()), PATIENCE + 1);
  }

  /** A tab that is not the primary one remembers as well: it may become the primary one during the call. */
  #pop(call) {
    this.#remember(call);
    if (!this.desk.tab.primary) return;
    if (this.desk.embedding.active) return this.desk.embedding.pop(call);
    if (!open(call.url)) this.#tellBlocked(call);
  }

  #tellBlocked(call) {
    this.desk.notice({
      key: "pop",
      sentence: t("pop.blocked", { name: title(call) }),
      choices: [{ label: t("record.open"), href: call.url }],
    });
  }

  #remember(call) {
    this.done = new Set([...this.done, key(call)].slice(-REMEMBERED));
    try {
      this.storage.setItem(STORE_KEY, JSON.stringify([...this.done]));
    } catch {
      // Storage is full or forbidden: a reload during a call may open its page again.
    }
  }

  #read() {
    try {
      return JSON.parse(this.storage.getItem(STORE_KEY) ?? "[]");
    } catch {
      return []; // not ours or damaged: start afresh
    }
  }
}

/** The gateway may give the same id again after a restart, never for the same moment. */
function key({ id, began }) {
  return `${id} ${began}`;
}

/** A new tab that cannot reach back to this one; tells whether the browser allowed it. */
function open(address) {
  const page = window.open("about:blank", "_blank");
  if (!page) return false;
  page.opener = null;
  page.location.replace(address);
  return true;
}
