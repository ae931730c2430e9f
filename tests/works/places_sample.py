"""Real places to sync to: a folder, an SFTP server (sshd), a bucket (moto), each with a way to cut the line."""

from __future__ import annotations

import errno
import getpass
import logging
import os
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import boto3
import moto.settings
from moto.backends import get_backend
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from hemei.press.store import Disk
from hemei.press.targets import Target, target
from hemei.press.targets.folder import Folder
from hemei.press.targets.s3 import Bucket, account

logging.getLogger("werkzeug").setLevel(logging.ERROR)


class Place(Protocol):
    """Where something is brought to, seen without the code under test."""

    def open(self) -> Target: ...

    def cut_after(self, much: int | None) -> None:
        """Let the line break after so much traffic (its unit is the place's own); None mends it, and counts anew."""

    def traffic(self) -> int:
        """How much there was since the line was mended."""

    def files(self) -> dict[str, bytes]: ...

    def plant(self, path: str, data: bytes | None) -> None:
        """Somebody else writes a file there; None takes it away."""


class FolderPlace:
    def __init__(self, top: Path) -> None:
        self.top, self.disk = top, Shaky()

    def open(self) -> Target:
        return Folder(self.top, self.disk)

    def cut_after(self, much: int | None) -> None:
        self.disk.left, self.disk.count = much, 0

    def traffic(self) -> int:
        return self.disk.count

    def files(self) -> dict[str, bytes]:
        return tree(self.top)

    def plant(self, path: str, data: bytes | None) -> None:
        place = self.top / path
        if data is None:
            place.unlink()
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)


class Shaky(Disk):
    """A disk that fails for good after so many requests; the write that fails leaves half of it."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.count = 0

    def _step(self) -> bool:
        self.count += 1
        return self.left is None or self.count <= self.left

    def _fail(self) -> None:
        raise OSError(errno.EIO, "cut")

    def write(self, path: Path, data: bytes, mode: int = 0o644) -> None:
        whole = self._step()
        super().write(path, data if whole else data[: len(data) // 2], mode)
        if not whole:
            self._fail()

    def sync(self, path: Path) -> None:
        if not self._step():
            self._fail()

    def sync_all(self, folder: Path) -> None:
        self.sync(folder)

    def rename(self, old: Path, new: Path) -> None:
        if not self._step():
            self._fail()
        super().rename(old, new)


class ServerPlace(FolderPlace):
    """A folder behind sshd, reached through a line that can be cut."""

    def __init__(self, server: Sshd, line: Line, top: Path) -> None:
        super().__init__(top)
        self.server, self.line = server, line
        self.address = f"sftp://{getpass.getuser()}@127.0.0.1:{line.port}{top}"

    def open(self) -> Target:
        return target(self.address, {}, str(self.server.settings))

    def cut_after(self, much: int | None) -> None:
        self.line.cut_after(much)

    def traffic(self) -> int:
        return self.line.passed


class BucketPlace:
    """A prefix of a bucket, reached through a line that can be cut."""

    def __init__(self, service: Service, line: Line, prefix: str) -> None:
        self.service, self.line, self.prefix = service, line, prefix
        self.environment = {**service.environment, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{line.port}"}

    def open(self) -> Target:
        return Bucket(account(self.environment), "news", self.prefix, wait=lambda seconds: None)

    def cut_after(self, much: int | None) -> None:
        self.line.cut_after(much)

    def traffic(self) -> int:
        return self.line.passed

    def files(self) -> dict[str, bytes]:
        kept = get_backend("s3")["123456789012"]["aws"].buckets["news"].keys
        below = f"{self.prefix}/"
        return {key.removeprefix(below): kept[key].value for key in kept if key.startswith(below)}

    def plant(self, path: str, data: bytes | None) -> None:
        with self.service.open_to_all() as client:
            if data is None:
                client.delete_object(Bucket="news", Key=f"{self.prefix}/{path}")
            else:
                client.put_object(Bucket="news", Key=f"{self.prefix}/{path}", Body=data)


class Line:
    """A relay on loopback that breaks for good after so many bytes from the client."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._left: int | None = None
        self.passed = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def cut_after(self, much: int | None) -> None:
        with self._lock:
            self._left, self.passed = much, 0

    def close(self) -> None:
        self._server.close()
        self._break()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._to))
            self._open |= {near, far}
            threading.Thread(target=self._carry, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self._carry, args=(far, near, False), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, counted: bool) -> None:
        try:
            while data := one.recv(65536):
                if counted:
                    with self._lock:
                        self.passed += len(data)
                        spare = None if self._left is None else self._left - self.passed
                    if spare is not None and spare <= 0:
                        other.sendall(data[: max(0, len(data) + spare)])
                        self._break()
                        return
                other.sendall(data)
        except OSError:
            pass
        finally:
            for each in (one, other):
                self._drop(each)

    def _break(self) -> None:
        # A reset, not an end: moto takes a body that ends early for the whole one, which a real service refuses.
        for each in list(self._open):
            with suppress(OSError):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                each.shutdown(socket.SHUT_RD)  # whoever waits for it wakes up
            self._open.discard(each)
            each.close()

    def _drop(self, each: socket.socket) -> None:
        self._open.discard(each)
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()


