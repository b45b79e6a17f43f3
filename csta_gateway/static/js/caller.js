// How a far party is named: on cards, in lists, in notifications. Pure functions.

import { t } from "./i18n.js";

/** The name that comes first: person, company, number, or why there is none. */
export function title(entry) {
  return entry.name ?? entry.company ?? (isLifted(entry) ? t("call.lifted") : numberText(entry.number));
}

/** Whether only the handset was lifted, and nothing is dialled yet. */
function isLifted({ direction, number }) {
  return direction === "outgoing" && !number?.display && !number?.raw && number?.presentation !== "restricted";
}

/** Company and number, as far as the title does not say them. */
export function particulars(entry) {
  const company = entry.name && entry.company !== entry.name ? entry.company : null;
  const number = entry.name || entry.company ? numberText(entry.number) : null;
  return [company, number].filter(Boolean);
}

/** The same as one line. */
export function subtitle(entry) {
  return particulars(entry).join(" · ");
}

/** Who else is in a conference, each in words. */
export function companions({ conference }) {
  return conference.map(({ name, number }) => t("call.with", { name: name ?? numberText(number) }));
}

/** A number as people write it, or the words for one that is hidden or missing. */
export function numberText(number) {
  if (number?.presentation === "restricted") return t("number.restricted");
  return number?.display || number?.raw || t("number.unknown");
}

/** What to dial to call back, or null when the number is not known. */
export function dialText(number) {
  if (number?.presentation === "restricted") return null;
  return number?.e164 || number?.raw || null;
}

/** One spoken sentence about a call: who, company, state. */
export function sentence(call) {
  return [title(call), call.name ? call.company : null, t(`label.${call.label}`)].filter(Boolean).join(", ");
}

/** The kind of far party, which picks its picture: `person`, `company` or `unknown`. */
export function kind(entry) {
  if (!entry.name && !entry.company) return "unknown";
  const best = entry.matches?.[0]?.kind ?? (entry.name ? "person" : "company");
  return best === "company" ? "company" : "person";
}

const PHONE_WORDS = {
  business: "phone.business",
  cell: "phone.mobile",
  fax: "phone.fax",
  home: "phone.private",
  main: "phone.main",
  mobile: "phone.mobile",
  phone: "phone.business",
  private: "phone.private",
  work: "phone.business",
};

/** What a contact's number is for: the usual kinds in the user's language, others as the CRM calls them. */
export function phoneWord(label) {
  const usual = label?.toLowerCase();
  return Object.hasOwn(PHONE_WORDS, usual) ? t(PHONE_WORDS[usual]) : (label ?? "");
}
