// The desk's service worker: shows a notice, and opens the story that it is about. It keeps and intercepts nothing.

self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data ? event.data.json() : {};
  } catch {
    said = {};
  }
  const shown = { body: String(said.body ?? ""), tag: String(said.tag ?? ""), lang: "zh-CN", data: { url: String(said.url ?? "") } };
  event.waitUntil(self.registration.showNotification(String(said.title ?? "和媒"), shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const desk = new URL("./", self.location.href);
  let url = new URL("review/", desk);
  try {
    const asked = new URL(event.notification.data?.url ?? "", desk);
    url = new URL(asked.pathname.startsWith(desk.pathname) ? asked.pathname : url.pathname, desk); // this desk only
  } catch {
    // an address that is none: the board
  }
  event.waitUntil(self.clients.openWindow(url.href));
});
