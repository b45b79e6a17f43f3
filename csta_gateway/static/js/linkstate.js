// The way from this page to the switch, in one colour and one sentence.

import { timeOfDay } from "./format.js";
import { currentLanguage, t } from "./i18n.js";

/** `good`, `waiting` (still opening) or `bad`. */
export function linkTone({ socket, link, devices }) {
  if (socket.status === "connecting") return "waiting";
  if (socket.status === "lost" || !link?.up) return "bad";
  return devices.some(({ in_service: working }) => working === false) ? "waiting" : "good";
}

/** What stands between the user and the telephone now; `now` in the server's time. */
export function linkSentence(state, now) {
  const { socket, link, devices } = state;
  if (socket.status === "connecting") return t("link.connecting");
  if (socket.status === "lost") return away("link.lost", { since: socket.since, retryAt: socket.retryAt }, Date.now());
  if (!link.up)
    return [link.reason, away("link.down", { name: link.name, since: link.since, retryAt: link.retry_at }, now)]
      .filter(Boolean)
      .join(" ");
  const broken = devices.find(({ in_service: working }) => working === false);
  return broken ? t("link.out_of_service", { device: broken.name || broken.id }) : t("link.up", { name: link.name });
}

function away(key, { name, since, retryAt }, now) {
  const sentence = t(key, { name, time: timeOfDay(since, currentLanguage()) });
  const seconds = retryAt ? Math.ceil((retryAt - now) / 1000) : null;
  if (seconds === null) return sentence;
  return `${sentence} ${seconds > 0 ? t("link.retry", { seconds }) : t("link.retrying")}`;
}
