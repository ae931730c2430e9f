"""Notices by mail, over SMTP with TLS."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from hemei.home import Mail

WAIT = 20.0
"""Seconds until a mail server that does not answer is given up for this time."""


class Undelivered(Exception):
    """It did not get there. ``lasting``: trying again will not help."""

    def __init__(self, why: str, *, lasting: bool = False) -> None:
        super().__init__(why)
        self.lasting = lasting


def letter(*, sender: str, to: str, subject: str, text: str, now: datetime) -> EmailMessage:
    """A plain letter. Raises Undelivered for an address that is none."""
    made = EmailMessage(policy=SMTP)
    try:
        made["From"] = Address("和媒", addr_spec=sender)
        made["To"] = to
    except (ValueError, IndexError) as error:
        raise Undelivered("邮箱地址不对。", lasting=True) from error
    made["Subject"] = subject
    made["Date"] = format_datetime(now)
    made["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    made["Auto-Submitted"] = "auto-generated"  # so that holiday replies stay away
    made.set_content(text)
    return made


@dataclass
class Mailer:
    """The mail server of the settings. One connection carries all letters of a round."""

    mail: Mail
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    @contextlib.contextmanager
    def open(self) -> Iterator[smtplib.SMTP]:
        """A connection that is logged in. Raises Undelivered while the server cannot be reached or lets nobody in."""
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise Undelivered(f"邮件服务器连不上或不让登录：{_short(error)}") from error
        try:
            yield server
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()

    def _connect(self) -> smtplib.SMTP:
        if self.mail.tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.mail.host, self.mail.port, timeout=WAIT, context=self.context)
        else:
            server = smtplib.SMTP(self.mail.host, self.mail.port, timeout=WAIT)
        try:
            if self.mail.tls == "starttls":
                server.starttls(context=self.context)
            if self.mail.user:
                server.login(self.mail.user, self.mail.password)
        except BaseException:
            server.close()
            raise
        return server


def send(server: smtplib.SMTP, made: EmailMessage) -> None:
    """Hand one letter over. Raises Undelivered."""
    try:
        server.send_message(made)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise Undelivered(f"对方不收：{codes}", lasting=all(500 <= code < 600 for code in codes)) from error
    except smtplib.SMTPResponseException as error:
        raise Undelivered(f"邮件服务器不收：{error.smtp_code}", lasting=500 <= error.smtp_code < 600) from error
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise Undelivered(f"邮件没有送出：{_short(error)}") from error


def _short(error: Exception) -> str:
    return f"{type(error).__name__} {error}"[:150]
