// Finds people to call while one types: colleagues from the page's own list at once, contacts from the gateway.

import { phoneWord } from "./caller.js";

const MOST = 8;

/** Colleagues, without the user, whose name has the text in it or whose extension begins with it; all for no text. */
export function colleaguesLike({ colleagues, session }, text) {
  const wanted = text.trim().toLocaleLowerCase();
  const fits = ({ name, extension }) =>
    name.toLocaleLowerCase().includes(wanted) || (extension ?? "").startsWith(wanted);
  return colleagues.filter((colleague) => colleague.login !== session?.user.login && fits(colleague));
}

/** Colleagues by name, in the order of the language. */
export function byName(colleagues, language) {
  return [...colleagues].sort((one, other) => one.name.localeCompare(other.name, language));
}

/** Options for a number field: `{key, kind, name, detail, display, dial, state}`. */
export class Directory {
  constructor(store, api) {
    this.store = store;
    this.api = api;
  }

  /** What fits the text, best first, at most eight. Rejects with the API's error. */
  async search(text) {
    const colleagues = colleaguesLike(this.store.state, text).map(colleagueOption);
    const contacts = text.trim().length < 2 ? [] : await this.api.contacts(text.trim());
    return [...colleagues, ...contacts.flatMap(contactOptions)].slice(0, MOST);
  }
}

function colleagueOption({ login, name, extension, state }) {
  return { key: `colleague ${login}`, kind: "user", name, detail: "", display: extension, dial: extension, state };
}

function contactOptions({ kind, name, company, numbers }) {
  return numbers.map(({ label, display, dial }) => ({
    key: `${kind} ${name} ${company} ${label} ${dial}`,
    kind,
    name: name ?? company,
    detail: [name && company !== name ? company : null, phoneWord(label)].filter(Boolean).join(" · "),
    display,
    dial,
    state: null,
  }));
}
