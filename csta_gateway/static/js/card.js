// One active call: who, in which state, for how long, and what can be done now.

import { ACTIONS, actionButton, places } from "./actions.js";
import { avatar, showAvatar } from "./avatar.js";
import { companions, particulars, title } from "./caller.js";
import { h, KeyedList, setAttribute, setText } from "./dom.js";
import { duration } from "./format.js";
import { icon } from "./icons.js";
import { plural, t } from "./i18n.js";
import { keypad } from "./keypad.js";
import { callAsleepSentence } from "./linkstate.js";
import { badge, badges, matchItem, recordLink } from "./matches.js";
import { CallNote, dispositionWord } from "./note.js";
import { numberPanel } from "./numberpanel.js";
import { shownActions } from "./state.js";
import { strangerActions } from "./stranger.js";

const SIGNS = {
  dialing: "phone",
  ringing: "ringing",
  connected: "phone",
  held: "pause",
  pending: "pause",
  transferring: "transfer",
  consultation: "consult",
  busy: "busy",
  invalid: "warning",
  failed: "warning",
  queued: "clock",
  ended: "hangup",
};

/** The card of a call; `update({call, rail, state, now})` shows a change without touching what stays the same. */
export class Card {
  /** @param desk `{commands, directory, pop, dispatch, …}`: what the card needs from the page */
  constructor(call, desk) {
    this.desk = desk;
    this.call = call;
    this.open = null; // the action whose panel is open
    this.note = new CallNote(call, desk);
    this.parts = this.#parts();
    this.element = this.#frame(call);
    this.buttons = Object.fromEntries(["primary", "tools", "clear"].map((place) => [place, this.#buttonList(place)]));
  }

  update({ call, rail, state }) {
    this.call = call;
    this.state = state;
    this.#showFrame(rail);
    this.#showWho();
    this.#showState();
    this.#showMatches();
    this.note.update(call);
    this.#showNote();
    this.#showStranger();
    this.#showActions();
    this.#showFailure(state.failures[call.id]);
  }

  /** Do what a button or a key of this action does: open its panel, or send it. */
  press(action) {
    const asleep = callAsleepSentence(this.call, this.state);
    if (asleep) return this.desk.dispatch({ type: "failed", id: this.call.id, message: asleep });
    if (ACTIONS[action].panel) return this.#togglePanel(this.open === action ? null : action);
    return this.desk.commands.act(this.call, action);
  }

  #parts() {
    return {
      avatar: avatar(),
      name: h("h2", { class: "card__name" }),
      line: h("p", { class: "card__line numbers" }),
      badges: h("p", { class: "card__badges" }),
      chip: h("span", { class: "chip" }),
      timer: h("time", { class: "card__timer numbers" }),
      matches: h("ul", { class: "rows" }),
      stranger: h("div", { class: "card__stranger", hidden: true }),
      more: h("summary", { class: "card__more" }),
      panel: h("div", { class: "card__panel" }),
      failure: h("p", { class: "card__failure", role: "alert", hidden: true }),
      primary: h("div", { class: "actions__primary" }),
      tools: h("div", { class: "actions__tools" }),
      clear: h("div", { class: "actions__clear" }),
    };
  }

  #frame({ id }) {
    const { avatar: picture, name, line, badges: marks, chip, timer, matches, more, panel, failure } = this.parts;
    name.id = `call-${id}-name`;
    this.parts.details = h("details", { class: "card__matches" }, more, matches);
    this.parts.noted = h("summary", { class: "card__more" });
    this.parts.note = h("details", { class: "card__note" }, this.parts.noted, this.note.element);
    const who = h("div", { class: "card__who" }, name, line);
    const state = h("div", { class: "card__state" }, chip, marks, timer);
    const actions = h("div", { class: "actions" }, this.parts.primary, this.parts.tools, this.parts.clear);
    const head = h("div", { class: "card__head" }, picture, who);
    const card = { class: "card slides", tabindex: "-1", "data-call": id, "aria-labelledby": name.id };
    const { details, note, stranger } = this.parts;
    const element = h("li", card, head, state, details, note, failure, panel, actions, stranger);
    element.addEventListener("click", () => this.desk.dispatch({ type: "select", id }));
    element.addEventListener("keydown", (event) => event.key === "Escape" && this.open && this.#togglePanel(null));
    return element;
  }

  #buttonList(place) {
    const create = (action) => actionButton(action, place === "primary", (pressed) => this.press(pressed));
    const list = new KeyedList(
      this.parts[place],
      (item) => item.action,
      (item) => {
        const button = create(item.action);
        return { element: button.element, update: ({ shown }) => button.update(shown) };
      },
    );
    return list;
  }

  #showFrame(rail) {
    const { label, id } = this.call;
    setAttribute(this.element, "data-label", label);
    setAttribute(this.element, "data-rail", rail);
    setAttribute(this.element, "data-result", this.call.result);
    setAttribute(this.element, "aria-current", this.state.selected === id ? "true" : null);
  }

