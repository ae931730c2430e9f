// Switches notices on in this browser. Without it the page still offers mail.

const place = document.querySelector("[data-push]");
const said = place?.querySelector("[data-push-said]");
const button = place?.querySelector("[data-push-on]");

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const switchOn = async () => {
  button.disabled = true;
  try {
    if ((await Notification.requestPermission()) !== "granted") throw new Error("浏览器没有准许通知。请在网址左边的网站设置里准许，再试一次。");
    const worker = await navigator.serviceWorker.register(place.dataset.worker, { scope: place.dataset.worker.replace(/[^/]*$/, "") });
    await navigator.serviceWorker.ready;
    let found;
    try {
      found = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(place.dataset.key) });
    } catch {
      throw new Error("这个浏览器连不上它的推送服务，收不到通知。请换一个浏览器，或者用邮箱。");
    }
    const form = new FormData();
    form.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    form.set("endpoint", found.endpoint);
    form.set("public", text(found.getKey("p256dh")));
    form.set("secret", text(found.getKey("auth")));
    const answer = await fetch(place.dataset.on, { method: "POST", body: form });
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).why ?? "没有打开，请刷新这一页再试。");
    window.location.reload();
  } catch (error) {
    said.textContent = error.message;
    said.className = "alarm";
    button.disabled = false;
  }
};

if (place) {
  if (!window.isSecureContext) said.textContent = "要在手机上打开通知，后台须用 https 的网址。请找管理员，或者用邮箱。";
  else if (!("serviceWorker" in navigator) || !("PushManager" in window)) said.textContent = "这个浏览器不能收通知（iPhone 要先把后台“添加到主屏幕”）。请换一个浏览器，或者用邮箱。";
  else {
    button.hidden = false;
    button.addEventListener("click", switchOn);
  }
}
