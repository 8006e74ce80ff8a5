"""API keys, a login beside them, and webhooks, on one running server."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from openai import AuthenticationError, InvalidWebhookSignatureError, OpenAI, RateLimitError
from starlette.requests import HTTPConnection

from t2v.errors import RequestError
from t2v.service import webhook_sender
from t2v.service.webhooks import Origin, checked, signed
from t2v.space.address import LaunchError
from t2v.space.api_errors import ApiError
from t2v.space.keys import Keys
from t2v.space.launch import App, arguments
from tests.space.started import free_port
from tests.waiting import eventually

ONE, TWO = "key-number-one", "key-number-two"
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
SMALL = {"frames": 4, "steps": 2}
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the library's videos are deprecated


class Receiver(BaseHTTPRequestHandler):
    """Notes what it is sent. A path such as /500/200 says how the first and later messages are answered."""

    heard: list[tuple[str, dict, bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        statuses = self.path.strip("/").split("/")
        before = sum(path == self.path for path, _, _ in self.heard)
        self.heard.append((self.path, dict(self.headers), body))
        self.send_response(int(statuses[min(before, len(statuses) - 1)]))
        self.send_header("location", "/200")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def receiver() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", free_port()), Receiver)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, receiver: str) -> Iterator[App]:
    """A server with a login, two keys and webhooks."""
    outputs = tmp_path_factory.mktemp("outputs")
    options = {"--backend": "tests.service.fakes", "--outputs": outputs, "--auth": "me:password"}
    options |= {"--keys": f"{ONE} 2\n{TWO}", "--webhook-hosts": receiver, "--webhook-secret": SECRET}
    app = App(arguments([str(word) for option in options.items() for word in option]))
    app.url = app.launch()
    yield app
    app.close()


def client(app: App, key: str = ONE) -> OpenAI:
    return OpenAI(base_url=f"{app.url}v1", api_key=key, max_retries=0, webhook_secret=SECRET)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer key-number"},
        {"authorization": f"Basic {ONE}"},
        {"authorization": "Bearer"},
        {"authorization": b"Bearer \xff\xfe"},
        {"x-api-key": ONE},
    ],
)
def test_without_a_right_key_every_address_answers_401(guarded: App, headers: dict):
    with httpx.Client(base_url=f"{guarded.url}v1/", headers=headers) as http:
        for method, path in (
            ("POST", "videos"),
            ("GET", "videos"),
            ("GET", "videos/video_x"),
            ("DELETE", "videos/video_x"),
            ("GET", "videos/video_x/content"),
            ("POST", "videos/video_x/cancel"),
            ("GET", "models"),
            ("GET", "models/square"),
            ("GET", "openapi.json"),
        ):
            answer = http.request(method, path)
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key"), path
            assert answer.headers["www-authenticate"] == "Bearer"


def test_a_key_opens_nothing_but_v1(guarded: App):
    for path in ("config", "video/x", "gradio_api/info"):
        assert httpx.get(guarded.url + path, headers={"authorization": f"Bearer {ONE}"}).status_code == 401


def test_a_key_sees_its_own_videos_only(guarded: App):
    one, two = client(guarded), client(guarded, TWO)
    made = one.videos.create_and_poll(prompt="a", extra_body=SMALL, poll_interval_ms=50)
    assert made.status == "completed" and not list(two.videos.list())
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/content"), ("POST", "/cancel")):
        url = f"{guarded.url}v1/videos/{made.id}{path}"
        assert httpx.request(method, url, headers={"authorization": f"Bearer {TWO}"}).status_code == 404
    assert one.videos.retrieve(made.id).status == "completed"


def test_a_key_has_its_own_places(guarded: App):
    one, two = client(guarded), client(guarded, TWO)
    made = [(one, one.videos.create(prompt="slow slow", extra_body={"steps": 50}).id) for _ in range(2)]
    with pytest.raises(RateLimitError, match="2 videos under way") as raised:
        one.videos.create(prompt="slow")
    assert raised.value.code == "rate_limit_exceeded" and raised.value.response.headers["retry-after"]
    made += [(two, two.videos.create(prompt="slow", extra_body={"steps": 50}).id) for _ in range(4)]
    with pytest.raises(RateLimitError, match="4 videos under way"):
        two.videos.create(prompt="slow")
    for who, id in made:
        who.videos.delete(id)


def test_a_webhook_is_signed_and_sent_again_until_it_is_taken(guarded: App, receiver: str, monkeypatch):
    monkeypatch.setattr(webhook_sender, "WAITS", (0.1,))
    monkeypatch.setattr(webhook_sender, "LOOK_EVERY", 0.05)
    openai, ways = client(guarded), {"/500/302/200": 3, "/410": 1, "/204": 1}
    made = {}
    for path in ways:
        prompt = "raise" if path == "/410" else "a"
        body = SMALL | {"webhook": receiver + path}
        made[path] = openai.videos.create(prompt=prompt, extra_body=body | {"steps": 3}).id
        openai.videos.poll(made[path], poll_interval_ms=50)
    eventually(lambda: len(Receiver.heard) >= sum(ways.values()))
    eventually(lambda: not guarded.videos.service.outputs.store.read("SELECT 1 FROM videos WHERE due > 0"))
    assert {path: sum(each[0] == path for each in Receiver.heard) for path in ways} == ways, (
        "none is followed"
    )
    for path, headers, body in Receiver.heard:
        event = openai.webhooks.unwrap(body, headers)
        assert event.type == ("video.failed" if path == "/410" else "video.completed")
        assert event.data.id == made[path] and event.id == headers["webhook-id"]
        with pytest.raises(InvalidWebhookSignatureError):
            openai.webhooks.unwrap(body + b" ", headers)
    assert len({headers["webhook-id"] for _, headers, _ in Receiver.heard}) == len(ways)


def test_a_webhook_that_waits_is_sent_by_the_next_server(guarded: App, receiver: str, monkeypatch):
    """What is due lies in the database: another sender finds it."""
    monkeypatch.setattr(webhook_sender, "LOOK_EVERY", 0.05)
    openai = client(guarded)
    with monkeypatch.context() as silent:
        silent.setattr(webhook_sender.WebhookSender, "_due", lambda self: [])
        made = openai.videos.create(prompt="a", extra_body=SMALL | {"webhook": f"{receiver}/201"})
        openai.videos.poll(made.id, poll_interval_ms=50)
        assert not [path for path, _, _ in Receiver.heard if path == "/201"]
    eventually(lambda: [path for path, _, _ in Receiver.heard if path == "/201"])


def test_only_allowed_hosts_are_told():
    allowed = {Origin.of("hooks.example"), Origin.of("http://127.0.0.1:9000")}
    for address in ("https://hooks.example/x?y=1", "https://HOOKS.example:443/", "http://127.0.0.1:9000/a"):
        assert checked(address, allowed) == address
    for address in (
        "http://hooks.example/",
        "https://hooks.example:444/",
        "https://hooks.example.evil/",
        "https://me:secret@hooks.example/",
        "https://hooks.example@evil.example/",
        "https://evil.example/#@hooks.example/",
        "https://evil.example\\@hooks.example/",
        "http://127.0.0.1/",
        "http://localhost:9000/",
        "http://[::1]:9000/",
        "http://2130706433:9000/",
        "file:///etc/passwd",
        "hooks.example/x",
        "https://hooks.example/\r\nx: y",
        "https://hooks.example:99999/",
        "https://" + "a" * 3000,
        "",
        7,
        {"url": "https://hooks.example/"},
    ):
        with pytest.raises(RequestError, match="webhook: must be an address of a host"):
            checked(address, allowed)
    with pytest.raises(RequestError, match="T2V_WEBHOOK_HOSTS"):
        checked("https://hooks.example/", set())


def test_a_secret_may_be_plain_text():
    headers, body = signed("sixteen-letters!", "evt_1", 1e9, "{}"), "{}"
    with pytest.raises(InvalidWebhookSignatureError, match="too old"):
        OpenAI(api_key="x").webhooks.verify_signature(body, headers, secret="sixteen-letters!")
    OpenAI(api_key="x").webhooks.verify_signature(body, headers, secret="sixteen-letters!", tolerance=10**10)


def asked(headers: dict[str, str] | None = None) -> HTTPConnection:
    pairs = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return HTTPConnection({"type": "http", "headers": pairs})


@pytest.mark.parametrize(
    ("host", "login", "shared", "words"),
    [
        ("127.0.0.1", True, False, "has a login and no API keys"),
        ("127.0.0.1", False, True, "only its own machine"),
        ("0.0.0.0", False, False, "only its own machine"),
        ("192.0.2.1", False, False, "only its own machine"),
        ("localhost.example", False, False, "only its own machine"),
    ],
)
def test_without_keys_only_this_machine_is_let_in(host: str, login: bool, shared: bool, words: str):
    keys = Keys.of((), host, login, shared)
    assert not keys.places(4, 64)
    for headers in ({}, {"authorization": "Bearer anything"}):
        with pytest.raises(ApiError, match=words) as raised:
            keys.visitor(asked(headers))
        assert raised.value.status == 401


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1"])
def test_on_this_machine_any_key_is_right(host: str):
    keys = Keys.of((), host, login=False, shared=False)
    found = {keys.visitor(asked(headers)) for headers in ({}, {"authorization": "Bearer x"})}
    assert len(found) == 1 and list(keys.places(4, 64).values()) == [64]


def test_webhooks_without_a_secret_end_the_start(tmp_path: Path):
    given = ["--outputs", str(tmp_path), "--webhook-hosts", "a.example"]
    with pytest.raises(LaunchError, match="webhook-secret: is missing"):
        App(arguments(given))


def test_a_wrong_key_is_the_librarys_own_error(guarded: App):
    with pytest.raises(AuthenticationError) as raised:
        client(guarded, "sk-wrong").videos.list()
    assert "sk-wrong" not in json.dumps(raised.value.body)
