// Words of the page in the user's language. All texts stand in i18n/*.json; keys are flat and dotted.

/** Languages with a catalogue; the first is used when the user's own is not among them. */
export const LANGUAGES = ["en", "de"];

let words = {};
let language = LANGUAGES[0];
let plurals = new Intl.PluralRules(language);

/** The language to start with before anybody is logged in: last used here, else the browser's. */
export function preferredLanguage(remembered, offered = navigator.languages) {
  const wanted = [remembered, ...offered.map((tag) => tag.slice(0, 2).toLowerCase())];
  return wanted.find((tag) => LANGUAGES.includes(tag)) ?? LANGUAGES[0];
}

/** Load the catalogue of a language and make it the current one. */
export async function loadLanguage(wanted) {
  const answer = await fetch(new URL(`../i18n/${wanted}.json`, import.meta.url));
  words = await answer.json();
  language = wanted;
  plurals = new Intl.PluralRules(language);
  document.documentElement.lang = language;
}

/** The current language, as in `lang` attributes. */
export function currentLanguage() {
  return language;
}

/** The text of a key, `{placeholders}` filled in. A missing key is shown as it is: ugly, but it tells what is missing. */
export function t(key, values = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** The text of a key that may be missing, because it is made of something the settings say; else null. */
export function currentWord(key) {
  return words[key] ?? null;
}

/** The text of a key that has forms for one and many (`key.one`, `key.other`). */
export function plural(key, n) {
  return t(`${key}.${plurals.select(n)}`, { n });
}
