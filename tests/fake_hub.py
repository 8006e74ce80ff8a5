"""A Hugging Face hub on this machine, which can be told to damage what it sends."""

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "c0ffee" + 34 * "0"
LARGE = (".safetensors", ".bin", ".pth")


class FakeHub:
    """Serves one repository, "owner/model", from a folder.

    `flips` says how many more times a file goes out with one bit turned, `cuts` how many times its
    connection breaks half-way. `sent` counts the bodies that went out, by file.
    """

    def __init__(self, folder: Path):
        self.folder, self.sent = folder, Counter()
        self.flips, self.cuts = Counter(), Counter()

    def files(self) -> dict[str, bytes]:
        """The repository's contents by name."""
        paths = (path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in paths}

    def info(self) -> dict:
        """What the hub's API says of the repository."""
        return {
            "id": "owner/model",
            "sha": COMMIT,
            "siblings": [_sibling(*item) for item in self.files().items()],
        }

    @contextmanager
    def serve(self) -> Iterator[str]:
        """The address at which it runs meanwhile."""
        handler = type("Handler", (_Handler,), {"hub": self})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()


def _sibling(name: str, data: bytes) -> dict:
    entry = {"rfilename": name, "size": len(data), "blobId": _git_hash(data)}
    if name.endswith(LARGE):
        entry["lfs"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}
    return entry


def _git_hash(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    hub: FakeHub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        head, _, name = path.partition(f"/resolve/{COMMIT}/")
        if path.startswith("/api/models/owner/model"):
            self._send(200, json.dumps(self.hub.info()).encode(), {"Content-Type": "application/json"}, body)
        elif head == "/owner/model" and name in (files := self.hub.files()):
            self._send_file(name, files[name], body)
        else:
            self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"}, body)

    def _send_file(self, name: str, data: bytes, body: bool) -> None:
        sha = hashlib.sha256(data).hexdigest() if name.endswith(LARGE) else _git_hash(data)
        headers = {"ETag": f'"{sha}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        start = 0
        if (wanted := self.headers.get("Range")) and body:
            start = int(wanted.removeprefix("bytes=").split("-")[0])
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        if body:
            self.hub.sent[name] += 1
            if self.hub.flips[name] > 0:
                self.hub.flips[name] -= 1
                data = data[:-1] + bytes([data[-1] ^ 1])
        cut = body and self.hub.cuts[name] > 0
        self.hub.cuts[name] -= cut
        self._send(206 if start else 200, data[start:], headers, body, cut)

    def _send(self, status: int, data: bytes, headers: dict[str, str], body: bool, cut: bool = False) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(data))}).items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(data[: len(data) // 2] if cut else data)
        self.close_connection = self.close_connection or cut
