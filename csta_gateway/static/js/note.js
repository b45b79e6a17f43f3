// What a user writes about a call, in place: kept while one types, and said so. One editor for cards, detail, journal.

import { h, setAttribute, setText, settled } from "./dom.js";
import { iconButton } from "./icons.js";
import { currentWord, t } from "./i18n.js";

/** How long nothing must be typed before the note is sent, in milliseconds. */
const TYPING_PAUSE = 800;
/** How long to wait before what could not be kept is sent once more. */
const SECOND_TRY = 2_000;
const LONGEST_NOTE = 4000;

let editors = 0;

/**
 * An editor for note and disposition.
 * `send({note, disposition})` keeps them and gives a promise; `about` names the call for screen readers.
 */
export class NoteEditor {
  constructor({ dispositions, about, send, buttons = [] }) {
    this.send = send;
    this.kept = { note: "", disposition: "" };
    this.sending = null;
    this.later = settled(() => this.flush(), TYPING_PAUSE);
    const id = `note-${++editors}`;
    const changed = () => this.#changed();
    const leave = () => this.flush();
    this.text = h("textarea", {
      id,
      class: "field note__text",
      rows: 2,
      maxlength: LONGEST_NOTE,
      placeholder: t("note.hint"),
      "aria-describedby": `${id}-state`,
      on: { input: changed, blur: leave },
    });
    this.choice = h(
      "select",
      { class: "field note__choice", "aria-label": t("note.disposition"), on: { change: leave } },
      h("option", { value: "" }, t("note.disposition")),
      dispositions.map((key) => h("option", { value: key }, dispositionWord(key))),
    );
    this.state = h("p", { id: `${id}-state`, class: "note__state", role: "status" });
    const label = h("label", { class: "unseen", for: id }, t("note.about", { name: about }));
    const bar = h("div", { class: "note__bar" }, this.choice, buttons, this.state);
    this.element = h("div", { class: "note" }, label, this.text, bar);
    this.element.addEventListener("click", (event) => event.stopPropagation()); // writing selects no card
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Show what the gateway has, unless the user is writing something else. */
  update({ note, disposition }) {
    if (this.#dirty() || this.text === document.activeElement) return;
    this.kept = { note, disposition };
    this.#show();
  }

  focus() {
    this.text.focus();
  }

  /** Keep what is written now; nothing is sent when nothing has changed. */
  async flush() {
    if (this.sending || !this.#dirty()) return this.sending;
    this.sending = this.#keep();
    await this.sending;
    this.sending = null;
    if (this.#dirty() && !this.failed) await this.flush(); // typed on meanwhile
  }

  async #keep() {
    const written = this.#written();
    this.#say("note.saving");
    try {
      await this.send(written);
      this.kept = written;
      this.failed = false;
      this.#say(this.#dirty() ? "note.saving" : "note.saved");
    } catch (error) {
      this.#say("note.failed", error.message);
      // A call that ends this very moment is found in the journal the next.
      if (!this.failed) setTimeout(() => this.flush(), SECOND_TRY);
      this.failed = true;
    }
    this.#mark();
  }

  #changed() {
    this.#say("note.typing");
    this.#mark();
    this.later();
  }

  #key(event) {
    if (event.key !== "Escape" && !(event.key === "s" && (event.ctrlKey || event.metaKey))) return;
    this.flush();
    if (event.key === "s") event.preventDefault(); // the browser would save the page
  }

  #written() {
    return { note: this.text.value, disposition: this.choice.value };
  }

  #dirty() {
    const { note, disposition } = this.#written();
    return note !== this.kept.note || disposition !== this.kept.disposition;
  }

  /** A call whose note is not kept yet must stay on the page. */
  #mark() {
    setAttribute(this.element, "data-unsaved", this.#dirty());
  }

  #show() {
    const { note, disposition } = this.kept;
    if (this.text.value !== note) this.text.value = note;
    if (![...this.choice.options].some(({ value }) => value === disposition))
      this.choice.append(h("option", { value: disposition }, dispositionWord(disposition)));
    this.choice.value = disposition;
    this.#mark();
  }

  #say(key, reason = "") {
    setText(this.state, t(key, { reason }));
    setAttribute(this.state, "data-tone", key === "note.failed" ? "stop" : null);
    if (key !== "note.failed") return;
    this.state.append(" ", h("button", { type: "button", class: "note__again", on: { click: () => this.flush() } }, t("note.again")));
  }
}

/** The word for a disposition: the usual ones in the user's language, others as the settings call them. */
export function dispositionWord(key) {
  return currentWord(`disposition.${key}`) ?? key;
}

/** Whether somebody is writing about this call, or what was written is not kept yet. */
export function isBeingWritten(id) {
  const places = document.querySelectorAll(`[data-note="${CSS.escape(id)}"]`);
  return [...places].some((place) => place.contains(document.activeElement) || place.querySelector("[data-unsaved]"));
}

/** The editor of a call that is not over, with the button that makes it private. */
export class CallNote {
  constructor(call, desk) {
    this.desk = desk;
    this.id = call.id;
    this.private = call.private ?? false;
    this.lock = iconButton("lock", t("note.private"), () => this.#togglePrivate());
    this.editor = new NoteEditor({
      dispositions: desk.state().session?.dispositions ?? [],
      about: call.name ?? call.number?.display ?? "",
      send: (written) => this.#send(written),
      buttons: [this.lock],
    });
    this.hint = h("p", { class: "note__private", hidden: true }, t("note.private_hint"));
    this.element = h("div", { "data-note": call.id }, this.editor.element, this.hint);
  }

  update({ note = "", disposition = "", private: hidden = false }) {
    this.editor.update({ note, disposition });
    this.private = hidden;
    setAttribute(this.lock, "aria-pressed", String(hidden));
    this.hint.hidden = !hidden;
  }

  focus() {
    this.editor.focus();
  }

  async #send(written) {
    const answer = await this.desk.api.annotateCall(this.id, { ...written, private: this.private });
    if (answer?.entry) this.desk.dispatch({ type: "journal", entry: answer.entry });
  }

  async #togglePrivate() {
    const { text, choice } = this.editor;
    this.private = !this.private;
    try {
      await this.#send({ note: text.value, disposition: choice.value });
      this.editor.kept = { note: text.value, disposition: choice.value };
    } catch (error) {
      this.private = !this.private;
      this.desk.complain(error);
    }
    this.update({ ...this.editor.kept, private: this.private });
  }
}
