// How the buttons of a call look. Which there are, in which order and with which words, the gateway says.

import { h, setAttribute, setText } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { shownActions } from "./state.js";

/**
 * Every action of the API. `panel` names what opens on the card before anything is sent; `tone` colours the button
 * when it is the obvious next step.
 */
export const ACTIONS = {
  answer: { icon: "phone", tone: "go" },
  complete: { icon: "complete", tone: "accent" },
  retrieve: { icon: "play", tone: "accent" },
  hold: { icon: "pause", tone: "accent" },
  consult: { icon: "consult", tone: "accent", panel: "number" },
  transfer: { icon: "transfer", tone: "accent", panel: "number" },
  alternate: { icon: "alternate", tone: "accent" },
  conference: { icon: "conference", tone: "accent" },
  reconnect: { icon: "crossed", tone: "accent" },
  deflect: { icon: "forward", tone: "accent", panel: "number" },
  digits: { icon: "keypad", tone: "accent", panel: "keypad" },
  clear: { icon: "hangup", tone: "stop" },
};

/** The actions of a call in three places: the obvious next one, the others, and hanging up. */
export function places(call) {
  const actions = shownActions(call).filter((action) => Object.hasOwn(ACTIONS, action)); // a newer gateway may have more
  const primary = actions.filter((action) => action === call.primary);
  const clear = actions.filter((action) => action === "clear");
  return { primary, tools: actions.filter((action) => action !== "clear" && !primary.includes(action)), clear };
}

/** The key of the word on a button: refusing a call that rings is not the same word as hanging up. */
export function wordOf(action, call) {
  return `action.${call.words[shownActions(call).indexOf(action)] ?? action}`;
}

/** A button for one action; `update({call, pending, open, asleep})` shows its state, `asleep` why it cannot be pressed. */
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
      setAttribute(element, "title", asleep);
      setAttribute(element, "aria-expanded", ACTIONS[action].panel ? String(open === action) : null);
    },
  };
}
