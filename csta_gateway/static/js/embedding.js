// In a frame of another page, a CRM for example: tells it about calls and takes numbers from it (docs/how-to/embed.md).

import { numberOfAddress } from "./format.js";

/** Version of the messages; each has it as `csta`. */
const VERSION = 1;

/** Fields of a call the page around is told; those it gets are part of version 1. */
const TOLD = [
  ...["id", "direction", "way", "label", "began", "since", "number", "name", "company", "internal", "matches"],
  ...["url", "result", "answered_by", "duration"],
];

/**
 * The page around this one. Which pages may be there, the browser decides by the policy of the gateway
 * (`frame_ancestors`): this page would not be shown in any other. So the window around it is trusted, and its origin is
 * the one it speaks from; until it has said `hello` nothing is told.
 */
export class Embedding {
  /** @param desk `{ready(), prepare(number), settings, state()}` */
  constructor(desk, host = window.parent) {
    this.desk = desk;
    this.host = host === window ? null : host;
    this.origin = null;
    this.told = new Map(); // call id → the last message about it
    this.visible = null;
    this.waiting = null; // a number that came before the log-in
    if (this.host) addEventListener("message", (event) => this.#hear(event));
  }

  /** Whether the page is in a frame at all. */
  get active() {
    return this.host !== null;
  }

  /** Leave opening a page to the page around, which may have a better place for it than a new tab. */
  pop({ id, url }) {
    this.#say("pop", { call: id, url });
  }

  update(state) {
    if (!this.origin) return;
    this.#tellCalls(state.calls);
    this.#tellVisible(state);
    if (this.waiting && this.desk.ready()) this.#prepare(this.waiting);
  }

  #hear({ source, origin, data }) {
    if (source !== this.host || origin === "null" || data?.csta !== VERSION) return;
    this.origin = origin;
    if (data.type === "hello") this.#hello();
    if (data.type === "prepare" && typeof data.number === "string") this.#prepare(data.number);
  }

  #hello() {
    this.told.clear();
    this.visible = null;
    this.#say("ready", { version: VERSION, logged_in: this.desk.ready() });
    this.update(this.desk.state());
  }

  #prepare(address) {
    this.waiting = this.desk.ready() ? null : address;
    if (this.waiting) return;
    const number = numberOfAddress(address);
    this.desk.prepare(number);
    this.#say("prepared", { number });
  }

  #tellCalls(calls) {
    for (const call of calls) {
      const content = Object.fromEntries(TOLD.map((field) => [field, call[field]]));
      const face = JSON.stringify(content);
      if (this.told.get(call.id) === face) continue;
      this.told.set(call.id, face);
      this.#say("call", { call: content });
    }
    const known = new Set(calls.map(({ id }) => id));
    for (const id of this.told.keys()) if (!known.has(id)) this.told.delete(id);
  }

  /** The panel is wanted while there is a call or nobody is logged in, and always when it is pinned (W04). */
  #tellVisible({ calls, session }) {
    const visible = !session || calls.length > 0 || this.desk.settings.get("pinned");
    if (visible === this.visible) return;
    this.visible = visible;
    this.#say("panel", { visible });
  }

  #say(type, content) {
    if (this.origin) this.host.postMessage({ csta: VERSION, type, ...content }, this.origin);
  }
}
