// Key combinations: one table, remappable, shown with `?`. Escape is none of them: it closes things, it never hangs up.

import { h, setAttribute, setText } from "./dom.js";
import { t } from "./i18n.js";
import { callWith } from "./state.js";

/**
 * Keys as delivered: combination → what the key is for, in the order of the help. Ctrl+T, which would be the nearest
 * for "complete the transfer", belongs to the browser and never reaches a page.
 */
export const DEFAULT_KEYS = {
  answer: "Ctrl+Enter",
  clear: "Ctrl+.",
  hold: "Ctrl+H",
  consult: "Ctrl+R",
  complete: "Ctrl+Shift+Enter",
  note: "Ctrl+M",
  dial: "Ctrl+K",
  help: "?",
};

/** Which call actions a key stands for, best first. */
const CALL_KEYS = {
  answer: ["answer"],
  clear: ["clear"],
  hold: ["hold", "retrieve"],
  consult: ["consult"],
  complete: ["complete"],
};

const NAMED = new Set(["Ctrl", "Shift", "Alt", "Enter", "Space"]);
const MODIFIERS = new Set(["Control", "Shift", "Alt", "Meta"]);

/** The combination of a key event as text, `Ctrl+Shift+Enter`; null while only modifiers are down. */
export function combination(event) {
  if (MODIFIERS.has(event.key)) return null;
  const shifted = event.shiftKey && (event.key.length > 1 || /\p{L}/u.test(event.key));
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  return [event.ctrlKey && "Ctrl", event.altKey && "Alt", event.metaKey && "Meta", shifted && "Shift", key]
    .filter(Boolean)
    .join("+");
}

/** Listens to the keyboard; `on` is a table of what is no action of a call: `note`, `dial`, `help`. */
export class Keys {
  constructor(desk, settings, on) {
    Object.assign(this, { desk, settings, on });
    document.addEventListener("keydown", (event) => this.#press(event));
  }

  /** The combination in force for each purpose. */
  table() {
    return { ...DEFAULT_KEYS, ...this.settings.get("keys") };
  }

  #press(event) {
    if (event.defaultPrevented || event.repeat || !this.desk.ready() || document.querySelector("dialog[open]")) return;
    const pressed = combination(event);
    const purpose = Object.entries(this.table()).find(([, keys]) => keys === pressed)?.[0];
    if (!purpose || (isPlain(event) && isTyping(event.target)) || !this.#do(purpose)) return;
    event.preventDefault(); // only when something was done: the browser keeps its own meaning otherwise
  }

  #do(purpose) {
    if (purpose in this.on) return (this.on[purpose](), true);
    const found = callWith(this.desk.state(), ...CALL_KEYS[purpose]);
    if (found) this.desk.press(found.call, found.action);
    return Boolean(found);
  }
}

/** A combination with the names that stand on the keys of this language's keyboards. */
function spoken(keys) {
  return keys
    .split(/(?<=.)\+/)
    .map((key) => (NAMED.has(key) ? t(`key.${key}`) : key))
    .join(" + ");
}

function isPlain(event) {
  return !event.ctrlKey && !event.altKey && !event.metaKey;
}

function isTyping(target) {
  return target.matches("input, select, textarea, [contenteditable]");
}

/** The dialog that shows the keys and lets them be changed: press a button, then the new combination. */
export class KeysDialog {
  constructor(keys, settings) {
    Object.assign(this, { keys, settings });
    this.rows = Object.keys(DEFAULT_KEYS).map((purpose) => this.#row(purpose));
    const reset = h(
      "button",
      { type: "button", class: "button button--outline", on: { click: () => this.#save({}) } },
      t("keys.reset"),
    );
    const close = h("button", { class: "button button--solid", value: "close", autofocus: true }, t("close"));
    this.element = h(
      "dialog",
      { class: "dialog", "aria-labelledby": "keys-title" },
      h(
        "form",
        { method: "dialog" },
        h("h2", { id: "keys-title", class: "dialog__title" }, t("keys.title")),
        h("p", { class: "dialog__words" }, t("keys.words")),
        h(
          "ul",
          { class: "keys" },
          this.rows.map(({ element }) => element),
        ),
        h("div", { class: "dialog__buttons" }, reset, close),
      ),
    );
  }

  open() {
    this.#show();
    this.element.showModal();
  }

  #row(purpose) {
    const button = h("button", { type: "button", class: "key" });
    button.addEventListener("click", () => setText(button, t("keys.press")));
    button.addEventListener("blur", () => this.#show());
    button.addEventListener("keydown", (event) => this.#learn(event, purpose, button));
    return { purpose, button, element: h("li", { class: "keys__row" }, h("span", {}, t(`keys.${purpose}`)), button) };
  }

  #learn(event, purpose, button) {
    const waiting = button.textContent === t("keys.press");
    const pressed = combination(event);
    if (!waiting || !pressed || pressed === "Escape" || pressed === "Tab") return;
    event.preventDefault();
    this.#save({ ...this.settings.get("keys"), [purpose]: pressed });
  }

  #save(keys) {
    this.settings.set("keys", keys);
    this.#show();
  }

  #show() {
    const table = this.keys.table();
    const used = Object.values(table);
    for (const { purpose, button } of this.rows) {
      setText(button, spoken(table[purpose]));
      setAttribute(button, "data-twice", used.filter((keys) => keys === table[purpose]).length > 1);
    }
  }
}
