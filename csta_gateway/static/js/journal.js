// The journal: who called, whom I called, how it ended; all of them, the missed ones, or those that are looked for.

import { h, KeyedList, setAttribute, setText, settled } from "./dom.js";
import { EntryRow } from "./entry.js";
import { dayName, daysAgo } from "./format.js";
import { currentLanguage, t } from "./i18n.js";
import { iconButton } from "./icons.js";
import { isFiltered, NO_FILTER, RESULTS, showsMissed, wanted } from "./journalfilter.js";
import { WAYS } from "./pop.js";

const TYPING_PAUSE = 250; // milliseconds

/** The panel "journal". */
export class Journal {
  constructor(desk) {
    this.desk = desk;
    this.filter = desk.state().search?.filter ?? NO_FILTER;
    this.rows = h("ul", { class: "rows" });
    this.list = new KeyedList(
      this.rows,
      ({ key }) => key,
      (item) => (item.day ? dayRow() : new EntryRow(desk)),
    );
    this.older = h(
      "button",
      { type: "button", class: "button button--outline older", on: { click: () => this.#load(true) } },
      t("journal.older"),
    );
    this.words = h("p", { class: "empty", role: "status" });
    this.search = new SearchForm((filter) => this.#choose(filter));
    this.element = h("div", { class: "journal" }, this.#bar(), this.search.element, this.rows, this.words, this.older);
    this.watcher = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && this.#load(true));
    this.watcher.observe(this.older);
    this.search.show(this.filter);
    this.#open(isFiltered(this.filter));
  }

  update({ journal, search }) {
    const today = new Date(this.desk.now()).toDateString();
    const shown = search ?? journal;
    if (shown === this.shown && today === this.today) return; // a long list, and most events are not about it
    this.shown = shown;
    this.today = today;
    this.list.update(withDays(shown.entries, this.desk.now()));
    this.older.hidden = !shown.more;
    setText(this.words, shown.entries.length ? "" : t(emptyWords(search?.filter)));
  }

  /** Fetch the newest page, also of what is looked for. */
  async refresh() {
    const page = await this.desk.api.journal();
    this.desk.dispatch({ type: "journal_page", ...page, older: false });
    if (isFiltered(this.filter)) await this.#load(false);
  }

  #bar() {
    this.all = filterButton("journal.all", () => this.#choose(NO_FILTER));
    this.missed = filterButton("journal.missed", () => this.#toggleMissed());
    this.more = iconButton("search", t("journal.search"), () => this.#toggle());
    this.more.classList.add("filters__more");
    setAttribute(this.more, "aria-controls", this.search.element.id);
    const name = { class: "filters", role: "group", "aria-label": t("journal.filter") };
    return h("div", name, this.all, this.missed, this.more);
  }

  #toggleMissed() {
    this.#choose({ ...this.filter, result: this.filter.result === "missed" ? "" : "missed" });
  }

  #toggle() {
    this.#open(this.search.element.hidden);
    if (!this.search.element.hidden) this.search.focus();
  }

  #open(open) {
    this.search.element.hidden = !open;
    this.#showChoice();
  }

  #showChoice() {
    setAttribute(this.all, "aria-pressed", String(!isFiltered(this.filter)));
    setAttribute(this.missed, "aria-pressed", String(this.filter.result === "missed"));
    setAttribute(this.more, "aria-expanded", String(!this.search.element.hidden));
    setAttribute(this.more, "data-on", isFiltered({ ...this.filter, result: "" }));
  }

  #choose(filter) {
    this.filter = filter;
    this.search.show(filter);
    this.#showChoice();
    if (isFiltered(filter)) return this.#load(false);
    this.loading = null; // an answer under way is for nobody
    this.desk.dispatch({ type: "search_end" });
  }

  /** Fetch calls that are looked for, or older ones of those that are shown; only the last question counts. */
  async #load(older) {
    const { filter } = this;
    const question = JSON.stringify([older, filter]);
    if (this.loading === question) return;
    this.loading = question;
    const before = older ? this.shown.entries.at(-1)?.began : null;
    const searching = isFiltered(filter);
    try {
      const { api } = this.desk;
      const page = await (searching ? api.searchJournal(wanted(filter, before)) : api.journal(before));
      if (this.loading !== question) return;
      this.desk.dispatch({ type: searching ? "search_page" : "journal_page", ...page, filter, older });
    } catch (error) {
      this.desk.complain(error);
    }
    if (this.loading === question) this.loading = null;
  }
}

/** What a call must have; `onChange(filter)` when the user has chosen. */
class SearchForm {
  constructor(onChange) {
    const typed = settled(() => this.#changed(), TYPING_PAUSE);
    this.onChange = onChange;
    this.fields = {
      text: h("input", {
        type: "search",
        class: "field search",
        placeholder: t("journal.text"),
        "aria-label": t("journal.text"),
        autocomplete: "off",
        maxlength: 64,
        on: { input: typed },
      }),
      way: choice(t("journal.any_way"), WAYS, (way) => t(`way.${way}`)),
      result: choice(t("journal.any_result"), RESULTS, (result) => t(`result.${result}`)),
      from: h("input", { type: "date", class: "field" }),
      to: h("input", { type: "date", class: "field" }),
    };
    const { text, way, result, from, to } = this.fields;
    const labelled = (key, field) => h("label", { class: "journal__date" }, h("span", {}, t(key)), field);
    const dates = [labelled("journal.from", from), labelled("journal.to", to)];
    const name = { id: "journal-search", class: "journal__search", role: "search", "aria-label": t("journal.search") };
    this.element = h("form", { ...name, hidden: true }, text, way, result, ...dates);
    for (const field of [way, result, from, to]) field.addEventListener("change", () => this.#changed());
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#changed();
    });
  }

  focus() {
    this.fields.text.focus();
  }

  /** Show a filter; a field that is as it should be keeps its caret. */
  show(filter) {
    for (const [name, field] of Object.entries(this.fields))
      if (field.value.trim() !== filter[name].trim()) field.value = filter[name];
  }

  #changed() {
    const values = Object.entries(this.fields).map(([name, { value }]) => [name, value]);
    this.onChange(Object.fromEntries(values));
  }
}

function filterButton(key, click) {
  return h("button", { type: "button", class: "filter", on: { click } }, t(key));
}

function choice(any, values, word) {
  const options = values.map((value) => h("option", { value }, word(value)));
  return h("select", { class: "field", "aria-label": any }, h("option", { value: "" }, any), options);
}

function emptyWords(filter) {
  if (!filter) return "journal.none";
  return showsMissed(filter) ? "journal.none_missed" : "journal.none_found";
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
