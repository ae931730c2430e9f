"""Notices: told to whom it concerns, by mail and by web push, when they want it; the desk never waits for them."""

from __future__ import annotations

import json
import ssl
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone

from hemei.home import BadSetting, Mail, desk_address, mail
from hemei.rooms.ledger.actions import enter
from hemei.rooms.newsroom import telling
from hemei.rooms.notices import actions, courier, rules, webpush
from hemei.rooms.notices.actions import NotChosen
from hemei.rooms.notices.courier import Courier
from hemei.rooms.notices.mail import Mailer, Undelivered, letter
from hemei.rooms.notices.models import Device, Notice, Wish
from hemei.rooms.notices.webpush import NotPublic, Pusher
from tests.rooms import HOME
from tests.rooms.house import House, secret_word
from tests.rooms.mailbox import MailServer, PushService, certificate

Seat = Callable[[str], Client]
DESK = "https://news.example.cn/desk/"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def tls(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificate(folder, "push.example.cn")


@pytest.fixture
def server(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> Iterator[MailServer]:
    with MailServer(tls[0], users={"hemei": "s3cret"}) as made:
        yield made


@pytest.fixture
def service(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> Iterator[PushService]:
    with PushService(tls[0]) as made:
        yield made


@pytest.fixture
def carrier(
    server: MailServer, service: PushService, tls: tuple[ssl.SSLContext, ssl.SSLContext], house: House
) -> Courier:
    """A courier that knows the two doubles, by certificates that are checked."""
    settings = Mail("127.0.0.1", server.port, "tls", "hemei", "s3cret", "hemei@example.cn")
    key = webpush.house_key(HOME)
    pusher = Pusher(key, "mailto:hemei@example.cn", lambda host: ("127.0.0.1", service.port), tls[1])
    telling.look(house.clock())  # what was before is told to nobody
    return Courier(Mailer(settings, tls[1]), pusher, DESK)


@pytest.fixture
def seat(house: House, monkeypatch: pytest.MonkeyPatch) -> Seat:
    monkeypatch.setattr(timezone, "now", house.clock)

    def sit(name: str) -> Client:
        client = Client()
        client.force_login(house.user(name))
        return client

    return sit


def wants_mail(house: House, *names: str, **fields: object) -> None:
    for name in names:
        Wish.objects.create(user=house.user(name), mail=f"{name}@example.cn", proved=True, **fields)


def device(house: House, name: str, service: PushService, path: str = "one") -> Device:
    return actions.switch_on(
        user=house.user(name), endpoint=f"https://push.example.cn/{path}", public=service.public,
        secret=webpush.b64(service.secret), label="安卓手机 · Firefox", now=house.clock(),
    )  # fmt: skip


def sent(house: House, carrier: Courier, server: MailServer) -> list[tuple[str, str]]:
    """(to, subject) of what goes out now, since the last time it was asked."""
    telling.look(house.clock())
    while carrier.deliver(house.clock()):
        pass
    made = [(str(one["to"]).partition("@")[0], str(one["subject"])) for one in server.letters]
    server.letters.clear()
    return made


def submitted(house: House, number: int, **fields: str):
    story = house.write(secret_word(number), headline="头茬茶下山", **fields)
    house.submit(story)
    return story


def test_each_is_told_when_it_is_their_turn_and_nobody_else(house, carrier, server):
    wants_mail(house, "li", "wang", "zhou", "zhao", "qian", "chen", "admin")
    story = submitted(house, 1, byline="钱代班")
    assert sent(house, carrier, server) == [("wang", "【和媒】初审：头茬茶下山")]  # qian stands in the byline
    house.stamp(story, "wang")
    assert sent(house, carrier, server) == [("zhou", "【和媒】复审：头茬茶下山")]
    house.edit(story, secret_word(1), "zhou", headline="头茬茶今天下山", byline="钱代班")
    assert sent(house, carrier, server) == []
    house.stamp(story, "zhou")
    assert set(sent(house, carrier, server)) == {
        ("wang", "【和媒】初审（改后再审）：头茬茶今天下山"), ("zhao", "【和媒】终审：头茬茶今天下山"),
    }  # fmt: skip
    house.stamp(story, "wang")
    assert sent(house, carrier, server) == [("zhao", "【和媒】终审：头茬茶今天下山")]
    house.stamp(story, "zhao")
    assert sent(house, carrier, server) == []  # who stamped last releases, and is told nothing of their own deed
    house.release(story)
    assert sent(house, carrier, server) == [("li", "【和媒】已签发：头茬茶今天下山")]


def test_its_authors_are_told_of_a_story_sent_back_but_not_why(house, carrier, server):
    wants_mail(house, "li", "chen", "wang")
    story = house.edit(
        house.file("头茬茶下山\n\n青棠县云台乡的春茶开采了。\n", "chen"), secret_word(1), "li", headline="头茬茶下山"
    )
    house.submit(story)
    sent(house, carrier, server)
    house.send_back(story, "wang", reason="数字不对，出处不明")
    telling.look(house.clock())
    carrier.deliver(house.clock())
    assert {str(one["to"]) for one in server.letters} == {"li@example.cn", "chen@example.cn"}
    text = server.letters[0].get_content()
    assert "退稿了：头茬茶下山" in text
    assert f"{DESK}review/{story.pk}/" in text
    assert "数字不对" not in text
    assert "云台乡" not in text


def test_who_is_mentioned_in_the_ledger_is_told(house, carrier, server):
    wants_mail(house, "li", "wang")
    story = house.write(secret_word(1), headline="头茬茶下山")
    with transaction.atomic():
        enter(
            person="li",
            deed="批注",
            piece=story.key,
            now=house.clock(),
            detail={"told": ["wang", "li", 7, "nobody"]},
        )
    assert sent(house, carrier, server) == [("wang", "【和媒】有人提到你：头茬茶下山")]


def test_one_round_uses_one_connection_and_each_entry_is_told_once(house, carrier, server):
    wants_mail(house, "wang", "qian")
    for number in range(3):
        submitted(house, number)
    assert telling.look(house.clock()) == 6
    assert telling.look(house.clock()) == 0
    assert carrier.deliver(house.clock()) == 6
    assert (server.connections, server.logins, len(server.letters)) == (1, ["hemei"], 6)
    assert carrier.deliver(house.clock()) == 0


def test_everybody_hears_only_what_they_chose_and_nothing_without_a_proved_address(house, carrier, server):
    wants_mail(house, "wang", kinds=["again"])
    Wish.objects.create(user=house.user("qian"), mail="qian@example.cn", proved=False)
    submitted(house, 1)
    assert sent(house, carrier, server) == []


def test_quiet_hours_hold_a_notice_until_they_are_over_and_what_was_done_meanwhile_is_not_told(house, carrier, server):
    house.clock.now = house.clock.now.replace(hour=14, minute=0)  # 22:00 in the county
    wants_mail(house, "wang", "qian", quiet_from=time(21, 30), quiet_until=time(7, 0))
    done, left = submitted(house, 1), submitted(house, 2)
    assert sent(house, carrier, server) == []
    house.stamp(done, "qian")
    assert sent(house, carrier, server) == []
    house.clock.now = house.clock.now.replace(hour=23, minute=0)
    found = sent(house, carrier, server)
    assert sorted(found) == [("qian", "【和媒】初审：头茬茶下山"), ("wang", "【和媒】初审：头茬茶下山")]
    assert {one.piece for one in Notice.objects.filter(state="sent")} == {left.key}


@pytest.mark.parametrize(
    ("hour", "start", "end", "held"),
    [(22, 21, 7, 9), (3, 21, 7, 4), (12, 21, 7, 0), (13, 12, 14, 1), (14, 12, 14, 0), (5, 5, 5, 0)],
)
def test_quiet_hours_over_midnight_and_within_a_day(hour, start, end, held):
    now = datetime(2026, 3, 2, hour, 0, tzinfo=rules.COUNTY)
    assert rules.due(now, time(start), time(end)) == now + timedelta(hours=held)


def test_a_server_that_is_away_is_tried_again_with_longer_pauses_and_given_up_after_a_day(house, carrier, server):
    wants_mail(house, "wang")
    submitted(house, 1)
    telling.look(house.clock())
    port, carrier.mailer.mail = server.port, Mail("127.0.0.1", 1, "tls", "", "", "hemei@example.cn")
    assert carrier.deliver(house.clock()) == 1
    one = Notice.objects.get()
    assert (one.state, one.due - house.clock()) == ("waiting", timedelta(minutes=1))
    assert "连不上" in one.answer
    assert carrier.deliver(house.clock()) == 0
    for pause in rules.PAUSES:
        house.clock.now += pause
        assert carrier.deliver(house.clock()) == 1
    assert Notice.objects.get().state == "dropped"
    carrier.mailer.mail = Mail("127.0.0.1", port, "tls", "hemei", "s3cret", "hemei@example.cn")
    submitted(house, 2)
    assert len(sent(house, carrier, server)) == 1


@pytest.mark.parametrize(("answer", "state"), [(b"550 no such mailbox", "dropped"), (b"451 try later", "waiting")])
def test_a_refused_address_is_given_up_at_once_and_a_busy_one_is_not_and_others_get_theirs(
    house, carrier, server, answer, state
):
    wants_mail(house, "wang", "qian")
    server.refuses["wang@example.cn"] = answer
    submitted(house, 1)
    assert [to for to, _ in sent(house, carrier, server)] == ["qian"]
    assert Notice.objects.get(user__username="wang").state == state


def test_mail_goes_only_to_a_server_whose_certificate_is_good(house, carrier, server):
    carrier.mailer.context = ssl.create_default_context()
    wants_mail(house, "wang")
    submitted(house, 1)
    assert sent(house, carrier, server) == []
    assert server.logins == [], "the password was told to nobody"


def test_starttls_is_insisted_on(tls, house):
    with MailServer(tls[0], tls="starttls", users={"hemei": "s3cret"}) as server:
        settings = Mail("127.0.0.1", server.port, "starttls", "hemei", "s3cret", "hemei@example.cn")
        carrier = Courier(Mailer(settings, tls[1]), None, DESK)
        telling.look(house.clock())
        wants_mail(house, "wang")
        submitted(house, 1)
        assert len(sent(house, carrier, server)) == 1
        server.tls = "none"  # somebody on the way took the offer out
        submitted(house, 2)
        assert sent(house, carrier, server) == []
        assert server.logins == ["hemei"]


def test_no_title_ends_a_header(house):
    for title in ("坏\r\nBcc: all@example.cn", "x" * 500, "\u2028a\u0000b", "\udfff"):
        made = letter(sender="a@b.cn", to="c@d.cn", subject=rules.titled(title), text="x", now=house.clock())
        assert made["Bcc"] is None
        assert len(rules.titled(title)) <= rules.MOST_TITLE
    with pytest.raises(Undelivered):
        letter(sender="a@b.cn", to="c@d.cn\r\nBcc: e@f.cn", subject="x", text="x", now=house.clock())


def test_two_couriers_send_nothing_twice_and_what_a_dead_one_took_is_sent_later(house, carrier, server):
    wants_mail(house, "wang")
    submitted(house, 1)
    telling.look(house.clock())
    taken = courier._take(house.clock())  # and dies
    assert len(taken) == 1
    assert carrier.deliver(house.clock()) == 0
    house.clock.tick(minutes=16)
    assert carrier.deliver(house.clock()) == 1


def test_an_address_is_used_only_after_its_code_came_back(house, carrier, server, seat, folder, monkeypatch):
    client = seat("wang")
    page = client.get("/desk/notices/").content.decode()
    assert "服务器还没有设好发邮件" in page
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "push.example.cn.crt"))  # as for a mail server of one's own
    with override_settings(MAIL=carrier.mailer.mail, DESK=DESK):
        client.post("/desk/notices/mail/", {"mail": "wang@example.cn"})
        code = str(server.letters[0]["subject"]).rpartition(" ")[2]
        assert (len(code), server.letters[0]["to"]) == (6, "wang@example.cn")
        submitted(house, 1)
        server.letters.clear()
        assert sent(house, carrier, server) == []
        wrong = client.post("/desk/notices/prove/", {"code": "no"}, follow=True)
        assert "验证码不对" in wrong.content.decode()
        right = client.post("/desk/notices/prove/", {"code": code}, follow=True)
        assert "邮箱已核实" in right.content.decode()
        submitted(house, 2)
        assert [to for to, _ in sent(house, carrier, server)] == ["wang"]
        again = client.post("/desk/notices/mail/", {"mail": ""}, follow=True)
        assert "不再发邮件" in again.content.decode()
        assert not Wish.objects.get().mail


def test_a_code_cannot_be_guessed_and_grows_old(house):
    wang = house.user("wang")
    code = actions.set_mail(user=wang, address="a@example.cn", now=house.clock()).code
    with pytest.raises(NotChosen, match="一分钟后"):
        actions.set_mail(user=wang, address="b@example.cn", now=house.clock())
    for _ in range(rules.CODE_TRIES):
        with pytest.raises(NotChosen, match="不对"):
            actions.prove(user=wang, code="x", now=house.clock())
    with pytest.raises(NotChosen, match="太多次"):
        actions.prove(user=wang, code=code, now=house.clock())
    code = actions.set_mail(user=wang, address="a@example.cn", now=house.clock.tick(minutes=2)).code
    with pytest.raises(NotChosen, match="过期"):
        actions.prove(user=wang, code=code, now=house.clock.tick(minutes=31))
    with pytest.raises(NotChosen, match="邮箱地址不对"):
        actions.set_mail(user=wang, address="a@b\r\nBcc: c@d", now=house.clock())


def test_a_device_gets_a_notice_that_only_it_can_open_signed_by_this_house(house, carrier, service):
    device(house, "wang", service)
    story = submitted(house, 1)
    telling.look(house.clock())
    assert carrier.deliver(house.clock()) == 1
    said = json.loads(service.texts[0])
    assert said == {"title": "初审", "body": "头茬茶下山", "url": f"{DESK}review/{story.pk}/", "tag": story.key}
    headers = service.headers[0]
    assert (headers["content-encoding"], headers["ttl"]) == ("aes128gcm", str(webpush.TTL))
    token, key = (part.partition("=")[2] for part in headers["authorization"].removeprefix("vapid ").split(", "))
    head, claims, signature = token.split(".")
    raw = webpush.unb64(signature)
    public = ec.EllipticCurvePublicKey.from_encoded_point(webpush.CURVE, webpush.unb64(key))
    pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public.verify(pair, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(pair, b"other", ec.ECDSA(hashes.SHA256()))
    told = json.loads(urlsafe_b64decode(claims + "=="))
    assert (told["aud"], told["sub"]) == ("https://push.example.cn", "mailto:hemei@example.cn")
    assert 0 < told["exp"] - house.clock().timestamp() <= 86400


def test_the_sealing_is_that_of_the_rfcs_own_example():
    own = ec.derive_private_key(
        int.from_bytes(webpush.unb64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), webpush.CURVE
    )
    body = webpush.sealed(
        b"When I grow up, I want to be a watermelon",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg", salt=webpush.unb64("DGv6ra1nlYgDCS1FRnbzlw"), own=own,
    )  # fmt: skip
    assert webpush.b64(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@pytest.mark.parametrize(
    ("status", "left", "state"), [(410, 0, "dropped"), (404, 0, "dropped"), (503, 1, "waiting"), (302, 1, "waiting")]
)
def test_a_device_that_is_gone_is_forgotten_and_no_redirection_is_followed(
    house, carrier, service, status, left, state
):
    device(house, "wang", service)
    service.status = status
    submitted(house, 1)
    telling.look(house.clock())
    carrier.deliver(house.clock())
    assert (Device.objects.count(), Notice.objects.get().state, len(service.texts)) == (left, state, 1)


@pytest.mark.parametrize(
    "endpoint",
    ["http://push.example.cn/x", "https://push.example.cn:8443/x", "https://u@push.example.cn/", "https:///x", "ftp://a/", "",
     "https://a b/", "https://é.cn/", "https://x.cn/\r\nHost: y", "https://x.cn:99999/", "https://" + "x" * 2000],
)  # fmt: skip
def test_no_other_address_than_https_on_its_own_port_is_taken(house, service, endpoint):
    with pytest.raises(NotChosen):
        actions.switch_on(
            user=house.user("wang"), endpoint=endpoint, public=service.public, secret=webpush.b64(service.secret),
            label="x", now=house.clock(),
        )  # fmt: skip


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "::1", "fe80::1", "fd00::1",
     "::ffff:127.0.0.1", "224.0.0.1", "localhost"],
)  # fmt: skip
def test_nothing_is_fetched_from_inside_the_building(address):
    with pytest.raises((NotPublic, OSError)):
        webpush.public_address(address)


def test_a_name_that_leads_inside_as_well_as_outside_is_not_connected_to(monkeypatch):
    found = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(webpush.socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(NotPublic):
        webpush.public_address("x.example.cn")
    monkeypatch.setattr(webpush.socket, "getaddrinfo", lambda *_, **__: found[:1])
    assert webpush.public_address("x.example.cn") == "93.184.215.14"


def test_a_device_is_switched_on_and_off_on_the_page_and_a_stranger_cannot(house, seat, service):
    said = {"endpoint": "https://push.example.cn/1", "public": service.public, "secret": webpush.b64(service.secret)}
    assert seat("wang").post("/desk/notices/on/", said | {"public": "x"}).status_code == 409
    assert seat("wang").post("/desk/notices/on/", said).status_code == 200
    made = Device.objects.get()
    seat("li").post(f"/desk/notices/off/{made.pk}/")
    assert Device.objects.count() == 1
    assert seat("qian").post("/desk/notices/on/", said).status_code == 200
    assert Device.objects.get().user.username == "qian", "a shared computer tells one person only"
    seat("qian").post(f"/desk/notices/off/{Device.objects.get().pk}/")
    assert Device.objects.count() == 0
    assert Client().post("/desk/notices/on/", said).status_code in (302, 403)


def test_the_service_worker_is_served_above_every_screen_to_anybody(house):
    answer = Client().get("/desk/sw.js")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/javascript")
    assert b"showNotification" in b"".join(answer.streaming_content)


def test_choices_are_kept_and_nonsense_is_said(house, seat):
    client = seat("wang")
    page = client.post(
        "/desk/notices/choose/", {"kinds": ["turn"], "quiet_from": "22:00", "quiet_until": "07:00"}, follow=True
    )
    assert "记下了" in page.content.decode()
    wish = Wish.objects.get()
    assert (wish.kinds, wish.quiet_from, wish.quiet_until) == (["turn"], time(22), time(7))
    for said in ({"quiet_from": "25:00", "quiet_until": "07:00"}, {"quiet_from": "22:00"}, {"kinds": ["x"]}):
        assert "error" in client.post("/desk/notices/choose/", said, follow=True).content.decode()
    assert Wish.objects.get().kinds == ["turn"]


def test_a_trial_notice_goes_out_by_every_way(house, carrier, server, service, seat):
    wants_mail(house, "wang")
    device(house, "wang", service)
    seat("wang").post("/desk/notices/try/")
    assert sent(house, carrier, server) == [("wang", "【和媒】试一下：收到这一条，通知就通了")]
    assert json.loads(service.texts[0])["url"] == f"{DESK}notices/"


def test_what_was_sent_long_ago_is_forgotten(house, carrier, server):
    wants_mail(house, "wang")
    submitted(house, 1)
    sent(house, carrier, server)
    courier.tidy(house.clock() + timedelta(days=29))
    assert Notice.objects.count() == 1
    courier.tidy(house.clock() + timedelta(days=31))
    assert Notice.objects.count() == 0


@pytest.mark.parametrize(
    "said",
    [
        {"HEMEI_MAIL_HOST": "smtp.example.cn"},
        {"HEMEI_MAIL_HOST": "smtp.example.cn", "HEMEI_MAIL_FROM": "nobody"},
        {"HEMEI_MAIL_HOST": "smtp.example.cn", "HEMEI_MAIL_FROM": "a@b.cn", "HEMEI_MAIL_TLS": "maybe"},
        {"HEMEI_MAIL_HOST": "smtp.example.cn", "HEMEI_MAIL_FROM": "a@b.cn", "HEMEI_MAIL_TLS": "none"},
        {"HEMEI_MAIL_HOST": "smtp.example.cn", "HEMEI_MAIL_FROM": "a@b.cn", "HEMEI_MAIL_PORT": "0"},
        {"HEMEI_MAIL_HOST": "h", "HEMEI_MAIL_FROM": "a@b.cn", "HEMEI_MAIL_PASSWORD_FILE": "/nonexistent"},
    ],
)
def test_settings_of_mail_that_do_not_fit_together_are_refused(monkeypatch, said):
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting):
        mail()


def test_settings_of_mail(monkeypatch, tmp_path: Path):
    assert mail() is None
    (tmp_path / "password").write_text("s3cret\n")
    monkeypatch.setenv("HEMEI_MAIL_HOST", "smtp.example.cn")
    monkeypatch.setenv("HEMEI_MAIL_FROM", "hemei@example.cn")
    monkeypatch.setenv("HEMEI_MAIL_PASSWORD_FILE", str(tmp_path / "password"))
    assert mail() == Mail("smtp.example.cn", 465, "tls", "", "s3cret", "hemei@example.cn")
    assert desk_address(8000) == "http://127.0.0.1:8000/desk/"
    monkeypatch.setenv("HEMEI_DESK_URL", "https://news.example.cn/desk")
    assert desk_address(8000) == DESK
    monkeypatch.setenv("HEMEI_DESK_URL", "news.example.cn")
    with pytest.raises(BadSetting):
        desk_address(8000)
