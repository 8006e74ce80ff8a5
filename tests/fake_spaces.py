"""The part of the hub that takes uploads, on this machine: repositories of Spaces, large files, commits.

Like the hub it refuses a binary file that comes inside a commit instead of through its storage.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import yaml

SMALL = 10_000_000  # bytes of text that a commit may hold


class FakeSpaces:
    """What was made: `files` by name, `settings` of the Space, the number of `commits`."""

    def __init__(self, token: str = "hf_right"):
        self.token, self.spaces = token, {}
        self.files: dict[str, bytes] = {}
        self.stored: dict[str, bytes] = {}  # large files by their SHA-256
        self.settings: dict[str, object] = {}
        self.commits = 0
        self.problems: list[str] = []

    @contextmanager
    def serve(self) -> Iterator[str]:
        """The address at which it runs meanwhile."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": self}))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        self.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield self.address
        finally:
            server.shutdown()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: FakeSpaces
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, told: object, status: int = 200) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        data, name = self._body(), self.path.rpartition("/")[2]
        assert hashlib.sha256(data).hexdigest() == name
        self.hub.stored[name] = data
        self._answer({})

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if "/tree/" in path:
            self._answer(
                [{"type": "file", "path": name, "size": 1, "oid": "0" * 40} for name in self.hub.files]
            )
        elif path.startswith("/api/spaces/"):
            siblings = [{"rfilename": name} for name in self.hub.files]
            self._answer({"id": path.split("/spaces/")[1], "sha": "c" * 40, "siblings": siblings})
        else:
            self._answer({"error": "not found"}, 404)

    def do_POST(self) -> None:
        body, path = self._body(), urlsplit(self.path).path
        if self.headers.get("Authorization") != f"Bearer {self.hub.token}":
            self._answer({"error": "Invalid username or password."}, 401)
            return
        space = "/".join(path.split("/")[3:5])
        if path == "/api/repos/create":
            self._create(json.loads(body))
        elif path == "/api/validate-yaml":
            front = json.loads(body)["content"].split("---\n")[1]
            errors = [] if yaml.safe_load(front)["sdk"] == "gradio" else [{"message": "no sdk"}]
            self._answer({"errors": errors, "warnings": []}, 400 if errors else 200)
        elif path.endswith(("/variables", "/secrets", "/hardware")):
            given = json.loads(body)
            self.hub.settings[given.get("key", "hardware")] = given.get("value", given.get("flavor"))
            self._answer({"stage": "BUILDING", "hardware": {}} if "flavor" in given else {})
        elif path == f"/api/spaces/{space}/preupload/main":
            self._answer({"files": [self._mode(file) for file in json.loads(body)["files"]]})
        elif path.endswith("/info/lfs/objects/batch"):
            self._batch(json.loads(body))
        elif path == f"/api/spaces/{space}/commit/main":
            self._commit(space, [json.loads(line) for line in body.decode().splitlines()])
        else:
            self._answer({"error": f"no {path}"}, 404)

    def _create(self, given: dict) -> None:
        name = f"{given.get('organization') or 'me'}/{given['name']}"
        if name in self.hub.spaces:
            self._answer({"error": "exists", "url": f"{self.hub.address}/spaces/{name}"}, 409)
            return
        self.hub.spaces[name] = given
        self._answer({"url": f"{self.hub.address}/spaces/{name}", "name": name, "id": "1"})

    def _mode(self, file: dict) -> dict:
        large = file["size"] > SMALL or b"\0" in base64.b64decode(file["sample"])
        return {"path": file["path"], "uploadMode": "lfs" if large else "regular", "shouldIgnore": False}

    def _batch(self, given: dict) -> None:
        objects = []
        for each in given["objects"]:
            there = each["oid"] in self.hub.stored
            action = {"upload": {"href": f"{self.hub.address}/storage/{each['oid']}"}}
            objects.append(each | ({} if there else {"actions": action}))
        self._answer({"transfer": "basic", "objects": objects})

    def _commit(self, space: str, lines: list[dict]) -> None:
        files = dict(self.hub.files)
        for line in lines:
            value = line["value"]
            match line["key"]:
                case "file":
                    data = files[value["path"]] = base64.b64decode(value["content"])
                    if b"\0" in data:
                        self._answer({"error": "Your push contains binary files; use Xet."}, 400)
                        return
                case "lfsFile":
                    files[value["path"]] = self.hub.stored[value["oid"]]
                case "deletedFile":
                    del files[value["path"]]
        self.hub.files, self.hub.commits = files, self.hub.commits + 1
        self._answer(
            {
                "commitUrl": f"{self.hub.address}/spaces/{space}/commit/c",
                "commitOid": "c" * 40,
                "success": True,
            }
        )
