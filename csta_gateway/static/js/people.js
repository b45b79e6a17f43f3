// The panels "contacts" and "colleagues": find somebody, see who is free, prepare the number.

import { avatar, showAvatar } from "./avatar.js";
import { phoneWord } from "./caller.js";
import { byName, colleaguesLike } from "./directory.js";
import { h, KeyedList, setAttribute, setText, settled } from "./dom.js";
import { currentLanguage, t } from "./i18n.js";
import { recordLink } from "./matches.js";

const TYPING_PAUSE = 200; // milliseconds

function searchField(label, onInput) {
  return h("input", {
    type: "search",
    class: "field search",
    placeholder: label,
    "aria-label": label,
    autocomplete: "off",
    maxlength: 64,
    on: { input: onInput },
  });
}

/** The panel "contacts": searches the CRM as one types. */
export class Contacts {
  constructor(desk) {
    this.desk = desk;
    const search = settled(() => this.#search(), TYPING_PAUSE);
    this.field = searchField(t("contacts.search"), search);
    this.rows = h("ul", { class: "rows" });
    this.words = h("p", { class: "empty", role: "status" }, t("contacts.hint"));
    this.element = h("div", { class: "contacts" }, this.field, this.rows, this.words);
  }

  update() {} // nothing in the state concerns it: it shows the answer to its own search

  async #search() {
    const text = this.field.value.trim();
    if (!text) return this.#show([], t("contacts.hint"));
    try {
      const contacts = await this.desk.api.contacts(text);
      if (this.field.value.trim() === text) this.#show(contacts, contacts.length ? "" : t("contacts.none", { text }));
    } catch (error) {
      this.#show([], error.message);
    }
  }

  #show(contacts, words) {
    this.rows.replaceChildren(...contacts.map((contact) => contactRow(contact, this.desk)));
    setText(this.words, words);
  }
}

function contactRow(contact, desk) {
  const { kind, name, company, url, numbers } = contact;
  const picture = avatar();
  showAvatar(picture, { ...contact, matches: [contact] });
  const line = company && company !== name ? company : t(`kind.${kind}`);
  const presses = numbers.map(({ label, display, dial }) => {
    const click = () => desk.prepare(dial, name ?? company, display);
    const words = [h("span", { class: "number__label" }, phoneWord(label)), h("span", { class: "numbers" }, display)];
    return h("button", { type: "button", class: "number", title: t("row.prepare"), on: { click } }, words);
  });
  const who = h(
    "span",
    { class: "row__who" },
    recordLink(name ?? company, url, "row__name"),
    h("span", { class: "row__line" }, line),
  );
  return h("li", { class: "row contact" }, picture, who, h("div", { class: "contact__numbers" }, presses));
}

/** The panel "colleagues": who is there, free or busy, as it changes. */
export class Colleagues {
  constructor(desk) {
    this.desk = desk;
    this.field = searchField(t("colleagues.search"), () => this.update(this.state));
    this.rows = h("ul", { class: "rows" });
    this.words = h("p", { class: "empty", role: "status" });
    this.list = new KeyedList(
      this.rows,
      ({ login }) => login,
      (colleague) => colleagueRow(colleague, desk),
    );
    this.element = h("div", { class: "colleagues" }, this.field, this.rows, this.words);
  }

  update(state) {
    this.state = state;
    const shown = byName(colleaguesLike(state, this.field.value), currentLanguage());
    this.list.update(shown);
    setText(this.words, shown.length ? "" : t("colleagues.none"));
  }
}

function colleagueRow({ login, name }, desk) {
  const picture = avatar();
  showAvatar(picture, { name });
  const dot = h("span", { class: "presence" });
  const word = h("span", {});
  const extension = h("span", { class: "entry__time numbers" });
  const who = h(
    "span",
    { class: "row__who" },
    recordLink(name, null, "row__name"),
    h("span", { class: "row__line" }, dot, word),
  );
  const press = h("button", { type: "button", class: "row__press", title: t("row.prepare") }, picture, who, extension);
  let shown = null;
  press.addEventListener("click", () => desk.prepare(shown.extension, shown.name));
  return {
    element: h("li", { class: "row", "data-login": login }, press),
    update(colleague) {
      shown = colleague;
      setAttribute(dot, "data-state", colleague.state);
      setText(word, t(`presence.${colleague.state}`));
      setText(extension, colleague.extension ?? "");
      setAttribute(press, "disabled", !colleague.extension);
    },
  };
}
