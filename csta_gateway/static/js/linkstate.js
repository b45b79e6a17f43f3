// The way from this page to the switch, in one colour and one sentence.

import { timeOfDay } from "./format.js";
import { currentLanguage, t } from "./i18n.js";
import { isStale } from "./state.js";

/** `good`, `waiting` (still opening), `bad`, or `off` for a user without CTI. */
export function linkTone({ session, socket, link, devices }) {
  if (!session.user.cti_enabled) return "off";
  if (socket.status === "connecting") return "waiting";
  if (socket.status === "lost" || !link?.up) return "bad";
  return devices.some((device) => device.in_service === false || lacking(device)) ? "waiting" : "good";
}

/** What users may miss, and the word they know it by. */
const FUNCTIONS = {
  holdCall: "action.hold",
  consultationCall: "action.consult",
  transferCall: "action.complete",
  singleStepTransferCall: "action.transfer",
  conferenceCall: "action.conference",
  deflectCall: "action.deflect",
  generateDigits: "action.digits",
};

/** The same with what is set at a telephone rather than done with a call. */
const EVERYTHING = { ...FUNCTIONS, setDoNotDisturb: "dnd.title", setForwarding: "forwarding.title" };

/** Which buttons are missing because this link cannot do them; empty when there is nothing to say. */
export function missingSentence({ link, devices: [device] }) {
  if (!device || !link?.up || device.capabilities.length === 0) return "";
  const actions = words(FUNCTIONS, (service) => !device.capabilities.includes(service));
  return actions && t("link.missing", { actions });
}

/** That a telephone is reached by another way than usual, where that can do less; else empty. */
export function detourSentence({ link, devices }) {
  const device = link?.up && devices.find(lacking);
  return device ? `${viaSentence(device, link)} ${t("link.lacks", { actions: lacking(device) })}` : "";
}

function viaSentence({ id, via }, link) {
  return t("link.via", { device: id, via, name: link.name });
}

function lacking({ via, lacks }) {
  return via ? words(EVERYTHING, (service) => lacks.includes(service)) : "";
}

function words(functions, chosen) {
  return Object.keys(functions)
    .filter(chosen)
    .map((service) => t(functions[service]))
    .join(", ");
}

/** What stands between the user and the telephone now; `now` in the server's time. */
export function linkSentence(state, now) {
  const { session, socket, link, devices } = state;
  if (!session.user.cti_enabled) return t("cti.off");
  if (socket.status === "connecting") return t("link.connecting");
  if (socket.status === "lost") return away(t("link.lost", { time: clock(socket.since) }), socket.retryAt, Date.now());
  if (!link.name) return unservedSentence(session.user);
  if (!link.up) return away(downSentence(link), link.retry_at, now);
  const broken = devices.find(({ in_service: working }) => working === false);
  if (broken) return t("link.out_of_service", { device: broken.id });
  const elsewhere = devices.find(({ via }) => via);
  return elsewhere ? viaSentence(elsewhere, link) : t("link.up", { name: link.name });
}

/** Why nothing can be done at the telephone at the moment; null when something can. */
export function asleepSentence(state) {
  if (state.socket.status !== "open") return t("asleep.gateway");
  return isStale(state) ? t("asleep.switch") : null;
}

/** The same of one call: of two telephones each may have a link of its own, and one may be out of service. */
export function callAsleepSentence({ suspended }, state) {
  if (suspended.length) return asleepSentence(state) ?? t("asleep.telephone");
  return state.socket.status === "open" ? null : asleepSentence(state);
}

function unservedSentence({ devices: [device] }) {
  return device ? t("link.unserved", { device: device.name }) : t("link.no_telephone");
}

function downSentence({ name, since, reason }) {
  return [t("link.down", { name, time: clock(since) }), reason].filter(Boolean).join(" ");
}

function clock(time) {
  return timeOfDay(time, currentLanguage());
}

/** The sentence, and how long until the next attempt when that is known. */
function away(sentence, retryAt, now) {
  if (!retryAt) return sentence;
  const seconds = Math.ceil((retryAt - now) / 1000);
  return `${sentence} ${seconds > 0 ? t("link.retry", { seconds }) : t("link.retrying")}`;
}
