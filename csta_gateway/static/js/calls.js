// The list of active calls, the words when there is none, and the timers of the whole page.

import { Card } from "./card.js";
import { h, KeyedList, setAttribute, setText } from "./dom.js";
import { duration } from "./format.js";
import { t } from "./i18n.js";
import { isBeingWritten } from "./note.js";
import { cardOrder, isEnded, isStale } from "./state.js";

/** How long an ended call shows how it went, in milliseconds. */
export const RESULT_TIME = 4_000;

/** The section "active calls". */
export class Calls {
  constructor(desk) {
    this.desk = desk;
    this.list = h("ol", { class: "cards", "aria-label": t("calls.title") });
    this.empty = h("p", { class: "cards__empty" }, t("calls.none"));
    this.element = h("section", { class: "calls", "aria-label": t("calls.title") }, this.empty, this.list);
    this.cards = new KeyedList(
      this.list,
      ({ call }) => call.id,
      ({ call }) => new Card(call, desk),
    );
    this.list.addEventListener("keydown", (event) => this.#walk(event));
    this.goodbyes = new Set();
  }

  update(state) {
    this.empty.hidden = state.calls.length > 0;
    setAttribute(this.element, "data-stale", isStale(state));
    this.cards.update(cardOrder(state.calls).map((place) => ({ ...place, state })));
    state.calls.filter(isEnded).forEach(({ id }) => this.#forgetLater(id));
  }

  /** Press a button by key: opens a panel or sends, exactly as a click does. */
  press(call, action) {
    this.cards.get(call.id)?.press(action);
  }

  /** Open the place for notes on a card. */
  write(call) {
    this.cards.get(call.id)?.write();
  }

  #forgetLater(id) {
    if (this.goodbyes.has(id)) return;
    this.goodbyes.add(id);
    setTimeout(() => {
      this.goodbyes.delete(id);
      if (isBeingWritten(id)) this.#forgetLater(id);
      else this.desk.dispatch({ type: "forget", id });
    }, RESULT_TIME);
  }

  #walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.closest("input, textarea, select, .picker")) return;
    const cards = [...this.list.querySelectorAll(".card:not(.leaving)")];
    const next = cards[cards.indexOf(event.target.closest(".card")) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
    this.desk.dispatch({ type: "select", id: next.dataset.call });
  }
}

/** Show on every element with `data-since` how long ago that was; `now` is in the server's time. */
export function showTimers(root, now) {
  for (const element of root.querySelectorAll("[data-since]")) {
    setText(element, duration((now - Number(element.dataset.since)) / 1000));
  }
}