class Sshd:
    """OpenSSH's own server on a port of loopback, with keys of its own; not a service of the machine."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        for name in ("host", "own", "other"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
        shutil.copy(folder / "own.pub", folder / "authorized")
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd wants it when root starts it
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        (folder / "sshd_config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\nStrictModes no\nUsePAM no\n"
            f"AuthorizedKeysFile {folder}/authorized\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
            "PermitRootLogin yes\nMaxStartups 100\nKexAlgorithms curve25519-sha256\nSubsystem sftp internal-sftp\n"
        )
        self.folder = folder
        (folder / "known").write_text("hemei-test " + (folder / "host.pub").read_text())
        self.settings = self.set_up("config", key="own", known="known")
        with (folder / "log").open("wb") as log:
            self._running = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", folder / "sshd_config"], stderr=log)
        while self._running.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                break
            except OSError:
                continue
        assert self._running.poll() is None, (folder / "log").read_text()

    def set_up(self, name: str, *, key: str, known: str) -> Path:
        """Settings of a client that has this key and knows these hosts."""
        settings = self.folder / name
        settings.write_text(
            f"Host *\nIdentityFile {self.folder / key}\nIdentitiesOnly yes\nIdentityAgent none\nHostKeyAlias hemei-test\n"
            f"UserKnownHostsFile {self.folder / known}\nGlobalKnownHostsFile /dev/null\n"
        )
        return settings

    def close(self) -> None:
        self._running.terminate()
        self._running.wait(10)


class Service:
    """moto: an S3 that checks signatures with botocore's own code, and has one bucket and one account."""

    def __init__(self) -> None:
        self._server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self._server.start()
        self.port = self._server.get_host_and_port()[1]
        with self.open_to_all() as client:
            client.create_bucket(Bucket="news")
            public = '{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::news/*"}'
            client.put_bucket_policy(Bucket="news", Policy=f'{{"Version":"2012-10-17","Statement":[{public}]}}')
            iam = self._client("iam")
            iam.create_user(UserName="press")
            made = iam.create_access_key(UserName="press")["AccessKey"]
            rules = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
            iam.put_user_policy(UserName="press", PolicyName="all", PolicyDocument=rules)
        self.environment = {
            "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
        }

    @contextmanager
    def open_to_all(self) -> Iterator[Any]:
        """A client while nobody is asked who he is."""
        before = moto.settings.INITIAL_NO_AUTH_ACTION_COUNT
        moto.settings.INITIAL_NO_AUTH_ACTION_COUNT = float("inf")
        try:
            yield self._client("s3")
        finally:
            moto.settings.INITIAL_NO_AUTH_ACTION_COUNT = 0.0 if before == 0 else before

    def guard(self) -> None:
        """From now on a signature counts."""
        moto.settings.INITIAL_NO_AUTH_ACTION_COUNT = 0.0

    def _client(self, kind: str) -> Any:
        return boto3.client(
            kind,
            endpoint_url=f"http://127.0.0.1:{self.port}",
            aws_access_key_id="anybody",
            aws_secret_access_key="anything",
            region_name="us-east-1",
        )

    def close(self) -> None:
        self._server.stop()


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, links included as what they lead to."""
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}
