// The wide window's second column: everything known about the selected call, or a quiet place while there is none.

import { avatar, showAvatar } from "./avatar.js";
import { dialText, subtitle, title } from "./caller.js";
import { endWord } from "./card.js";
import { h, setText } from "./dom.js";
import { daysAgo, duration, timeOfDay, webAddress } from "./format.js";
import { currentLanguage, t } from "./i18n.js";
import { icon } from "./icons.js";
import { matchItem } from "./matches.js";
import { CallNote } from "./note.js";
import { earlierCalls, selectedCall } from "./state.js";

const EARLIER_SHOWN = 6;

/** Fields of a call this column does not show, or shows in a part that keeps itself up to date. */
const PASSED_OVER = { since: 0, actions: 0, suspended: 0, primary: 0, label: 0, note: 0, disposition: 0, private: 0 };

/** The column; it is built anew only when what it shows has changed. */
export class Detail {
  constructor(desk) {
    this.desk = desk;
    this.element = h("aside", { class: "detail", "aria-label": t("detail.title") });
    this.top = h("div", { class: "detail__part" });
    this.written = h("div", { class: "detail__part" });
    this.rest = h("div", { class: "detail__part" });
    this.element.append(this.top, this.written, this.rest);
    this.face = null;
    this.note = null;
  }

  update(state) {
    const call = selectedCall(state);
    const earlier = call ? earlierCalls(state, call).slice(0, EARLIER_SHOWN) : [];
    const today = call ? null : todays(state, this.desk.now());
    this.#showNote(call);
    const address = call && this.desk.pop.address(call, state);
    const face = JSON.stringify([call && { ...call, ...PASSED_OVER, url: address }, earlier, today]);
    if (face === this.face) return;
    this.face = face;
    const [head, ...rest] = call ? about({ ...call, url: address }, earlier) : quiet(today);
    this.top.replaceChildren(head);
    this.rest.replaceChildren(...rest);
  }

  /** Go to the note; gives whether this column is in sight. */
  write() {
    if (!this.note || !this.element.checkVisibility()) return false;
    this.note.focus();
    return true;
  }

  /** The editor stays as long as the call does: whoever is writing must not lose the place. */
  #showNote(call) {
    if (this.note?.id !== call?.id) {
      this.note = call ? new CallNote(call, this.desk) : null;
      const title = h("h3", { class: "heading" }, t("note.title"));
      this.written.replaceChildren(...(call ? [h("section", { class: "sheet" }, title, this.note.element)] : []));
    }
    if (call) this.note.update(call);
  }
}

function about(call, earlier) {
  const picture = avatar();
  showAvatar(picture, call);
  const line = h("p", { class: "detail__line numbers" }, subtitle(call));
  const head = h(
    "header",
    { class: "detail__head" },
    picture,
    h("div", {}, h("h2", { class: "detail__name" }, title(call)), line),
    openButton(call),
  );
  return [head, matchSection(call), earlierSection(call, earlier)];
}

function openButton({ url }) {
  const address = webAddress(url);
  if (!address) return null;
  return h(
    "a",
    { class: "button button--outline", href: address, target: "crm", rel: "noopener noreferrer" },
    icon("open"),
    t("record.open"),
  );
}

function matchSection({ number, matches, matches_pending: pending }) {
  const words = pending ? t("matches.pending") : t(dialText(number) ? "matches.none" : "matches.unknown");
  const content = matches.length
    ? h("ul", { class: "rows" }, matches.map(matchItem))
    : h("p", { class: "empty" }, words);
  return h("section", { class: "sheet" }, h("h3", { class: "heading" }, t("matches.title")), content);
}

function earlierSection(call, earlier) {
  const rows = earlier.map((entry) =>
    h(
      "li",
      { class: "row earlier" },
      h(
        "span",
        { class: "entry__sign", "data-tone": entry.result === "missed" ? "stop" : "plain" },
        icon(entry.direction, 18),
      ),
      h("span", { class: "row__who" }, when(entry.began)),
      h(
        "span",
        { class: "entry__time numbers" },
        entry.result === "answered" ? duration(entry.duration) : endWord(entry),
      ),
    ),
  );
  const words = dialText(call.number) ? t("earlier.none") : t("earlier.unknown");
  const content = rows.length ? h("ul", { class: "rows" }, rows) : h("p", { class: "empty" }, words);
  return h("section", { class: "sheet" }, h("h3", { class: "heading" }, t("earlier.title")), content);
}

function when(time) {
  const words = { 0: t("day.today"), 1: t("day.yesterday") }[daysAgo(time, Date.now())];
  const date = words ?? new Intl.DateTimeFormat(currentLanguage(), { day: "numeric", month: "short" }).format(time);
  return `${date}, ${timeOfDay(time, currentLanguage())}`;
}

function todays({ journal }, now) {
  const entries = journal.entries.filter(({ began }) => daysAgo(began, now) === 0);
  const count = (result) => entries.filter((entry) => entry.result === result).length;
  return { answered: count("answered"), missed: count("missed") };
}

function quiet({ answered, missed }) {
  const tally = (n, key) =>
    h("div", { class: "tally" }, h("span", { class: "tally__number numbers" }, String(n)), h("span", {}, t(key)));
  const words = h("p", { class: "quiet__words" });
  setText(words, t("quiet.words"));
  return [
    h(
      "div",
      { class: "quiet" },
      h("span", { class: "quiet__sign" }, icon("phone", 40)),
      h("h2", { class: "quiet__title" }, t("quiet.title")),
      words,
      h("div", { class: "tallies" }, tally(answered, "quiet.answered"), tally(missed, "quiet.missed")),
    ),
  ];
}
