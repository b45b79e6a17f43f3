// The round picture of a far party: initials in a quiet colour, or a sign for companies and strangers.

import { kind, title } from "./caller.js";
import { h, setAttribute } from "./dom.js";
import { hue, initials } from "./format.js";
import { icon } from "./icons.js";

const HUES = 8;
const SIGNS = { company: "company", unknown: "person" };

/** An avatar element; `showAvatar` fills it. */
export function avatar() {
  return h("span", { class: "avatar", "aria-hidden": "true" });
}

/** Show the far party of a call, journal entry, contact or colleague in an avatar. */
export function showAvatar(element, entry) {
  const who = kind(entry);
  const name = who === "unknown" ? "" : title(entry);
  const face = `${who} ${initials(name)}`;
  if (element.dataset.face === face) return;
  element.dataset.face = face;
  setAttribute(element, "data-hue", who === "unknown" ? null : hue(name, HUES));
  element.replaceChildren(SIGNS[who] || !initials(name) ? icon(SIGNS[who] ?? "person") : initials(name));
}
