"""A Hugging Face hub on this machine, which can be told to damage what it sends, and to refuse."""

import hashlib
import json
import os
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from . import forked

COMMIT = "c0ffee" + 34 * "0"
LARGE = (".safetensors", ".bin", ".pth")
CERTIFICATE = Path(__file__).with_name("untrusted.pem")  # for 127.0.0.1, signed by nobody, with its key
# A process of its own: huggingface_hub reads its settings from the environment once, when it is imported.
SCRIPT = """
import json, sys
from t2v.checkpoints.errors import CheckpointError
from t2v.checkpoints.locate import locate
try:
    found = locate(sys.argv[1], half=len(sys.argv) > 2)
    print(json.dumps({"name": found.name, "folder": str(found.folder), "revision": found.revision,
                      "files": {part: [str(path) for path in paths] for part, paths in found.files.items()}}))
except CheckpointError as error:
    print(json.dumps({"error": str(error)}))
"""
NETWORK = ("HF_", "SSL_CERT_", "HUGGINGFACE_", "TRANSFORMERS_OFFLINE", "REQUESTS_CA", "XDG_CACHE_HOME")


@dataclass
class Answer:
    """What the hub says instead of what is asked for: to requests with a token only, or to the first `times`.

    Without a `body` it is the hub's own JSON error. Status 0 closes the connection without a word.
    """

    status: int
    error: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    with_token: bool = False
    times: int = 1000
    wait: float = 0  # seconds before it answers


class FakeHub:
    """Serves one repository, "owner/model", from a folder for each commit; `refs` names the commits.

    `flips` says how many more times a file goes out with one bit turned, `cuts` how many times its
    connection breaks half-way. `answers` replaces the answer to addresses that contain a text.
    `sent` counts the bodies that went out, by file.
    """

    def __init__(self, folder: Path):
        self.folder, self.sent = folder, Counter()
        self.flips, self.cuts = Counter(), Counter()
        self.refs, self.folders = {"main": COMMIT}, {}
        self.answers: dict[str, Answer] = {}

    def files(self, commit: str = COMMIT) -> dict[str, bytes]:
        """The repository's contents by name."""
        folder = self.folders.get(commit, self.folder)
        paths = (path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}

    def commit(self, revision: str) -> str | None:
        """The commit that a branch, a tag, or the beginning of a commit stands for."""
        commits = {COMMIT, *self.folders, *self.refs.values()}
        started = [commit for commit in commits if len(revision) >= 7 and commit.startswith(revision)]
        return self.refs.get(revision) or next(iter(started), None)

    def info(self, commit: str = COMMIT) -> dict:
        """What the hub's API says of the repository."""
        return {
            "id": "owner/model",
            "sha": commit,
            "siblings": [_sibling(*item) for item in self.files(commit).items()],
        }

    @contextmanager
    def serve(self, tls: bool = False) -> Iterator[str]:
        """The address at which it runs meanwhile."""
        handler = type("Handler", (_Handler,), {"hub": self})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        # It asks every 10 ms whether to end; as it comes, every half second, which each test would wait for.
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()


class Home:
    """A user's cache, and a process that looks for models with it."""

    def __init__(self, folder: Path, endpoint: str):
        self.folder = folder
        # Progress is shown to terminals; TQDM_POSITION makes huggingface_hub show it here too.
        self.environment = {"HF_ENDPOINT": endpoint, "HF_HOME": str(folder), "TQDM_POSITION": "-1"}

    def run(self, script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        """Python in a process with this cache. `environment` adds variables; "-" takes one away."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(NETWORK) and not name.lower().endswith("_proxy")
        }
        variables = inherited | self.environment | environment
        return forked.run(
            script,
            *arguments,
            environment={name: value for name, value in variables.items() if value != "-"},
        )

    def locate(self, *arguments: str, before: str = "", **environment: str) -> dict:
        """What `locate` found, or {"error": message}; and what it showed on the way, as "shown".

        `before` is Python that runs first in its process.
        """
        run = self.run(f"{before}\n{SCRIPT}", *arguments, **environment)
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout) | {"shown": run.stderr}


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

    def do_CONNECT(self) -> None:
        """As a proxy it lets nobody through."""
        self._answer(body=True)

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, body: bool) -> None:
        if (other := self._other_answer()) is not None:
            self._send_other(other, body)
            return
        path = unquote(urlsplit(self.path).path)
        if path == "/api/models/owner/model":
            self._send_info("main", body)
        elif path.startswith(api := "/api/models/owner/model/revision/"):
            self._send_info(path.removeprefix(api), body)
        elif path.startswith(tree := "/api/models/owner/model/tree/"):
            self._send_tree(path.removeprefix(tree), body)
        elif path.startswith(files := "/owner/model/resolve/"):
            self._send_file(path.removeprefix(files), body)
        else:
            self._refuse("RepoNotFound", body)

    def _other_answer(self) -> Answer | None:
        for part, answer in self.hub.answers.items():
            told = self.headers.get("Authorization") or not answer.with_token
            if part in f"{self.command} {self.path}" and told and answer.times > 0:
                answer.times -= 1
                return answer
        return None

    def _send_other(self, answer: Answer, body: bool) -> None:
        time.sleep(answer.wait)
        if not answer.status:
            self.close_connection = True
            return
        headers, data = dict(answer.headers), answer.body
        if data is None:
            headers["Content-Type"] = "application/json"
            data = json.dumps({"error": answer.error} if answer.error else {}).encode()
        self._send(answer.status, data, headers, body)

    def _send_info(self, revision: str, body: bool) -> None:
        if (commit := self.hub.commit(revision)) is None:
            self._refuse("RevisionNotFound", body)
        else:
            text = json.dumps(self.hub.info(commit))
            self._send(200, text.encode(), {"Content-Type": "application/json"}, body)

    def _send_tree(self, revision: str, body: bool) -> None:
        entries = [
            {"type": "file", "path": name, "size": len(data), "oid": _git_hash(data)}
            for name, data in self.hub.files(self.hub.commit(revision)).items()
        ]
        self._send(200, json.dumps(entries).encode(), {"Content-Type": "application/json"}, body)

    def _refuse(self, code: str, body: bool) -> None:
        self._send(404, b"{}", {"X-Error-Code": code}, body)

    def _send_file(self, path: str, body: bool) -> None:
        """`path`: REVISION/NAME"""
        revision = next((ref for ref in self.hub.refs if path.startswith(f"{ref}/")), path.partition("/")[0])
        commit, name = self.hub.commit(revision), path.removeprefix(f"{revision}/")
        files = self.hub.files(commit) if commit else {}
        if name not in files:
            self._refuse("EntryNotFound" if commit else "RevisionNotFound", body)
            return
        data = files[name]
        sha = hashlib.sha256(data).hexdigest() if name.endswith(LARGE) else _git_hash(data)
        headers = {"ETag": f'"{sha}"', "X-Repo-Commit": commit, "Accept-Ranges": "bytes"}
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
