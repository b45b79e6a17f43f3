// The way from this page to the switch, in one colour and one sentence.

import { timeOfDay } from "./format.js";
import { currentLanguage, t } from "./i18n.js";

/** `good`, `waiting` (still opening), `bad`, or `off` for a user without CTI. */
export function linkTone({ session, socket, link, devices }) {
  if (!session.user.cti_enabled) return "off";
  if (socket.status === "connecting") return "waiting";
  if (socket.status === "lost" || !link?.up) return "bad";
  return devices.some(({ in_service: working }) => working === false) ? "waiting" : "good";
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
  return broken ? t("link.out_of_service", { device: broken.id }) : t("link.up", { name: link.name });
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
