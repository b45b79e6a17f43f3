// The keys of a telephone, for menus that ask for digits during a call.

import { h, setText } from "./dom.js";
import { t } from "./i18n.js";

const KEYS = "123456789*0#";

/** A keypad that sends each digit as it is pressed or typed and shows what was sent. */
export function keypad(send) {
  const shown = h("output", { class: "keypad__shown", "aria-live": "off" });
  const press = (digit) => {
    setText(shown, shown.textContent + digit);
    send(digit);
  };
  const keys = [...KEYS].map((digit) =>
    h("button", { type: "button", class: "keypad__key", on: { click: () => press(digit) } }, digit),
  );
  const element = h("div", { class: "keypad", role: "group", "aria-label": t("action.digits") }, shown, ...keys);
  element.addEventListener("keydown", (event) => {
    if (KEYS.includes(event.key) && !event.ctrlKey && !event.altKey && !event.metaKey) press(event.key);
  });
  return { element, focus: () => keys[0].focus() };
}
