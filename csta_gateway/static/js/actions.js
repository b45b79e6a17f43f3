// The buttons of a call, as one table: what they are called, how they look, in which order they stand.

import { h, setAttribute, setText } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";

/**
 * Every action of the API in the order of its button. `panel` names what opens on the card before anything is sent;
 * `tone` colours the button when it is the obvious next step.
 */
export const ACTIONS = {
  answer: { icon: "phone", label: "action.answer", tone: "go" },
  complete: { icon: "complete", label: "action.complete", tone: "accent" },
  retrieve: { icon: "play", label: "action.retrieve", tone: "accent" },
  hold: { icon: "pause", label: "action.hold", tone: "accent" },
  consult: { icon: "consult", label: "action.consult", tone: "accent", panel: "number" },
  transfer: { icon: "transfer", label: "action.transfer", tone: "accent", panel: "number" },
  alternate: { icon: "alternate", label: "action.alternate", tone: "accent" },
  conference: { icon: "conference", label: "action.conference", tone: "accent" },
  reconnect: { icon: "crossed", label: "action.reconnect", tone: "accent" },
  deflect: { icon: "forward", label: "action.deflect", tone: "accent", panel: "number" },
  digits: { icon: "keypad", label: "action.digits", tone: "accent", panel: "keypad" },
  clear: { icon: "hangup", label: "action.clear", tone: "stop" },
};

const ORDER = Object.keys(ACTIONS);

/** The actions of a call in three places: the obvious next one, the others, and hanging up. */
export function places(call) {
  const actions = ORDER.filter((action) => call.actions.includes(action));
  const primary = actions.includes(call.primary) && call.primary !== "clear" ? [call.primary] : [];
  const clear = actions.filter((action) => action === "clear");
  return { primary, tools: actions.filter((action) => action !== "clear" && !primary.includes(action)), clear };
}

/** The key of a button's word: refusing a call that rings is not the same word as hanging up. */
export function wordOf(action, call) {
  return action === "clear" && call.label === "ringing" && call.direction === "incoming"
    ? "action.refuse"
    : ACTIONS[action].label;
}

/** A button for one action; `update({call, pending, open, asleep})` shows its state. */
export function actionButton(action, primary, onPress) {
  const word = h("span", { class: "button__word" });
  const tone = primary || action === "clear" ? ACTIONS[action].tone : "plain";
  const element = h(
    "button",
    {
      type: "button",
      class: primary ? "button button--primary" : "button button--tool",
      "data-tone": tone,
      "data-action": action,
    },
    h("span", { class: "button__sign" }, icon(ACTIONS[action].icon)),
    word,
  );
  element.addEventListener("click", () => element.ariaDisabled === "true" || onPress(action));
  return {
    element,
    update({ call, pending, open, asleep }) {
      setText(word, t(wordOf(action, call)));
      setAttribute(element, "aria-busy", pending === action ? "true" : null);
      setAttribute(element, "aria-disabled", pending || asleep ? "true" : null);
      setAttribute(element, "aria-expanded", ACTIONS[action].panel ? String(open === action) : null);
    },
  };
}
