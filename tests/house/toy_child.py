"""What the supervisor's tests run instead of `hemei.child`: served the same way, with toys for works."""

from __future__ import annotations

import http.server
import json
import os
import socketserver
import sqlite3
import sys
from pathlib import Path

from hemei import child
from hemei.home import whole


def front(folder: Path) -> None:
    os.environ["TOY_SOCKET"] = str(folder / "run" / "desk.sock")
    child.granian("tests.house.toys:app", "rsgi", address="127.0.0.1", port=whole("HEMEI_PORT", 8000, 1, 65535))


def desk(folder: Path) -> None:
    child.granian("tests.house.toys:desk", "wsgi", uds=folder / "run" / "desk.sock", blocking_threads=4)


class _Status(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"edition": 1, "pending": 0}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "unix"

    def log_message(self, format: str, *args: object) -> None:
        pass


def press(folder: Path) -> None:
    if (folder / "press-fails").exists():
        sys.exit(3)
    with socketserver.UnixStreamServer(str(folder / "run" / "press.sock"), _Status) as server:
        server.serve_forever()


def prepare(folder: Path) -> None:
    if (folder / "prepare-fails").exists():
        sys.exit(1)
    connection = sqlite3.connect(folder / "data" / "desk.sqlite3")
    connection.execute("CREATE TABLE IF NOT EXISTS made (demo TEXT)")
    connection.execute("INSERT INTO made VALUES (?)", [os.environ["HEMEI_DEMO"]])
    connection.commit()
    if (folder / "prepare-hangs").exists():
        (folder / "prepare-hangs").unlink()
        sys.stdout.write("hanging\n")
        sys.stdout.flush()
        sys.stdin.close()
        socketserver.UnixStreamServer(str(folder / "run" / "hang.sock"), _Status).serve_forever()


child.PROCESSES.update(front=front, desk=desk, press=press, prepare=prepare)
if __name__ == "__main__":
    child.main(sys.argv[1:])
