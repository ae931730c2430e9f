"""A bucket of any service that speaks S3. A put there is whole or not at all, and read back at once is what was put.

Requests carry AWS Signature Version 4 in their headers (docs.aws.amazon.com, "Authenticating Requests"), the digest
of the body included: what arrives is what was signed.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import quote, unquote, urlsplit

import httpx
from defusedxml import ElementTree

from hemei.press.serve import KINDS, lasting
from hemei.press.targets import SHARED, Found, NotSynced

AT_ONCE = 8
"""Requests on their way at once."""
TRIES = 5
"""How often a request is made when the service is busy or the network fails; it waits 0.5, 1, 2, 4 s between."""
_KEYS = (("AWS_ACCESS_KEY_ID", "访问密钥的编号"), ("AWS_SECRET_ACCESS_KEY", "访问密钥"))
_WHY = {
    "NoSuchBucket": "没有这个存储桶。请检查名字，或先在服务商的控制台建好它。",
    "InvalidAccessKeyId": "服务商不认识这个访问密钥。请检查 AWS_ACCESS_KEY_ID。",
    "SignatureDoesNotMatch": "访问密钥不对。请检查 AWS_SECRET_ACCESS_KEY。",
    "AccessDenied": "这个访问密钥没有读写这个存储桶的权限。请在服务商的控制台给它列出、读、写、删的权限。",
    "RequestTimeTooSkewed": "本机的时钟与服务商差得太多。请校准时钟，再运行一次。",
    "PermanentRedirect": "存储桶在另一个区域。请检查 AWS_REGION 和 AWS_ENDPOINT_URL。",
    "AuthorizationHeaderMalformed": "存储桶在另一个区域。请检查 AWS_REGION 和 AWS_ENDPOINT_URL。",
    "SecondLevelDomainForbidden": "这家服务商要求把存储桶写进网址。请把 AWS_ENDPOINT_URL 写成 https://存储桶.…… 的样子。",
    "QuotaExceeded": "存储桶满了。请扩容，再运行一次。",
}
_AWAY = "连不上，或连接断了。请检查网络和 AWS_ENDPOINT_URL，再运行一次，会接着做。"
_BUSY = frozenset({408, 429, 500, 502, 503, 504})

_Item = TypeVar("_Item")
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Account:
    """Who asks, and where."""

    key: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    region: str
    endpoint: str
    """Empty for AWS itself."""


def account(environment: Mapping[str, str]) -> Account:
    """The account in the usual variables. Raises NotSynced, naming what is missing."""
    for name, what in _KEYS:
        if not environment.get(name):
            raise NotSynced(f"没有{what}。请设环境变量 {name}，再运行一次。")
    endpoint = environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL") or ""
    parts = urlsplit(endpoint)
    if endpoint and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/")):
        raise NotSynced("AWS_ENDPOINT_URL 写得不对。写法如 https://s3.example.cn，后面不带目录。")
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "us-east-1"
    key, secret = environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]
    return Account(key, secret, environment.get("AWS_SESSION_TOKEN", ""), region, endpoint.rstrip("/"))


class Bucket:
    """Files below a prefix of a bucket. The clock says when a request is signed; `wait` waits so many seconds."""

    def __init__(
        self,
        account: Account,
        bucket: str,
        prefix: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        base = account.endpoint or f"https://{bucket}.s3.{account.region}.amazonaws.com"
        host = urlsplit(base).netloc
        # An endpoint that begins with the bucket's name is the bucket's own; else the bucket is the first part of the path.
        self._base = "" if host.startswith(f"{bucket}.") else f"/{bucket}"
        self._origin, self._prefix = base, f"{prefix}/" if prefix else ""
        self.name = f"s3://{bucket}/{prefix} ({host})"
        self._account, self._clock, self._wait = account, clock, wait
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        self._client = httpx.Client(timeout=60, limits=limits, trust_env=False, headers={"accept-encoding": "identity"})
        self._pool = ThreadPoolExecutor(AT_ONCE)

    def listing(self, folders: Collection[str]) -> Iterator[Found]:
        for found in self._list("", "/"):
            if found.path.rstrip("/") not in {*folders, SHARED} or not found.path.endswith("/"):
                yield found
        for folder in folders:
            yield from self._list(f"{folder}/", "")

    def _list(self, below: str, divider: str) -> Iterator[Found]:
        asked = {"list-type": "2", "encoding-type": "url", "prefix": self._prefix + below, "delimiter": divider}
        while True:
            page = ElementTree.fromstring(self._ask("GET", "", {k: v for k, v in asked.items() if v}).content)
            space = page.tag.removesuffix("ListBucketResult")
            for each in page.iter(f"{space}Contents"):
                tag = (each.findtext(f"{space}ETag") or "").strip('"').lower()
                yield Found(self._path(each.findtext(f"{space}Key")), int(each.findtext(f"{space}Size") or 0), tag)
            for each in page.iter(f"{space}CommonPrefixes"):
                yield Found(self._path(each.findtext(f"{space}Prefix")), 0)
            following = page.findtext(f"{space}NextContinuationToken")
            if page.findtext(f"{space}IsTruncated") != "true" or not following:
                return
            asked["continuation-token"] = following

    def _path(self, key: str | None) -> str:
        return unquote(key or "").removeprefix(self._prefix)

    def read(self, wanted: Sequence[tuple[str, int]]) -> list[bytes | None]:
        return self._spread(lambda each: self._read(*each), wanted)

    def _read(self, path: str, size: int) -> bytes | None:
        answer = self._ask("GET", self._prefix + path, may_lack=True)
        return answer.content[: size + 1] if answer.status_code == 200 else None

    def put(self, files: Sequence[tuple[str, bytes]]) -> list[str]:
        return self._spread(lambda each: self._put(*each), files)

    def _put(self, path: str, data: bytes) -> str:
        kind = KINDS.get(path.rpartition(".")[2], "application/octet-stream")
        kind = KINDS["json"] if "/tree/" in path else kind
        said = {"content-type": kind, "cache-control": lasting(path)}
        answer = self._ask("PUT", self._prefix + path, body=data, said=said)
        return str(answer.headers.get("etag", "")).strip('"').lower()

    def remove(self, paths: Sequence[str]) -> None:
        self._spread(lambda path: self._ask("DELETE", self._prefix + path, may_lack=True), paths)

    def tidy(self) -> None:
        pass

    def close(self) -> None:
        self._pool.shutdown()
        self._client.close()

    def _spread(self, do: Callable[[_Item], _Made], items: Sequence[_Item]) -> list[_Made]:
        """Do it for each, several at once. When one fails, those that were begun are let finish."""
        given = [self._pool.submit(do, item) for item in items]
        try:
            return [each.result() for each in given]
        finally:
            for each in given:
                each.cancel()

    def _ask(
        self,
        method: str,
        key: str,
        query: Mapping[str, str] | None = None,
        *,
        body: bytes = b"",
        said: Mapping[str, str] | None = None,
        may_lack: bool = False,
    ) -> httpx.Response:
        path = quote(f"{self._base}/{key}", safe="/-_.~")
        asked = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in sorted((query or {}).items()))
        address = f"{self._origin}{path}{'?' * bool(asked)}{asked}"
        fault = NotSynced("")
        for attempt in range(TRIES):
            if attempt:
                self._wait(2.0 ** (attempt - 2))
            signed = sign(self._account, method, address, body, said or {}, self._clock())
            try:
                answer = self._client.request(method, address, content=body, headers=signed)
            except httpx.TransportError as error:
                fault = NotSynced(f"{self.name}：{_AWAY}")
                fault.__cause__ = error
                continue
            lacking = may_lack and answer.status_code == 404 and not _told(answer, "NoSuchBucket")
            if answer.status_code < 300 or lacking:
                return answer
            fault = self._refused(answer)
            if answer.status_code not in _BUSY:
                break
        raise fault

    def _refused(self, answer: httpx.Response) -> NotSynced:
        why = next((text for code, text in _WHY.items() if _told(answer, code)), "")
        if not why and answer.status_code in (401, 403):
            why = _WHY["AccessDenied"]
        why = why or f"服务商没有照办（状态 {answer.status_code}）。请过一会儿再运行一次。"
        return NotSynced(f"{self.name}：{why}")


def _told(answer: httpx.Response, code: str) -> bool:
    return f"<Code>{code}</Code>".encode() in answer.content[:20_000]


def sign(
    account: Account, method: str, address: str, body: bytes, said: Mapping[str, str], now: datetime
) -> dict[str, str]:
    """The headers of a request with its signature: `said` and those that the signature covers besides."""
    parts = urlsplit(address)
    moment = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    content = hashlib.sha256(body).hexdigest()
    headers = {**said, "host": parts.netloc, "x-amz-content-sha256": content, "x-amz-date": moment}
    if account.token:
        headers["x-amz-security-token"] = account.token
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = "\n".join((method, parts.path, parts.query, lines, names, content))
    scope = f"{moment[:8]}/{account.region}/s3/aws4_request"
    text = "\n".join(("AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(request.encode()).hexdigest()))
    key = f"AWS4{account.secret}".encode()
    for step in (*scope.split("/"), text):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    credential = f"Credential={account.key}/{scope}, SignedHeaders={names}, Signature={key.hex()}"
    return {**headers, "authorization": f"AWS4-HMAC-SHA256 {credential}"}
