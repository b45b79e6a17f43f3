// What can be done about a caller nobody knows: create a record in the CRM, or add the number to one that is there.

import { avatar, showAvatar } from "./avatar.js";
import { dialText, numberText } from "./caller.js";
import { h, setText, settled } from "./dom.js";
import { webAddress } from "./format.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { recordLink } from "./matches.js";

const TYPING_PAUSE = 200; // milliseconds
const PAGES = { new_person: "person", new_company: "company" };

/** The links and the button for a call, none when its caller is known. */
export function strangerActions({ stranger, number }, desk) {
  if (!stranger) return [];
  const links = Object.entries(PAGES)
    .filter(([page]) => webAddress(stranger[page]))
    .map(([page, sign]) => pageLink(stranger[page], [icon(sign, 16), t(`stranger.${page}`)]));
  if (!stranger.add_number) return links;
  const click = () => new AddNumber(number, desk).open();
  const words = [icon("search", 16), t("stranger.add_number")];
  return [...links, h("button", { type: "button", class: "button button--outline", on: { click } }, words)];
}

function pageLink(href, words) {
  return h("a", { class: "button button--outline", href, target: "crm", rel: "noopener noreferrer" }, words);
}

/** The dialog that finds the contact a number belongs to; it outlives the call it was opened for. */
class AddNumber {
  constructor(number, desk) {
    Object.assign(this, { number, desk });
    this.field = h("input", {
      type: "search",
      class: "field search",
      placeholder: t("stranger.search"),
      "aria-label": t("stranger.search"),
      autocomplete: "off",
      maxlength: 64,
      on: { input: settled(() => this.#search(), TYPING_PAUSE) },
    });
    this.rows = h("ul", { class: "rows dialog__rows" });
    this.words = h("p", { class: "dialog__words", role: "status" }, t("contacts.hint"));
    this.element = this.#frame();
    this.element.addEventListener("close", () => this.element.remove());
  }

  open() {
    document.body.append(this.element);
    this.element.showModal();
    this.field.focus();
  }

  #frame() {
    const heading = t("stranger.title", { number: numberText(this.number) });
    const close = h("button", { class: "button button--solid", value: "close" }, t("close"));
    const title = h("h2", { id: "add-number-title", class: "dialog__title" }, heading);
    return h(
      "dialog",
      { class: "dialog", "aria-labelledby": title.id },
      title,
      this.field,
      this.rows,
      this.words,
      h("form", { method: "dialog", class: "dialog__buttons" }, close),
    );
  }

  async #search() {
    const text = this.field.value.trim();
    if (!text) return this.#show([], t("contacts.hint"));
    try {
      const contacts = await this.desk.api.contacts(text, dialText(this.number));
      const words = contacts.length ? "" : t("contacts.none", { text });
      if (this.field.value.trim() === text) this.#show(contacts, words);
    } catch (error) {
      this.#show([], error.message);
    }
  }

  #show(contacts, words) {
    this.rows.replaceChildren(...contacts.map((contact) => this.#row(contact)));
    setText(this.words, words);
  }

  #row(contact) {
    const { kind, name, company, add_number: address, numbers } = contact;
    const picture = avatar();
    showAvatar(picture, { ...contact, matches: [contact] });
    const about = [company && company !== name ? company : t(`kind.${kind}`), numbers[0]?.display];
    const who = [
      recordLink(name ?? company, null, "row__name"),
      h("span", { class: "row__line numbers" }, about.filter(Boolean).join(" · ")),
    ];
    const parts = [picture, h("span", { class: "row__who" }, who)];
    if (!webAddress(address)) return h("li", { class: "row" }, parts);
    const link = { class: "row__press", href: address, target: "crm", rel: "noopener noreferrer" };
    const click = () => this.#chosen();
    return h("li", { class: "row" }, h("a", { ...link, on: { click } }, parts, icon("open", 16)));
  }

  /** The record opens by itself; a form that takes no number from the address gets it from the clipboard. */
  async #chosen() {
    const number = numberText(this.number);
    this.element.close();
    try {
      await navigator.clipboard.writeText(dialText(this.number));
      this.desk.notice({ key: "stranger", sentence: t("stranger.copied", { number }) });
    } catch {
      // No clipboard here: the number still stands on the card and in the journal.
    }
  }
}
