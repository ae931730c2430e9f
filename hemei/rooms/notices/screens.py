"""我的通知: what one wants to hear, by which way, and at which hours nothing; and the script that shows it on a phone."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import FileResponse, Http404, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from hemei.rooms.notices import actions, queries, rules, webpush
from hemei.rooms.notices.courier import Courier
from hemei.rooms.notices.mail import Mailer, Undelivered


class WishForm(forms.Form):
    kinds = forms.MultipleChoiceField(
        label="告诉我", choices=list(rules.KINDS.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    quiet_from = forms.TimeField(
        label="免打扰，从", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label="到", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )


@require_GET
def mine(request):
    """What this person chose, and what was told lately."""
    wish = actions.wish_of(request.user)
    said = {"kinds": wish.kinds, "quiet_from": wish.quiet_from, "quiet_until": wish.quiet_until}
    context = {
        "wish": wish,
        "form": WishForm(initial=said),
        "devices": queries.devices(request.user),
        "latest": queries.latest(request.user),
        "trouble": queries.trouble(request.user),
        "mail_ready": settings.MAIL is not None,
        "key": webpush.b64(webpush.public_of(webpush.house_key(settings.HOME))),
    }
    return render(request, "notices/mine.html", context)


@require_POST
def choose(request):
    form = WishForm(request.POST)
    try:
        if not form.is_valid():
            raise actions.NotChosen("时间没有认出来，请写成 22:30 这样。")
        actions.choose(user=request.user, **form.cleaned_data)
        messages.success(request, "记下了。")
    except actions.NotChosen as error:
        messages.error(request, str(error))
    return redirect("notices_mine")


@require_POST
def set_mail(request):
    """A new address: a code goes there first."""
    now = timezone.now()
    mailer = Mailer(settings.MAIL) if settings.MAIL else None
    try:
        if request.POST.get("mail", "").strip() and mailer is None:
            raise actions.NotChosen("服务器还没有设好发邮件，请找管理员。")
        wish = actions.set_mail(user=request.user, address=request.POST.get("mail", ""), now=now)
        if wish.mail:
            Courier(mailer, None, settings.DESK).send_code(wish, now)
        messages.success(request, f"验证码已发到 {wish.mail}，请填在下面。" if wish.mail else "不再发邮件。")
    except actions.NotChosen as error:
        messages.error(request, str(error))
    except Undelivered as error:
        messages.error(request, f"验证码没有发出去：{error}。请核对地址，过一分钟再试。")
    return redirect("notices_mine")


@require_POST
def prove(request):
    try:
        actions.prove(user=request.user, code=request.POST.get("code", "")[:20], now=timezone.now())
        messages.success(request, "邮箱已核实，通知会发到这里。")
    except actions.NotChosen as error:
        messages.error(request, str(error))
    return redirect("notices_mine")


@require_POST
def switch_on(request):
    """From the script on the page: this browser's push service and keys."""
    said = {name: request.POST.get(name, "")[:1100] for name in ("endpoint", "public", "secret")}
    label = device_label(request.headers.get("user-agent", ""))
    try:
        actions.switch_on(user=request.user, label=label, now=timezone.now(), **said)
    except actions.NotChosen as error:
        return JsonResponse({"why": str(error)}, status=409)
    return JsonResponse({})


@require_POST
def switch_off(request, pk: int):
    actions.switch_off(user=request.user, device=pk)
    messages.success(request, "这台设备不再收通知。")
    return redirect("notices_mine")


@require_POST
def try_out(request):
    ways = actions.try_out(user=request.user, now=timezone.now())
    if ways:
        messages.success(request, "几秒钟后应当收到一条。没有收到，请回到这里看原因。")
    else:
        messages.error(request, "还没有可送的地方。请先核实邮箱，或者在手机上打开通知。")
    return redirect("notices_mine")


def device_label(agent: str) -> str:
    """A browser by the name its owner knows it by."""
    systems = {
        "Android": "安卓手机",
        "iPhone": "iPhone",
        "iPad": "iPad",
        "Windows": "Windows 电脑",
        "Macintosh": "苹果电脑",
    }
    browsers = {"Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
    system = next((name for sign, name in systems.items() if sign in agent), "电脑")
    browser = next((name for sign, name in browsers.items() if sign in agent), "浏览器")
    return f"{system} · {browser}"


@require_GET
def worker(request):
    """The service worker, from an address above every screen of the desk, or it could not open them. Asks for no login."""
    path = finders.find("notices/sw.js")
    if path is None:
        raise Http404
    answer = FileResponse(open(path, "rb"), content_type="text/javascript")  # noqa: SIM115  the answer closes it
    answer["Cache-Control"] = "no-cache"
    return answer
