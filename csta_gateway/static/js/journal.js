// The journal: who called, whom I called, how it ended; the missed ones can be shown alone.

import { dialText, subtitle, title } from "./caller.js";
import { endWord } from "./card.js";
import { h, KeyedList, setAttribute, setText } from "./dom.js";
import { dayName, daysAgo, duration, timeOfDay } from "./format.js";
import { currentLanguage, t } from "./i18n.js";
import { icon, iconButton } from "./icons.js";
import { badge } from "./matches.js";

/** The sign of an entry and the class of its colour. */
function sign({ result, direction }) {
  if (result === "missed") return { name: "missed", tone: "stop" };
  if (result === "elsewhere") return { name: "forward", tone: "quiet" };
  if (result !== "answered") return { name: "crossed", tone: "quiet" };
  return { name: direction === "incoming" ? "incoming" : "outgoing", tone: "plain" };
}

/** The panel "journal". */
export class Journal {
  constructor(desk) {
    this.desk = desk;
    this.rows = h("ul", { class: "rows" });
    this.list = new KeyedList(
      this.rows,
      ({ key }) => key,
      (item) => (item.day ? dayRow() : entryRow(desk)),
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

function entryRow(desk) {
  const element = h("li", { class: "row entry" });
  let face = null;
  return {
    element,
    update({ entry }) {
      if (face === JSON.stringify(entry)) return;
      face = JSON.stringify(entry);
      setAttribute(element, "data-result", entry.result);
      element.replaceChildren(...entryParts(entry, desk));
    },
  };
}

function entryParts(entry, desk) {
  const { name, tone } = sign(entry);
  const number = dialText(entry.number);
  const display = entry.number?.display ?? number;
  const picture = h("span", { class: "entry__sign", "data-tone": tone }, icon(name, 18));
  const who = [
    h(
      "span",
      { class: "row__name" },
      title(entry),
      entry.internal ? badge({ word: t("badge.internal"), tone: "accent" }) : null,
    ),
    h("span", { class: "row__line numbers" }, [outcome(entry), subtitle(entry)].filter(Boolean).join(" · ")),
  ];
  const time = h("time", { class: "entry__time numbers" }, timeOfDay(entry.began, currentLanguage()));
  if (!number)
    return [
      h("span", { class: "row__press" }, picture, h("span", { class: "row__who" }, who), time),
      h("span", { class: "entry__call" }),
    ];
  const prepare = () => desk.prepare(number, entry.name, display);
  const press = h(
    "button",
    { type: "button", class: "row__press", title: t("row.prepare"), on: { click: prepare } },
    picture,
    h("span", { class: "row__who" }, who),
    time,
  );
  return [press, callBack(entry, () => desk.dialNow(number, entry.name, display))];
}

function callBack(entry, click) {
  const label = t("journal.call_back", { name: title(entry) });
  const button = iconButton("phone", label, click);
  button.classList.add("entry__call");
  return button;
}

/** How it went, in as few words as do: the time of a talk, else the result. */
function outcome(entry) {
  return entry.result === "answered" ? duration(entry.duration) : endWord(entry);
}
