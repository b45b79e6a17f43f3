// The records of the CRM that fit a number: as badges on a card and as a list.

import { avatar, showAvatar } from "./avatar.js";
import { numberText } from "./caller.js";
import { h } from "./dom.js";
import { webAddress } from "./format.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";

const CERTAINTY = { main_number: "certainty.main_number", uncertain: "certainty.uncertain" };

/** What is special about the caller, as words: colleague, doubtful match, more matches, other number called. */
export function badges(call) {
  const best = call.matches[0];
  return [
    call.internal && { word: t("badge.internal"), tone: "accent" },
    best && CERTAINTY[best.certainty] && { word: t(CERTAINTY[best.certainty]), tone: "doubt" },
    call.matches.length > 1 && { word: t("badge.more", { n: call.matches.length - 1 }), tone: "plain", about: "more" },
    call.called && { word: t("badge.called", { number: numberText(call.called) }), tone: "plain" },
    call.matches_pending && { word: t("badge.pending"), tone: "plain" },
  ].filter(Boolean);
}

/** One badge as an element. */
export function badge({ word, tone, about }) {
  return h("span", { class: "badge", "data-tone": tone, "data-about": about }, word);
}

/** A list item for one match; its name opens the record, also while the phone still rings. */
export function matchItem(match) {
  const picture = avatar();
  showAvatar(picture, { ...match, matches: [match] });
  const doubt = CERTAINTY[match.certainty];
  const company = match.company && match.company !== match.name ? match.company : t(`kind.${match.kind}`);
  return h(
    "li",
    { class: "row match" },
    picture,
    h(
      "span",
      { class: "row__who" },
      recordLink(match.name ?? match.company, match.url, "row__name"),
      h("span", { class: "row__line" }, company),
    ),
    doubt ? badge({ word: t(doubt), tone: "doubt" }) : null,
  );
}

/** A name that opens its record in the CRM, or plain text when there is nothing to open. */
export function recordLink(name, url, className) {
  const address = webAddress(url);
  const words = h("span", { class: "clip" }, name);
  if (!address) return h("span", { class: className }, words);
  return h(
    "a",
    { class: `${className} link`, href: address, target: "crm", rel: "noopener noreferrer", title: t("record.open") },
    words,
    icon("open", 16),
  );
}
