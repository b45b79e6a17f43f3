// A field for a name or number with suggestions below it (ARIA combobox with a list).

import { avatar, showAvatar } from "./avatar.js";
import { h, setAttribute, settled } from "./dom.js";
import { looksLikeNumber } from "./format.js";
import { t } from "./i18n.js";

const TYPING_PAUSE = 150; // milliseconds without a key before a search starts
let count = 0;

/** The field; `element` goes into the page. */
export class Picker {
  /**
   * @param label accessible name and placeholder
   * @param search async function from text to options (see directory.js)
   * @param onChange called with the field when its text or choice changed
   * @param onSubmit called on Enter when no suggestion is marked
   */
  constructor({ label, search, onChange = () => {}, onSubmit }) {
    Object.assign(this, { search, onChange, onSubmit, options: [], marked: -1, choice: null });
    this.id = `picker-${++count}`;
    this.input = this.#input(label);
    this.list = h("ul", { id: this.id, class: "picker__list", role: "listbox", "aria-label": label, hidden: true });
    this.element = h("div", { class: "picker" }, this.input, this.list);
    this.suggest = settled(() => this.#suggest(), TYPING_PAUSE);
    this.element.addEventListener("focusout", (event) => this.element.contains(event.relatedTarget) || this.close());
  }

  /** What would be dialled: the number of the chosen suggestion, else the typed text. */
  get number() {
    return this.choice?.dial ?? this.input.value.trim();
  }

  /** Fill the field as if the user had picked `number` of `name`. */
  prepare(number, name = null, display = number) {
    this.choice = { dial: number, name, display };
    this.input.value = display;
    this.close();
    this.onChange(this);
  }

  clear() {
    this.choice = null;
    this.input.value = "";
    this.close();
    this.onChange(this);
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  close() {
    this.options = [];
    this.#show();
  }

  #input(label) {
    return h("input", {
      class: "field",
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      enterkeyhint: "done",
      maxlength: 64,
      placeholder: label,
      "aria-label": label,
      "aria-expanded": "false",
      "aria-autocomplete": "list",
      "aria-controls": this.id,
      on: { input: () => this.#typed(), keydown: (event) => this.#key(event) },
    });
  }

  #typed() {
    this.choice = null;
    this.onChange(this);
    this.suggest();
  }

  async #suggest() {
    const text = this.input.value;
    if (!text.trim() || this.choice) return this.close();
    let options = [];
    try {
      options = await this.search(text);
    } catch (error) {
      this.#tell(error.message);
      return;
    }
    // Only the answer to what still stands in the field may be shown, and none once the user has left it.
    if (this.input.value !== text || this.choice || document.activeElement !== this.input) return;
    this.options = options;
    this.marked = -1;
    if (options.length || looksLikeNumber(text)) this.#show();
    else this.#tell(t("picker.none", { text }));
  }

  #tell(sentence) {
    this.options = [];
    this.#show();
    this.list.replaceChildren(h("li", { class: "picker__none", role: "option", "aria-disabled": "true" }, sentence));
    this.list.hidden = false;
  }

  #show() {
    this.marked = Math.min(this.marked, this.options.length - 1);
    this.list.replaceChildren(...this.options.map((option, index) => this.#option(option, index)));
    this.list.hidden = this.options.length === 0;
    setAttribute(this.input, "aria-expanded", this.options.length > 0 ? "true" : "false");
    setAttribute(this.input, "aria-activedescendant", this.marked < 0 ? null : `${this.id}-${this.marked}`);
  }

  #option(option, index) {
    const picture = avatar();
    showAvatar(picture, { ...option, company: null, matches: [{ kind: option.kind }] });
    const item = h(
      "li",
      {
        id: `${this.id}-${index}`,
        class: "option",
        role: "option",
        "aria-selected": index === this.marked ? "true" : "false",
      },
      picture,
      h("span", { class: "option__who" }, h("span", { class: "option__name" }, option.name), numberLine(option)),
      presence(option),
    );
    // The press must not take the focus from the field, or the list would close before the click arrives.
    item.addEventListener("pointerdown", (event) => event.preventDefault());
    item.addEventListener("click", () => this.#choose(option));
    return item;
  }

  #choose(option) {
    this.prepare(option.dial, option.name, option.display);
    this.input.focus();
  }

  #key(event) {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in moves && this.options.length) this.#mark(moves[event.key]);
    else if (event.key === "Enter") this.#enter();
    else if (event.key === "Escape" && !this.list.hidden) this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #mark(step) {
    const places = this.options.length + 1; // one of them is the field itself
    this.marked = ((this.marked + 1 + step + places) % places) - 1;
    this.#show();
    this.list.children[this.marked]?.scrollIntoView({ block: "nearest" });
  }

  #enter() {
    const option = this.options[this.marked] ?? (looksLikeNumber(this.number) ? null : this.options[0]);
    if (option) this.#choose(option);
    else this.onSubmit(this);
  }
}

function numberLine({ display, detail }) {
  return h("span", { class: "option__detail numbers" }, [display, detail].filter(Boolean).join(" · "));
}

function presence({ state }) {
  if (!state) return null;
  return h(
    "span",
    { class: "option__state" },
    h("span", { class: "presence", "data-state": state }),
    t(`presence.${state}`),
  );
}
