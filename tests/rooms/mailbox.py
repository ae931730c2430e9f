"""Doubles on loopback: a mail server that speaks SMTP over TLS, and a push service that opens what it gets, with a certificate of our own."""

from __future__ import annotations

import base64
import contextlib
import datetime
import http.server
import ipaddress
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import NameOID

from hemei.rooms.notices import webpush


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """(the server's side, the side of a client that trusts only this certificate)"""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime(2020, 1, 1)
    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(1)
        .not_valid_before(start).not_valid_after(start.replace(year=2100))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = made.public_bytes(serialization.Encoding.PEM)
    path.write_bytes(private + public)
    path.with_suffix(".crt").write_bytes(public)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cadata=public.decode())


@dataclass
class MailServer:
    """Takes letters over SMTP; answers what it is told to."""

    server: ssl.SSLContext
    tls: str = "tls"
    users: dict[str, str] = field(default_factory=dict)
    refuses: dict[str, bytes] = field(default_factory=dict)
    """What it answers to a recipient, by address."""
    letters: list[EmailMessage] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> MailServer:
        double = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                double.connections += 1
                with contextlib.suppress(ssl.SSLError, ConnectionError):  # a client that does not trust us hangs up
                    if double.tls == "tls":
                        self._secure()
                    self._talk()

            def _secure(self) -> None:
                self.request = double.server.wrap_socket(self.request, server_side=True)
                self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)

            def _say(self, text: bytes) -> None:
                self.wfile.write(text + b"\r\n")

            def _talk(self) -> None:
                self._say(b"220 double")
                while line := self.rfile.readline():
                    verb = line.split(b" ")[0].strip().upper()
                    if verb == b"EHLO":
                        self._say(
                            b"250-double\r\n250-8BITMIME\r\n"
                            + (b"250-STARTTLS\r\n" if double.tls == "starttls" else b"")
                            + b"250 AUTH PLAIN"
                        )
                    elif verb == b"STARTTLS":
                        self._say(b"220 go on")
                        self._secure()
                    elif verb == b"AUTH":
                        self._login(line)
                    elif verb == b"RCPT":
                        to = line.split(b"<")[1].split(b">")[0].decode()
                        self._say(double.refuses.get(to, b"250 good"))
                    elif verb == b"DATA":
                        self._data()
                    elif verb == b"QUIT":
                        return self._say(b"221 bye")
                    else:
                        self._say(b"250 good")
                return None

            def _login(self, line: bytes) -> None:
                _, user, password = base64.b64decode(line.split(b" ")[2]).decode().split("\0")
                double.logins.append(user)
                self._say(b"235 in" if double.users.get(user) == password else b"535 no")

            def _data(self) -> None:
                self._say(b"354 go on")
                lines = []
                while (line := self.rfile.readline()) != b".\r\n":
                    lines.append(line)
                double.letters.append(message_from_bytes(b"".join(lines), policy=policy.default))  # type: ignore[arg-type]
                self._say(b"250 kept")

        self._serve(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler))
        return self

    def _serve(self, listener: socketserver.ThreadingTCPServer) -> None:
        listener.daemon_threads = True
        self.port = listener.server_address[1]
        self._listener = listener
        threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown()
        self._listener.server_close()


@dataclass
class PushService:
    """Takes notices for one device and opens them as its browser would."""

    server: ssl.SSLContext
    status: int = 201
    texts: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = b"0123456789abcdef"

    @property
    def public(self) -> str:
        return webpush.b64(webpush.public_of(self.key))

    def __enter__(self) -> PushService:
        double = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                double.headers.append({name.lower(): value for name, value in self.headers.items()})
                double.texts.append(double.opened(body))
                self.send_response(double.status)
                self.send_header("location", "https://127.0.0.1/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        listener.socket = self.server.wrap_socket(listener.socket, server_side=True)
        self.port = listener.server_address[1]
        self._listener = listener
        threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown()
        self._listener.server_close()

    def opened(self, body: bytes) -> bytes:
        """RFC 8291 from the receiver's end, written apart from what seals."""
        salt, size, key_length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, text = body[21 : 21 + key_length], body[21 + key_length :]
        assert len(text) <= size
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        mine = webpush.public_of(self.key)
        info = b"WebPush: info\0" + mine + sender
        ikm = HKDF(hashes.SHA256(), 32, self.secret, info).derive(self.key.exchange(ec.ECDH(), theirs))
        key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(ikm)
        nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(ikm)
        opened = AESGCM(key).decrypt(nonce, text, None)
        assert opened[-1:] == b"\2"
        return opened[:-1]
