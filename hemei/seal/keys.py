"""Ed25519 keys and what they sign: the canonical bytes of a document, after a prefix that no other protocol uses.

Randomness is handed in. Private keys are their 32 raw bytes (RFC 8032), public ones are named by 64 hex digits.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hemei.seal.digest import canonical, parse
from hemei.seal.errors import NotAStatement, WrongPin

DOMAIN = b"hemei\n"
"""Stands before the document's bytes under every signature."""
LARGEST = 1024 * 1024
"""Bytes of one signed document, at most; a roster of some thousand people fits."""

_KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SIGNATURE = re.compile(r"[0-9a-f]{128}", re.ASCII)
_SEALED = "hemei-key-1"


@dataclass(frozen=True, slots=True)
class Signed:
    """A document, the public key it claims, and a signature, which `verify` checks; nothing is checked before."""

    content: bytes
    """The canonical bytes of the document."""
    key: str
    signature: str

    @property
    def document(self) -> dict[str, Any]:
        """The document itself, a fresh copy at each call."""
        value = parse(self.content)
        if not isinstance(value, dict):
            raise NotAStatement("a signed document is an object")
        return value

    def plain(self) -> dict[str, Any]:
        """As an object, to be put into a larger one such as proof.json."""
        return {"document": self.document, "key": self.key, "signature": self.signature}

    def to_json(self) -> bytes:
        """Canonical JSON: `{"document", "key", "signature"}`."""
        return canonical(self.plain())

    @classmethod
    def from_json(cls, data: bytes) -> Signed:
        """Read what `to_json` wrote, strictly. Raises NotAStatement. The signature is not checked here."""
        return cls.from_plain(read_object(data))

    @classmethod
    def from_plain(cls, value: object) -> Signed:
        """The same from an object that was already parsed. Raises NotAStatement."""
        if not isinstance(value, Mapping) or value.keys() != {"document", "key", "signature"}:
            raise NotAStatement("a signed document has exactly document, key and signature")
        if not isinstance(value["document"], dict):
            raise NotAStatement("document is not an object")
        key, signature = read_signature(value["key"], value["signature"])
        try:
            return cls(canonical(value["document"]), key, signature)
        except ValueError as error:
            raise NotAStatement(str(error)) from error


def read_object(data: bytes, most: int = LARGEST) -> dict[str, Any]:
    """The object in these canonical bytes. Raises NotAStatement, also for more than `most` bytes."""
    if len(data) > most:
        raise NotAStatement(f"more than {most} bytes")
    try:
        value = parse(data)
    except ValueError as error:
        raise NotAStatement(str(error)) from error
    if not isinstance(value, dict):
        raise NotAStatement("not an object")
    return value


def read_signature(key: object, signature: object) -> tuple[str, str]:
    """A public key and a signature in hex, of the right shape. Raises NotAStatement."""
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise NotAStatement("key is not 64 hex digits")
    if not isinstance(signature, str) or not _SIGNATURE.fullmatch(signature):
        raise NotAStatement("signature is not 128 hex digits")
    return key, signature


def generate(random: Callable[[int], bytes]) -> bytes:
    """A new private key of 32 bytes. `random(n)` gives n unpredictable bytes, such as os.urandom."""
    private = random(32)
    Ed25519PrivateKey.from_private_bytes(private)
    return private


def public(private: bytes) -> bytes:
    """The public key's 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def public_hex(private: bytes) -> str:
    """The public key in 64 hex digits, as statements name it."""
    return public(private).hex()


def site_id(root_public: bytes) -> str:
    """What names a site for good: 16 hex digits of the SHA-256 of its founding root public key."""
    if len(root_public) != 32:
        raise ValueError("a public key has 32 bytes")
    return hashlib.sha256(root_public).hexdigest()[:16]


def sign(private: bytes, document: Mapping[str, Any]) -> Signed:
    """Sign a document. Raises ValueError when it has no canonical bytes."""
    content = canonical(document)
    key = Ed25519PrivateKey.from_private_bytes(private)
    shown = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    return Signed(content, shown, key.sign(DOMAIN + content).hex())


def verify(signed: Signed, key: str | None = None) -> bool:
    """Whether the signature is good, and (with `key`, in hex) made by that key. Who holds the key is not asked here."""
    if key is not None and signed.key != key:
        return False
    return good(signed.content, signed.key, signed.signature)


def good(content: bytes, key: str, signature: str) -> bool:
    """Whether this is the key's signature over these canonical bytes; False also for what is no key at all."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), DOMAIN + content)
    except (ValueError, InvalidSignature):
        return False
    return True


def seal_private(private: bytes, pin: str, secret: bytes, salt: bytes, nonce: bytes) -> str:
    """A personal private key, sealed with its holder's PIN and with a secret that lies outside the database.

    Whoever copies the database lacks the secret and cannot try PINs; whoever has both pays scrypt (n=2**15, r=8, p=1:
    32 MB, some 80 ms) for each try. `salt` is 16 and `nonce` 12 random bytes, new each time.
    """
    if len(private) != 32 or len(salt) != 16 or len(nonce) != 12:
        raise ValueError("a private key has 32 bytes, a salt 16, a nonce 12")
    head = f"{_SEALED}.{salt.hex()}.{nonce.hex()}"
    return f"{head}.{AESGCM(_stretched(pin, secret, salt)).encrypt(nonce, private, head.encode()).hex()}"


def open_private(sealed: str, pin: str, secret: bytes) -> bytes:
    """The private key's 32 bytes. Raises WrongPin for another PIN or secret, or when the sealed text was changed."""
    try:
        name, salt, nonce, box = sealed.split(".")
        parts = bytes.fromhex(salt), bytes.fromhex(nonce), bytes.fromhex(box)
    except ValueError as error:
        raise WrongPin("这把私钥的存档已损坏，请联系管理员重新发钥") from error
    if name != _SEALED or [len(part) for part in parts] != [16, 12, 48]:
        raise WrongPin("这把私钥的存档已损坏，请联系管理员重新发钥")
    head = f"{_SEALED}.{salt}.{nonce}"
    try:
        return AESGCM(_stretched(pin, secret, parts[0])).decrypt(parts[1], parts[2], head.encode())
    except InvalidTag as error:
        raise WrongPin("PIN 不对，请重新输入；忘记了请找管理员重新发钥") from error


def _stretched(pin: str, secret: bytes, salt: bytes) -> bytes:
    if not pin or len(secret) < 16:
        raise ValueError("a PIN of at least one character and a secret of at least 16 bytes are needed")
    slow = Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(pin.encode())
    return HKDF(algorithm=SHA256(), length=32, salt=secret, info=b"hemei personal key").derive(slow)
