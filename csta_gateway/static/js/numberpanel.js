// The field on a card that asks where a call shall go: consultation, transfer or diversion.

import { h, setAttribute } from "./dom.js";
import { t } from "./i18n.js";
import { Picker } from "./picker.js";

/** What else may be done with the same number: someone who meant to ask first may decide to pass on, and back. */
const ALTERNATIVE = { consult: "transfer", transfer: "consult" };

/** A panel for `action`; `callNow` gives the call as it is when something is pressed, `close` takes the panel away. */
export function numberPanel(action, callNow, desk, close) {
  const send = async (chosen) => {
    if (!picker.number) return picker.focus();
    const worked = await desk.commands.act(callNow(), chosen, { number: picker.number });
    if (worked) close();
  };
  const buttons = [];
  const picker = new Picker({
    label: t("panel.whom"),
    search: (text) => desk.directory.search(text),
    onChange: () => buttons.forEach((button) => setAttribute(button, "disabled", !picker.number)),
    onSubmit: () => send(action),
  });
  buttons.push(submit(action, true, send));
  if (callNow().actions.includes(ALTERNATIVE[action])) buttons.push(submit(ALTERNATIVE[action], false, send));
  picker.onChange();
  const element = h(
    "div",
    { class: "panel", role: "group", "aria-label": t(`action.${action}`) },
    picker.element,
    ...buttons,
  );
  return { element, focus: () => picker.focus() };
}

function submit(action, first, send) {
  const look = first ? "button button--solid" : "button button--outline";
  return h(
    "button",
    { type: "button", class: look, "data-send": action, on: { click: () => send(action) } },
    t(`panel.${action}`),
  );
}
