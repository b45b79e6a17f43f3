// The dial field. It says what will really be dialled, and nothing is sent before the button or Enter.

import { numberText, title } from "./caller.js";
import { h, setAttribute, setText, settled } from "./dom.js";
import { looksLikeNumber } from "./format.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { Picker } from "./picker.js";
import { isStale, liveCalls } from "./state.js";

const PREVIEW_PAUSE = 200; // milliseconds without a change before the gateway is asked

/** The form with field, preview line and button. */
export class DialField {
  constructor(desk) {
    this.desk = desk;
    this.preview = null; // answer for `previewed`
    this.previewed = null;
    this.sending = false;
    this.picker = new Picker({
      label: t("dial.field"),
      search: (text) => desk.directory.search(text),
      onChange: () => this.#changed(),
      onSubmit: () => this.#send(),
    });
    this.button = h(
      "button",
      { type: "submit", class: "button button--solid dial__button" },
      icon("phone"),
      h("span", {}, t("dial.button")),
    );
    this.device = h("select", { class: "field dial__device", "aria-label": t("dial.device"), hidden: true });
    this.hint = h("p", { class: "dial__hint numbers", role: "status" });
    this.element = this.#form();
    this.ask = settled(() => this.#ask(), PREVIEW_PAUSE);
  }

  update(state) {
    this.state = state;
    this.#showDevices(state.session.user.devices);
    this.#show();
  }

  /** Put a number into the field, ready to be dialled. */
  prepare(number, name = null, display = number) {
    this.picker.prepare(number, name, display);
    if (this.button.disabled) this.picker.focus();
    else this.button.focus();
  }

  /** Dial at once what a journal entry or a link stands for: the press on its button was the decision. */
  dialNow(number, name, display) {
    this.picker.prepare(number, name, display);
    this.#send();
  }

  focus() {
    this.picker.focus();
  }

  #form() {
    const submit = (event) => {
      event.preventDefault();
      this.#send();
    };
    const row = h("div", { class: "dial__row" }, this.device, this.picker.element, this.button);
    return h("form", { class: "dial", role: "search", "aria-label": t("dial.button"), on: { submit } }, row, this.hint);
  }

  #changed() {
    this.failure = null;
    if (this.previewed !== this.picker.number) this.preview = null;
    this.#show();
    this.ask();
  }

  async #ask() {
    const { number } = this.picker;
    if (!looksLikeNumber(number) || number === this.previewed) return;
    this.previewed = number;
    try {
      const preview = await this.desk.api.previewNumber(number);
      if (this.picker.number === number) this.preview = preview;
    } catch (error) {
      if (this.picker.number === number) this.failure = error.message;
    }
    this.#show();
  }

  async #send() {
    const { number } = this.picker;
    if (!number) return this.picker.focus();
    if (this.sending || !this.#canDial()) return;
    this.sending = true;
    this.#show();
    try {
      await this.desk.api.dial(number, this.device.hidden ? null : this.device.value);
      this.previewed = null;
      this.picker.clear();
    } catch (error) {
      this.failure = error.message;
      this.picker.focus();
    } finally {
      this.sending = false;
      this.#show();
    }
  }

  #dialling() {
    return liveCalls(this.state).find((call) => call.label === "dialing");
  }

  /** Whether the chosen telephone may begin a call, as the gateway says; what is shown is old while it is away. */
  #canDial() {
    const device = this.state.devices.find(({ id }) => id === this.device.value) ?? this.state.devices[0];
    return isStale(this.state) || !device || device.can_dial;
  }

  #showDevices(devices) {
    this.device.hidden = devices.length < 2;
    if (this.device.options.length === devices.length) return;
    this.device.replaceChildren(...devices.map(({ id, name }) => h("option", { value: id }, name || id)));
  }

  #show() {
    if (!this.state) return;
    const dialling = this.#dialling();
    const empty = !this.picker.number;
    this.button.hidden = !this.#canDial();
    const asleep = this.desk.asleep();
    setAttribute(this.button, "disabled", empty || this.sending || Boolean(asleep));
    setAttribute(this.button, "title", asleep);
    setAttribute(this.button, "aria-busy", this.sending ? "true" : null);
    const { text, tone } = this.#words(dialling);
    setText(this.hint, text);
    setAttribute(this.hint, "data-tone", tone);
  }

  #words(dialling) {
    if (this.failure) return { text: this.failure, tone: "stop" };
    if (dialling) return { text: t("dial.dialling", { name: title(dialling) }), tone: "busy" };
    if (!this.preview || this.previewed !== this.picker.number) return { text: "", tone: null };
    return previewWords(this.preview, this.picker.choice?.name);
  }
}

function previewWords({ dial, display, kind, matches }, chosen) {
  if (kind === "emergency") return { text: t("dial.emergency", { dial }), tone: "stop" };
  const name = chosen ?? matches[0]?.name ?? matches[0]?.company;
  const words = [t("dial.will", { dial }), name ?? (display === dial ? null : numberText({ display }))];
  return { text: words.filter(Boolean).join(" · "), tone: null };
}
