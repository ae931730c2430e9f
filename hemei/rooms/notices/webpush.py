"""Notices to a browser's push service: sealed for the device alone (RFC 8291, aes128gcm of RFC 8188), signed by this house (RFC 8292).

The address of the push service comes from a browser, that is, from anybody who is logged in: nothing is fetched from
it but by https on its ordinary port, at an address of the public internet that was looked at before it is connected to.
"""

from __future__ import annotations

import base64
import http.client
import ipaddress
import json
import os
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hemei.rooms.notices.mail import Undelivered

WAIT = 15.0
TTL = 12 * 3600
"""Seconds that the push service keeps a notice for a phone that is switched off."""
GOOD_FOR = 6 * 3600
"""Seconds that one signature of ours is good for; a day at most, says RFC 8292."""
RECORD = 4096
CURVE = ec.SECP256R1()


class NotPublic(ValueError):
    """This address of a push service is not one that we connect to."""


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Raises ValueError."""
    return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)


def house_key(home: Path) -> ec.EllipticCurvePrivateKey:
    """The key by which push services know this house, made on first use; without it every device has to be switched on anew."""
    path = home / "keys" / "push.key"
    try:
        return ec.derive_private_key(int(path.read_text().strip(), 16), CURVE)
    except FileNotFoundError:
        made = ec.generate_private_key(CURVE)
        part = path.with_name(f"push.key.{os.getpid()}.new")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(f"{made.private_numbers().private_value:064x}")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)  # of two at once the first one stays
        except FileExistsError:
            return house_key(home)
        finally:
            part.unlink()
        return made


def public_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def read_keys(public: str, secret: str) -> tuple[ec.EllipticCurvePublicKey, bytes]:
    """A device's public key and secret as its browser gives them. Raises ValueError."""
    point, auth = unb64(public), unb64(secret)
    if len(auth) != 16 or len(point) != 65:
        raise ValueError("not the keys of a device")
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point), auth


def sealed(text: bytes, public: str, secret: str, *, salt: bytes, own: ec.EllipticCurvePrivateKey) -> bytes:
    """The body to send: ``text`` for the one device that has this key. ``salt`` 16 bytes, ``own`` a key for once."""
    device, auth = read_keys(public, secret)
    point = device.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ec.ECDH(), device)
    info = b"WebPush: info\x00" + point + public_of(own)
    ikm = HKDF(hashes.SHA256(), 32, auth, info).derive(shared)
    key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(ikm)
    nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(ikm)
    head = salt + RECORD.to_bytes(4, "big") + bytes([65]) + public_of(own)
    return head + AESGCM(key).encrypt(nonce, text + b"\x02", None)


def claim(key: ec.EllipticCurvePrivateKey, origin: str, subject: str, now: datetime) -> str:
    """The Authorization header that says who sends this (RFC 8292)."""
    head = b64(json.dumps({"typ": "JWT", "alg": "ES256"}).encode())
    said = b64(json.dumps({"aud": origin, "exp": int(now.timestamp()) + GOOD_FOR, "sub": subject}).encode())
    signature = key.sign(f"{head}.{said}".encode(), ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(signature)
    token = f"{head}.{said}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
    return f"vapid t={token}, k={b64(public_of(key))}"


def checked(endpoint: str) -> tuple[str, str]:
    """(host, path) of a push service's address. Raises NotPublic."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError as error:
        raise NotPublic("地址不成样子。") from error
    host = parts.hostname or ""
    good = len(endpoint) <= 1000 and endpoint.isascii() and endpoint.isprintable() and " " not in endpoint
    if not good or parts.scheme != "https" or not host or parts.username is not None or port not in (None, 443):
        raise NotPublic("推送服务的地址必须是 https，用通常的端口。")
    if parts.fragment:
        raise NotPublic("推送服务的地址不成样子。")
    return host, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def public_address(host: str) -> str:
    """An IP address of this host, when all that it has are of the public internet. Raises NotPublic and OSError."""
    found = {str(each[4][0]) for each in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}
    if not found or not all(_public(each) for each in found):
        raise NotPublic("推送服务的地址不在公网上。")
    return sorted(found, key=lambda each: ":" in each)[0]


def _public(address: str) -> bool:
    known = ipaddress.ip_address(address)
    mapped = getattr(known, "ipv4_mapped", None) or known
    return bool(mapped.is_global and not mapped.is_multicast)


class _Pinned(http.client.HTTPSConnection):
    """Connects to the address that was looked at, whatever the name resolves to a moment later."""

    def __init__(self, host: str, address: tuple[str, int], context: ssl.SSLContext) -> None:
        super().__init__(host, timeout=WAIT, context=context)
        self._address, self._tls = address, context

    def connect(self) -> None:
        raw = socket.create_connection(self._address, timeout=WAIT)
        self.sock = self._tls.wrap_socket(raw, server_hostname=self.host)


@dataclass
class Pusher:
    """Sends to push services, in the name of this house."""

    key: ec.EllipticCurvePrivateKey
    subject: str
    """Whom a push service may write to: an https address or mailto."""
    look_up: Callable[[str], tuple[str, int]] = lambda host: (public_address(host), 443)
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def send(self, *, endpoint: str, public: str, secret: str, text: bytes, topic: str, now: datetime) -> None:
        """Hand one notice over. Raises Undelivered; ``lasting`` when the device is gone."""
        try:
            host, path = checked(endpoint)
            body = sealed(text, public, secret, salt=os.urandom(16), own=ec.generate_private_key(CURVE))
        except ValueError as error:
            raise Undelivered(f"这台设备的登记不对：{error}"[:150], lasting=True) from error
        headers = {
            "Authorization": claim(self.key, f"https://{host}", self.subject, now), "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream", "TTL": str(TTL), "Urgency": "high", "Topic": topic,
        }  # fmt: skip
        try:
            line = _Pinned(host, self.look_up(host), self.context)
            try:
                line.request("POST", path, body, headers)
                status = line.getresponse().status
            finally:
                line.close()
        except NotPublic as error:
            raise Undelivered(str(error), lasting=True) from error
        except (OSError, http.client.HTTPException) as error:
            raise Undelivered(f"推送服务连不上：{type(error).__name__}") from error
        if not 200 <= status < 300:  # a redirection too: it would lead to an address that nobody looked at
            raise Undelivered(f"推送服务答 {status}", lasting=status in (400, 403, 404, 410))
