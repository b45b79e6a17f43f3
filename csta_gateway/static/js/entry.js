// One past call in the journal: who, how it went, call back; and what the user writes about it, in place.

import { dialText, subtitle, title } from "./caller.js";
import { endWord } from "./card.js";
import { h, setAttribute, setText } from "./dom.js";
import { duration, timeOfDay } from "./format.js";
import { currentLanguage, t } from "./i18n.js";
import { icon, iconButton } from "./icons.js";
import { badge } from "./matches.js";
import { dispositionWord, NoteEditor } from "./note.js";

/** The sign of an entry and the class of its colour. */
function sign({ result, direction, done }) {
  if (result === "missed") return { name: "missed", tone: done ? "quiet" : "stop" };
  if (result === "elsewhere") return { name: "forward", tone: "quiet" };
  if (result !== "answered") return { name: "crossed", tone: "quiet" };
  return { name: direction === "incoming" ? "incoming" : "outgoing", tone: "plain" };
}

/** The row of an entry; `update({entry})` shows a change and leaves an open editor alone. */
export class EntryRow {
  constructor(desk) {
    this.desk = desk;
    this.main = h("div", { class: "entry__main" });
    this.words = h("p", { class: "entry__note", hidden: true });
    this.more = h("div", { class: "entry__more", hidden: true });
    this.element = h("li", { class: "row entry" }, this.main, this.words, this.more);
    this.element.addEventListener("keydown", (event) => event.key === "Escape" && this.panel && this.#toggle());
    this.face = null;
  }

  update({ entry }) {
    const face = JSON.stringify(entry);
    if (face === this.face) return;
    this.face = face;
    this.entry = entry;
    setAttribute(this.element, "data-result", entry.result);
    setAttribute(this.element, "data-done", entry.done);
    setAttribute(this.element, "data-note", entry.id);
    const focused = this.main.contains(document.activeElement) ? document.activeElement.dataset.part : null;
    this.main.replaceChildren(...mainParts(entry, this.desk, this.#noteButton()));
    if (focused) this.main.querySelector(`[data-part="${focused}"]`)?.focus();
    this.panel?.update(entry);
    this.#showWords();
  }

  #noteButton() {
    const name = title(this.entry);
    const button = iconButton("note", t("note.open", { name }), () => this.#toggle());
    button.classList.add("entry__button");
    button.dataset.part = "note";
    setAttribute(button, "aria-expanded", String(Boolean(this.panel)));
    return button;
  }

  #showWords() {
    const { note, disposition } = this.entry;
    const words = [disposition && dispositionWord(disposition), note].filter(Boolean).join(" · ");
    this.words.hidden = !words || Boolean(this.panel);
    setText(this.words, words);
  }

  #toggle() {
    if (this.panel) this.panel.editor.flush();
    this.panel = this.panel ? null : new EntryPanel(this.entry, this.desk);
    this.more.hidden = !this.panel;
    this.more.replaceChildren(...(this.panel ? [this.panel.element] : []));
    const button = this.main.querySelector('[data-part="note"]');
    setAttribute(button, "aria-expanded", String(Boolean(this.panel)));
    this.#showWords();
    (this.panel ?? button).focus();
  }
}

/** What opens below an entry: the note, whether the CRM has it, and the marks. */
class EntryPanel {
  constructor(entry, desk) {
    this.desk = desk;
    this.entry = entry;
    this.editor = new NoteEditor({
      dispositions: desk.state().session?.dispositions ?? [],
      about: title(entry),
      send: (written) => this.#change(desk.api.annotate(this.entry.id, written)),
    });
    this.crm = h("p", { class: "entry__crm" });
    this.marks = h("div", { class: "entry__marks" });
    this.element = h("div", { class: "entry__panel" }, this.editor.element, this.crm, this.marks);
    this.update(entry);
  }

  update(entry) {
    this.entry = entry;
    this.editor.update(entry);
    setText(this.crm, entry.crm ? t(`crm.${entry.crm}`) : "");
    setAttribute(this.crm, "data-tone", ["failed", "without_note"].includes(entry.crm) ? "doubt" : null);
    const face = `${entry.result} ${entry.done} ${isPrivate(entry)}`;
    if (face === this.face) return;
    this.face = face;
    this.#offer();
  }

  focus() {
    this.editor.focus();
  }

  /** The marks that make sense: done for a missed call, private as long as there is something to forget. */
  #offer() {
    const { result, done } = this.entry;
    const mark = () => this.#try(this.desk.api.markDone(this.entry.id, !done));
    const missed = result === "missed" ? [outline("check", t(done ? "entry.open_again" : "entry.done"), mark)] : [];
    const hide = isPrivate(this.entry) ? [] : [outline("lock", t("entry.private"), () => this.#askToForget())];
    this.marks.replaceChildren(...missed, ...hide);
  }

  #askToForget() {
    const forget = outline("lock", t("entry.forget"), () => this.#try(this.desk.api.makePrivate(this.entry.id)));
    forget.dataset.tone = "stop";
    const keep = outline("close", t("entry.keep"), () => this.#offer());
    this.marks.replaceChildren(h("p", { class: "entry__ask", role: "alert" }, t("entry.forget_ask")), forget, keep);
    keep.focus();
  }

  async #try(asked) {
    try {
      await this.#change(asked);
    } catch (error) {
      this.desk.complain(error);
    }
  }

  async #change(asked) {
    const { entry } = await asked;
    this.desk.dispatch({ type: "journal", entry });
  }
}

function isPrivate({ number, name }) {
  return number?.presentation === "restricted" && !name;
}

function outline(sign, word, click) {
  return h("button", { type: "button", class: "button button--outline", on: { click } }, icon(sign, 18), word);
}

function mainParts(entry, desk, noteButton) {
  const { name, tone } = sign(entry);
  const number = dialText(entry.number);
  const display = entry.number?.display ?? number;
  const picture = h("span", { class: "entry__sign", "data-tone": tone }, icon(name, 18));
  const line = [outcome(entry), subtitle(entry)].filter(Boolean).join(" · ");
  const inside = entry.internal ? badge({ word: t("badge.internal"), tone: "accent" }) : null;
  const who = h(
    "span",
    { class: "row__who" },
    h("span", { class: "row__name" }, h("span", { class: "clip" }, title(entry)), inside),
    h("span", { class: "row__line numbers" }, line),
  );
  const time = h("time", { class: "entry__time numbers" }, timeOfDay(entry.began, currentLanguage()));
  if (!number) {
    const press = h("span", { class: "row__press" }, picture, who, time);
    return [press, noteButton, h("span", { class: "entry__button" })];
  }
  const press = h(
    "button",
    {
      type: "button",
      class: "row__press",
      "data-part": "press",
      title: t("row.prepare"),
      on: { click: () => desk.prepare(number, entry.name, display) },
    },
    picture,
    who,
    time,
  );
  return [press, noteButton, callBack(entry, () => desk.dialNow(number, entry.name, display))];
}

function callBack(entry, click) {
  const button = iconButton("phone", t("journal.call_back", { name: title(entry) }), click);
  button.classList.add("entry__button");
  button.dataset.part = "call";
  return button;
}

/** How it went, in as few words as do: the time of a talk, else the result; and whether a missed call is done. */
function outcome(entry) {
  if (entry.result === "answered") return duration(entry.duration);
  return entry.done ? `${endWord(entry)}, ${t("entry.is_done")}` : endWord(entry);
}
