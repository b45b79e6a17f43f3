// Service worker of the notifications: only one of these can have buttons. It keeps no files and answers no requests.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(pressed(event.notification, event.action));
});

/** Tell every tab what was pressed, of which the primary one acts; and show one unless the call was only refused. */
async function pressed(notification, action) {
  const tabs = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  for (const tab of tabs) tab.postMessage({ call: notification.data.call, action });
  if (action !== "clear") await tabs[0]?.focus(); // the one that was used last
}