  #showWho() {
    showAvatar(this.parts.avatar, this.call);
    const address = this.desk.pop.address(this.call, this.state);
    const face = JSON.stringify([title(this.call), address]);
    if (this.parts.name.dataset.face !== face) {
      this.parts.name.dataset.face = face;
      this.parts.name.replaceChildren(recordLink(title(this.call), address, "card__title"));
    }
    const parts = [...particulars(this.call), ...companions(this.call)];
    this.parts.line.replaceChildren(...parts.map((part) => h("span", { class: "card__part" }, part)));
  }

  #showState() {
    const { label, since } = this.call;
    const word = label === "ended" ? endWord(this.call) : t(`label.${label}`);
    if (this.parts.chip.dataset.face !== `${label} ${word}`) {
      this.parts.chip.dataset.face = `${label} ${word}`;
      this.parts.chip.replaceChildren(icon(SIGNS[label] ?? "phone", 16), h("span", {}, word));
    }
    this.parts.badges.replaceChildren(...badges(this.call).map(badge));
    setAttribute(this.parts.timer, "data-since", label === "ended" ? null : since);
    if (label === "ended") setText(this.parts.timer, "");
  }

  #showMatches() {
    const { matches } = this.call;
    const face = JSON.stringify(matches);
    this.parts.details.hidden = matches.length < 2;
    if (this.parts.matches.dataset.face === face) return;
    this.parts.matches.dataset.face = face;
    this.parts.more.replaceChildren(plural("matches.more", Math.max(0, matches.length - 1)), icon("chevron", 16));
    this.parts.matches.replaceChildren(...matches.map(matchItem));
  }

  /** Open the note and go there. */
  write() {
    this.parts.note.open = true;
    this.note.focus();
  }

  #showNote() {
    const { note, disposition, private: hidden } = this.call;
    const written = [disposition && dispositionWord(disposition), note].filter(Boolean).join(" · ");
    const face = JSON.stringify([written, hidden]);
    if (this.parts.noted.dataset.face === face) return;
    this.parts.noted.dataset.face = face;
    const words = h("span", { class: "card__noted" }, written || t("note.title"));
    this.parts.noted.replaceChildren(icon(hidden ? "lock" : "note", 16), words, icon("chevron", 16));
  }

  #showStranger() {
    const { stranger, number, label } = this.call;
    const shown = label === "ended" ? null : stranger;
    const face = JSON.stringify([shown, number]);
    this.parts.stranger.hidden = !shown;
    if (this.parts.stranger.dataset.face === face) return;
    this.parts.stranger.dataset.face = face;
    this.parts.stranger.replaceChildren(...strangerActions({ stranger: shown, number }, this.desk));
  }

  #showActions() {
    const actions = shownActions(this.call);
    if (this.open && !actions.includes(this.open)) this.#togglePanel(null);
    const shown = {
      call: this.call,
      pending: this.state.pending[this.call.id],
      open: this.open,
      asleep: callAsleepSentence(this.call, this.state),
    };
    const groups = places(this.call);
    for (const [place, actions] of Object.entries(groups)) {
      this.buttons[place].update(actions.map((action) => ({ action, shown })));
    }
    setAttribute(this.element, "data-primary", groups.primary[0]);
    setAttribute(this.element, "data-idle", actions.length === 0);
  }

  #showFailure(sentence) {
    this.parts.failure.hidden = !sentence;
    setText(this.parts.failure, sentence ?? "");
  }

  #togglePanel(action) {
    this.open = action;
    const panel = action && this.#panel(action);
    this.parts.panel.replaceChildren(...(panel ? [panel.element] : []));
    panel?.focus();
    if (!action && this.element.contains(document.activeElement)) this.element.focus();
    this.#showActions();
  }

  #panel(action) {
    if (ACTIONS[action].panel === "keypad") return keypad((digit) => this.desk.commands.sendDigits(this.call, digit));
    return numberPanel(
      action,
      () => this.call,
      this.desk,
      () => this.#togglePanel(null),
    );
  }
}

/** How an ended call ended, in words, with the time it lasted. */
export function endWord({ result, answered_by: by, duration: seconds }) {
  if (result === "answered" || !result) return t("result.ended", { duration: duration(seconds ?? 0) });
  return result === "elsewhere" && by ? t("result.elsewhere_by", { name: by }) : t(`result.${result}`);
}
