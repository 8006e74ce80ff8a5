"""A page with --auth and a root path, reached directly and through a real nginx, which keeps the prefix or
strips it: everything stands behind the login, and only calls that are let in take places of the queue."""

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import httpx
import pytest
from gradio_client import Client
from playwright.sync_api import Browser, expect

from t2v.space.gate import LOGIN_PAGE, RequestGate, _rooted, route_path
from t2v.space.launch import App, arguments
from tests.space.started import free_port
from tests.waiting import eventually

ACCOUNT = {"username": "me", "password": "p:w"}
CALL, JOIN = "gradio_api/call/v2/generate", "gradio_api/queue/join"
WAYS = ("direct", "kept", "stripped")
NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  client_body_buffer_size 1m; proxy_buffering off; proxy_http_version 1.1;
  proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Host $http_host;
  proxy_set_header X-Forwarded-Proto $scheme;
  server {{ listen 127.0.0.1:{kept}; location /t2v/ {{ proxy_pass http://127.0.0.1:{port}; }} }}
  server {{ listen 127.0.0.1:{stripped}; location /t2v/ {{ proxy_pass http://127.0.0.1:{port}/; }} }}
}}
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    outputs = tmp_path_factory.mktemp("guarded")
    words = ["--backend", "tests.service.fakes", "--queue", "2", "--auth", "me:p:w", "--outputs", outputs]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(outputs))
        patch.setenv("GRADIO_ROOT_PATH", "t2v/")  # as people write it
        made = App(arguments([*map(str, words), "--examples", str(outputs), "--port", "0"]))
        made.url = made.launch()
        yield made
        made.close()


@pytest.fixture(scope="module")
def ways(app: App, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The page's address on each way to it."""
    folder, found = (
        tmp_path_factory.mktemp("nginx"),
        shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin"),
    )
    assert found, "this test needs nginx: sudo apt-get install nginx"
    kept, stripped, port = free_port(), free_port(), httpx.URL(app.url).port
    conf = folder / "nginx.conf"
    conf.write_text(NGINX.format(folder=folder, kept=kept, stripped=stripped, port=port))
    process = subprocess.Popen([found, "-c", conf, "-p", folder], stderr=subprocess.DEVNULL)
    addresses = {"direct": app.url}
    addresses |= {"kept": f"http://127.0.0.1:{kept}/t2v/", "stripped": f"http://127.0.0.1:{stripped}/t2v/"}
    eventually(lambda: _reachable(addresses["stripped"]))
    yield addresses
    process.terminate()
    process.wait()


def _reachable(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(params=WAYS)
def url(request: pytest.FixtureRequest, ways: dict[str, str]) -> str:
    return ways[request.param]


@pytest.fixture
def stranger(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=60) as client:
        yield client


@pytest.fixture
def owner(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=60) as client:
        assert client.post("login", data=ACCOUNT).status_code == 200
        yield client


def make(client: httpx.Client, prompt: str = "a square") -> tuple[str, str]:
    """-> what became of a call, and its answer"""
    answer = client.post(CALL, json={"prompt": prompt})
    assert answer.status_code == 200, answer.text
    lines = client.get(f"gradio_api/call/generate/{answer.json()['event_id']}").text.strip().splitlines()
    return lines[-2].removeprefix("event: "), lines[-1]


def places_are_free(app: App) -> bool:
    return not app.service.jobs._reserved and not len(app.service.jobs)


def test_a_stranger_takes_no_place(app: App, stranger: httpx.Client, owner: httpx.Client):
    def knock(number: int) -> int:
        path = (CALL, "gradio_api/call/generate", JOIN, CALL + "/")[number % 4]
        return stranger.post(path, json={"prompt": "a", "data": ["a"], "fn_index": 0}).status_code

    with ThreadPoolExecutor(8) as pool:
        knocks = [pool.submit(knock, number) for number in range(200)]
        codes = [owner.post(CALL, json={"prompt": "a square"}).status_code for _ in range(2)]
        assert {future.result() for future in knocks} == {401}
    assert codes == [200, 200]
    eventually(lambda: places_are_free(app) and all(job.over for job in app.service.jobs._jobs.values()))


def test_refused_calls_hold_no_place(app: App, owner: httpx.Client):
    endpoint = next(number for number, function in app.demo.fns.items() if function.api_name == "generate")
    joined = {"data": ["a square"], "fn_index": endpoint}
    wrong = [
        (CALL, {"json": {"prompt": "a", "wrong": 1}}, 422),
        (CALL, {"json": {}}, 422),
        (CALL, {"content": "x" * 300_000}, 413),
        (CALL, {"content": b'{"prompt": "a"}', "headers": {"content-type": "text/plain"}}, 422),
        (JOIN, {"json": joined}, 400),
        (JOIN, {"json": joined | {"session_hash": 7}}, 422),
        (JOIN, {"json": joined | {"session_hash": "s", "trigger_id": "x"}}, 422),
        (JOIN, {"json": joined | {"session_hash": "s", "fn_index": []}}, 404),
        ("gradio_api/call/generate", {"json": {"data": ["a"], "session_hash": [1]}}, 422),
    ]
    for path, body, status in wrong:
        for _ in range(3):
            answer = owner.post(path, **body)
            assert answer.status_code == status, (path, body, answer.text)
    for path in (
        JOIN + "/",
        JOIN + "x",
        CALL + "//",
        CALL + "/x",
        CALL + "x",
    ):  # no such route, or a redirect
        assert owner.post(path, json=joined | {"prompt": "a"}).status_code in (307, 404, 405, 422)
    assert places_are_free(app)
    assert make(owner)[0] == "complete"


def test_a_body_that_never_ends_holds_no_place(app: App, url: str, owner: httpx.Client):
    address = httpx.URL(url)
    cookies = "; ".join(f"{name}={value}" for name, value in owner.cookies.items())
    head = f"POST {address.path}{CALL} HTTP/1.1\r\nHost: {address.host}\r\nCookie: {cookies}\r\n"
    for _ in range(3):
        with socket.create_connection((address.host, address.port)) as connection:
            connection.sendall(f'{head}Content-Length: 100\r\n\r\n{{"prompt": "a'.encode())
            time.sleep(0.05)
    assert places_are_free(app) and make(owner)[0] == "complete"


def test_the_owner_gets_all_places_and_no_more(app: App, owner: httpx.Client):
    body = {"prompt": "slow slow square", "steps": 3}
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: owner.post(CALL, json=body).status_code, range(8)))
    assert set(codes) == {200, 503} and 2 <= codes.count(200) <= 4  # some are on the device already
    eventually(lambda: places_are_free(app) and all(job.over for job in app.service.jobs._jobs.values()))


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"])
def test_every_route_asks_for_the_login(app: App, stranger: httpx.Client, method: str):
    paths = {*map(_filled, _paths(app.demo.app.routes)), "/nothing", "//gradio_api/info"}
    assert {"/video/x", "/example/x", "/gradio_api/queue/data", "/gradio_api/cancel"} <= paths
    for path in paths:
        answer = stranger.request(method, stranger.base_url.path.rstrip("/") + path)
        if LOGIN_PAGE.fullmatch(path):
            assert answer.status_code < 500, (path, answer.text)
        else:
            assert answer.status_code == 401, (path, answer.status_code)


@pytest.mark.parametrize("key", [{}, {"authorization": "Bearer any"}])
def test_v1_has_no_keys_here_and_lets_nobody_in(stranger: httpx.Client, owner: httpx.Client, key: dict):
    for client in (stranger, owner):
        for method, path in (("GET", "videos"), ("POST", "videos"), ("GET", "openapi.json")):
            answer = client.request(method, f"v1/{path}", headers=key)
            assert answer.status_code == 401, path
            assert "has a login and no API keys" in answer.json()["error"]["message"]
        assert client.get("v1/nothing").status_code == 404


def _paths(routes: Iterable) -> Iterator[str]:
    """The paths of routes, and of the routers among them."""
    for route in routes:
        router = getattr(route, "original_router", None)
        yield from _paths(router.routes) if router else [route.path]


def _filled(path: str) -> str:
    """A route's path with every parameter named x."""
    parts = (part.partition("}") for part in path.split("{"))
    first, *others = ((before, rest) for before, _, rest in parts)
    return first[0] + "".join("x" + rest for _, rest in others)


def test_what_a_visitor_made_is_only_served_behind_the_login(
    app: App, stranger: httpx.Client, owner: httpx.Client
):
    assert make(owner)[0] == "complete"
    (record, *_) = app.service.outputs.of("", 1)
    file = app.service.outputs.path(record.id, record.suffix)
    for path in (f"video/{record.name}", f"gradio_api/file={file}", f"video/%2e/{record.name}"):
        for method in ("GET", "HEAD"):
            assert stranger.request(method, path).status_code == 401
            forged = {"Cookie": f"access-token-{app.demo.app.cookie_id}=guessed"}
            assert stranger.request(method, path, headers=forged).status_code == 401
    for path in (f"video/{record.name}", f"gradio_api/file={file}"):
        assert owner.get(path).content == file.read_bytes()
        part = owner.get(path, headers={"Range": "bytes=4-7"})
        assert (part.status_code, part.content) == (206, b"ftyp")
        assert owner.head(path).status_code == 200
    owner.get("logout")
    assert owner.get(f"video/{record.name}").status_code == 401


@pytest.mark.parametrize("path", ["/gradio_api/queue/data", "/t2v/video/x", "/anything"])
def test_a_websocket_asks_for_the_login(app: App, path: str):
    sent, reached = [], []

    async def receive() -> dict:
        return {"type": "websocket.connect"}

    async def send(message: dict) -> None:
        sent.append(message)

    async def inner(*_: object) -> None:
        reached.append(path)

    gate = RequestGate(inner, app.service, 0, ())
    scope = {"type": "websocket", "path": path, "headers": [], "root_path": "/t2v", "app": app.demo.app}
    thread = Thread(target=asyncio.run, args=[gate(scope, receive, send)])
    thread.start()
    thread.join()
    assert [message["type"] for message in sent] == ["websocket.close"] and not reached


@pytest.mark.parametrize("root", ["", "/t2v", "/a/t2v/", "https://a.example/t2v", "https://a.example/t2v/"])
@pytest.mark.parametrize("path", ["/", "/video/x", "/gradio_api/call/v2/generate", "/t2vvideo/x"])
def test_paths_are_compared_without_the_prefix(root: str, path: str):
    prefix = urlsplit(root).path.rstrip("/")
    for given in {path, prefix + path}:
        assert route_path(_rooted(_scope(given, root))) == path
        named = _scope(given, "", (b"x-forwarded-prefix", prefix.encode()))
        assert route_path(_rooted(named)) == path
    if prefix:
        assert route_path(_rooted(_scope(prefix, root))) == "/"


@pytest.mark.parametrize("root", ["//evil.example", "/a b", "/t2v?x", "javascript:alert(1)", "t2v", "/\\"])
def test_a_prefix_that_is_none_is_not_used(root: str):
    header = (b"x-forwarded-prefix", root.encode())
    assert _rooted(_scope("/video/x", "", header))["root_path"] == ""
    assert _rooted(_scope("/video/x", "/t2v", header))["root_path"] == "/t2v"


def _scope(path: str, root: str, *headers: tuple[bytes, bytes]) -> dict:
    return {"type": "http", "path": path, "root_path": root, "headers": list(headers)}


def test_gradios_client_logs_in(url: str, tmp_path: Path):
    client = Client(url, auth=("me", "p:w"), verbose=False, download_files=str(tmp_path))
    file, settings = client.predict(prompt="a square", seed=5, api_name="/generate")
    assert settings["seed"] == 5 and Path(file).read_bytes()[4:8] == b"ftyp"
    with pytest.raises(Exception, match="401|[Cc]ould not|[Aa]uth"):
        Client(url, verbose=False)


def test_the_page_works_in_a_browser(url: str, browser: Browser):
    context = browser.new_context()
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("response", lambda r: problems.append(r.url) if r.status >= 400 else None)
    page.goto(url)
    page.get_by_label("username").fill("me")
    page.get_by_label("password").fill("p:w")
    page.get_by_role("button", name="Login").click()
    expect(page.get_by_role("button", name="Generate")).to_be_enabled()
    page.get_by_label("Prompt", exact=True).fill("a square")
    page.get_by_label("Prompt", exact=True).press("Enter")
    page.wait_for_selector("#screen [data-state=done]")
    page.wait_for_function("document.querySelector('#screen video')?.readyState === 4")
    page.reload()
    problems.clear()  # a page that is left logs that its streams were cut
    page.wait_for_selector("#screen [data-state=done]")
    assert problems == []
    context.close()


def test_visitors_of_a_browser_see_no_others(url: str, browser: Browser):
    visitor = browser.new_context().new_page()
    visitor.goto(url)
    expect(visitor.get_by_label("username")).to_be_visible()
    assert visitor.locator("#prompt").count() == 0
    visitor.context.close()
