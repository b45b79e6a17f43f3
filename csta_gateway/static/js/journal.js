// The journal: who called, whom I called, how it ended; the missed ones can be shown alone.

import { h, KeyedList, setAttribute, setText } from "./dom.js";
import { EntryRow } from "./entry.js";
import { dayName, daysAgo } from "./format.js";
import { currentLanguage, t } from "./i18n.js";

/** The panel "journal". */
export class Journal {
  constructor(desk) {
    this.desk = desk;
    this.rows = h("ul", { class: "rows" });
    this.list = new KeyedList(
      this.rows,
      ({ key }) => key,
      (item) => (item.day ? dayRow() : new EntryRow(desk)),
    );
    this.filters = [this.#filter(false, "journal.all"), this.#filter(true, "journal.missed")];
    this.older = h(
      "button",
      { type: "button", class: "button button--outline older", on: { click: () => this.#load(true) } },
      t("journal.older"),
    );
    this.words = h("p", { class: "empty" });
    const bar = h(
      "div",
      { class: "filters", role: "group", "aria-label": t("journal.filter") },
      this.filters.map(({ element }) => element),
    );
    this.element = h("div", { class: "journal" }, bar, this.rows, this.words, this.older);
    this.watcher = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && this.#load(true));
    this.watcher.observe(this.older);
  }

  update({ journal }) {
    const today = new Date(this.desk.now()).toDateString();
    if (journal === this.journal && today === this.today) return; // a long list, and most events are not about it
    this.journal = journal;
    this.today = today;
    for (const { element, missedOnly } of this.filters)
      setAttribute(element, "aria-pressed", String(missedOnly === journal.missedOnly));
    this.list.update(withDays(journal.entries, this.desk.now()));
    this.older.hidden = !journal.more;
    setText(this.words, journal.entries.length ? "" : t(journal.missedOnly ? "journal.none_missed" : "journal.none"));
  }

  /** Fetch the newest page, with the filter as it stands. */
  refresh() {
    return this.#load(false);
  }

  #filter(missedOnly, key) {
    const click = () => this.#load(false, missedOnly);
    return { missedOnly, element: h("button", { type: "button", class: "filter", on: { click } }, t(key)) };
  }

  async #load(older, missedOnly = this.journal?.missedOnly ?? false) {
    if (this.loading === `${older} ${missedOnly}`) return;
    this.loading = `${older} ${missedOnly}`;
    const before = older ? this.journal.entries.at(-1)?.began : null;
    try {
      const page = await this.desk.api.journal({ before, missedOnly });
      this.desk.dispatch({ type: "journal_page", ...page, missedOnly, older });
    } catch (error) {
      this.desk.complain(error);
    } finally {
      this.loading = null;
    }
  }
}

/** Entries with a heading before each day. */
function withDays(entries, now) {
  let last = null;
  return entries.flatMap((entry) => {
    const day = daysAgo(entry.began, now);
    const heading = day === last ? [] : [{ key: `day ${day}`, day: dayWords(day, entry.began, now) }];
    last = day;
    return [...heading, { key: entry.id, entry }];
  });
}

function dayWords(day, time, now) {
  return { 0: t("day.today"), 1: t("day.yesterday") }[day] ?? dayName(time, now, currentLanguage());
}

function dayRow() {
  const element = h("li", { class: "day" });
  return { element, update: ({ day }) => setText(element, day) };
}
