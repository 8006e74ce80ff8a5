"""The table of options: every row is a flag, a variable and a line of the documentation, and acts."""

import logging
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from t2v import cli
from t2v.service import logs
from t2v.service.webhooks import Origin
from t2v.space import kinds, launch, options
from t2v.space.address import LaunchError
from t2v.space.options import OPTIONS
from tests.space.started import ROOT, clean, free_port, started
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("own_environment")
PAGE = (ROOT / "docs" / "run-for-others.md").read_text(encoding="utf-8")
PROXIED = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
ASKED = """model models host port queue per_visitor deadline max_frames max_steps max_side outputs lifetime
quota auth title share device ray memory dtype root_path log mark blocklist keys webhook_hosts
webhook_secret""".split()
GOOD = {  # a value of each row, and what it means
    "model": ("emoji", "emoji"),
    "models": ("emoji, a/b", ("emoji", "a/b")),
    "host": ("0.0.0.0", "0.0.0.0"),
    "port": ("0", 0),
    "root_path": ("/t2v", "/t2v"),
    "share": ("yes", True),
    "auth": ("me:p:w", (("me", "p:w"),)),
    "keys": ("one-12345 8\ntwo.67890, three_12", (("one-12345", 8), ("two.67890", None), ("three_12", None))),
    "webhook_hosts": (
        "a.example, http://127.0.0.1:9000",
        (Origin("https", "a.example", 443), Origin("http", "127.0.0.1", 9000)),
    ),
    "webhook_secret": ("whsec_MDEyMzQ1Njc4OWFiY2RlZg==", "whsec_MDEyMzQ1Njc4OWFiY2RlZg=="),
    "title": ("My  page", "My page"),
    "terms": ("Be kind.", "Be kind."),
    "queue": ("8", 8),
    "per_visitor": ("3", 3),
    "deadline": ("90s", 90.0),
    "max_frames": ("16", 16),
    "max_steps": ("50", 50),
    "max_side": ("512", 512),
    "mark": ("AI", "AI"),
    "outputs": ("/tmp", Path("/tmp")),
    "adapters": ("/tmp", Path("/tmp")),
    "lifetime": ("2h", 7200.0),
    "quota": ("1.5 GB", 1_500_000_000),
    "device": ("cuda:0,cuda:1 cpu", ("cuda:0,cuda:1", "cpu")),
    "ray": ("10.0.0.7:6379", "10.0.0.7:6379"),
    "dtype": ("Float32", "float32"),
    "memory": ("low", "low"),
    "log": ("json", "json"),
    "grace": ("20s", 20.0),
}
BAD = {
    "models": [",", " , "],
    "port": ["70000", "http", "-1", "٣", "1" * 20],
    "root_path": ["a b", "http://", "/t2v?x=1"],
    "share": ["maybe", "2"],
    "auth": ["x", ":pw", "me:", " :pw", "a:b\nc"],
    "keys": ["short", "secret key of many words", "secret-key 0", "schlüssel-1", ","],
    "webhook_hosts": [",", "a.example/path", "ftp://a.example", "http://", "me@a.example", "a.example:x"],
    "webhook_secret": ["short-secret", "whsec_%%", "whsec_MDEy"],
    "queue": ["0", "-1", "many", "1.5", "100001"],
    "per_visitor": ["0", "all"],
    "deadline": ["soon", "0", "-5", "5 years", "0.1s", "1e3"],
    "max_frames": ["0", "x"],
    "max_steps": ["0", "1001"],
    "max_side": ["8", "1000000"],
    "adapters": ["/nowhere/loras", __file__],
    "blocklist": ["/nowhere/words", "/proc", __file__ + "x"],
    "mark": ["x" * 41, "生成"],
    "lifetime": ["never", "0"],
    "quota": ["2", "two", "1 PB", "-1GB"],
    "device": ["gpu", "cuda:", "cuda:0,cpu", ",".join(f"cuda:{i}" for i in range(9))],
    "ray": ["nonsense", "host:", ":6379", "ray://host", "http://host:6379", "host:six"],
    "dtype": ["float64", "half"],
    "memory": ["lots"],
    "log": ["loud"],
    "grace": ["soon", "-1"],
}


def arguments(*words: str, **variables: str):
    os.environ.update(variables)
    return launch.arguments(list(words))


def test_the_rows_that_were_asked_for_are_there():
    assert set(ASKED) <= OPTIONS.keys()


@pytest.mark.parametrize("name", GOOD)
def test_a_flag_and_a_variable_mean_the_same(name: str):
    text, meant = GOOD[name]
    row = OPTIONS[name]
    assert getattr(arguments(f"{row.flag}={text}"), name) == meant
    assert getattr(arguments(**{row.variable: text}), name) == meant
    os.environ[row.variable] = "  "  # a variable without a text is not set
    assert getattr(arguments(), name) == getattr(launch.arguments([]), name)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_is_one_sentence_by_the_name_it_was_given_under(name: str):
    row = OPTIONS[name]
    for text in BAD[name]:
        with pytest.raises(LaunchError) as by_flag:
            arguments(f"{row.flag}={text}")
        with pytest.raises(LaunchError) as by_variable:
            arguments(**{row.variable: text})
        del os.environ[row.variable]
        assert str(by_flag.value).startswith(f"{row.flag}: ") and "\n" not in str(by_flag.value)
        assert str(by_variable.value) == str(by_flag.value).replace(row.flag, row.variable, 1)
    for flag in ("--auth", "--keys", "--webhook-secret"):  # what is secret is never repeated
        assert "tell no" not in str(_error(flag, "tell no"))


def _error(flag: str, text: str) -> LaunchError:
    with pytest.raises(LaunchError) as raised:
        arguments(flag, text)
    return raised.value


def test_every_row_has_a_good_and_a_bad_value():
    assert OPTIONS.keys() - GOOD.keys() == {"blocklist"}
    assert OPTIONS.keys() - BAD.keys() == {"model", "host", "title", "terms", "outputs"}  # checked where used


@pytest.mark.parametrize("flag", [row.flag for row in OPTIONS.values()])
def test_an_empty_flag_is_refused(flag: str):
    with pytest.raises(LaunchError, match=f"{flag}: is empty"):
        arguments(f"{flag}=")


def test_a_flag_wins_over_a_variable_and_that_over_gradios():
    os.environ |= {"GRADIO_SERVER_NAME": "::1", "T2V_HOST": "::"}
    assert launch.arguments([]).host == "::" and launch.arguments(["--host", "127.0.0.1"]).host == "127.0.0.1"
    del os.environ["T2V_HOST"]
    assert launch.arguments([]).host == "::1"
    assert launch.arguments(["--share"]).share and not launch.arguments([]).share
    os.environ["T2V_SHARE"] = "yes"
    assert launch.arguments([]).share and not launch.arguments(["--share", "no"]).share


def test_a_secret_may_be_a_file(tmp_path: Path):
    file = tmp_path / "accounts"
    file.write_text("me:one\r\nyou:two:three\n\n")
    assert arguments(T2V_AUTH_FILE=str(file)).auth == (("me", "one"), ("you", "two:three"))
    file.write_text(" \n")
    with pytest.raises(LaunchError, match="T2V_AUTH_FILE: the file is empty"):
        launch.arguments([])
    file.write_text("first-key 3\nsecond-key\n")
    del os.environ["T2V_AUTH_FILE"]
    assert arguments(T2V_KEYS_FILE=str(file)).keys == (("first-key", 3), ("second-key", None))
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(LaunchError, match="T2V_AUTH_FILE: the file can't be read"):
            arguments(T2V_AUTH_FILE=str(path))


def test_a_blocklist_is_read(tmp_path: Path):
    file = tmp_path / "words"
    file.write_text("# not here\n gun \n\nBomb\n")
    assert arguments(T2V_BLOCKLIST=str(file)).blocklist == ("gun", "Bomb")
    file.write_bytes("gun".encode("utf-16"))
    with pytest.raises(LaunchError, match="T2V_BLOCKLIST: the file can't be read .*UTF-16"):
        launch.arguments([])


def test_a_misspelt_variable_is_told_and_a_foreign_one_is_not():
    given = ["T2V_DEADLIN", "T2V_AUTH_FIL", "T2V_FAKE_STEP", "T2V_TRACEBACK", "T2V_PORT", "PORTS"]
    found = options.misspelt(dict.fromkeys(given, "1"))
    assert found == [("T2V_AUTH_FIL", "T2V_AUTH_FILE"), ("T2V_DEADLIN", "T2V_DEADLINE")]


def test_words_of_the_table_are_those_of_the_runtime():
    from t2v.runtime.device import DTYPES
    from t2v.runtime.memory import RUNGS

    assert kinds.DTYPES == ("auto", *DTYPES) and kinds.MEMORY == ("auto", *RUNGS)


def test_the_documentation_has_the_table():
    table = options.table()
    assert table in PAGE, f"docs/run-for-others.md should have\n{table}"
    rows = re.findall(r"^\| `(--[\w-]+)` \| `(T2V_\w+)`", table, re.MULTILINE)
    assert rows == [(row.flag, row.variable) for row in OPTIONS.values()]


# -- as processes

REFUSED = {
    "a deadline in words": ({"T2V_DEADLINE": "soon"}, [], "T2V_DEADLINE: must be a time such as"),
    "auth": ({}, ["--auth", "x"], "--auth: must be user:password"),
    "model": ({}, ["--model", "nosuch"], "--model: nosuch is no model"),
    "model by variable": ({"T2V_MODEL": "nosuch"}, [], "T2V_MODEL: nosuch is no model"),
    "models": ({"T2V_MODELS": "emoji,nosuch"}, [], "T2V_MODELS: nosuch is no model"),
    "queue": ({}, ["--queue", "0"], "--queue: must be a whole number from 1"),
    "device": ({"T2V_DEVICE": "cuda:7"}, [], "T2V_DEVICE: cuda:7 can't be used here ("),
    "a cluster": ({}, ["--ray", "127.0.0.1:1"], "--ray: no cluster answers there"),
    "a cluster by variable": ({"T2V_RAY": "127.0.0.1:1"}, [], "T2V_RAY: no cluster answers there"),
    "a device of a cluster": ({"T2V_RAY": "auto"}, ["--device", "cuda:1"], "--device: with --ray it must be"),
    "outputs": ({"T2V_OUTPUTS": "/proc/no"}, [], "T2V_OUTPUTS: /proc/no can't be written"),
    "host": ({"T2V_HOST": "no.such.host.invalid"}, [], "T2V_HOST: no.such.host.invalid is no address"),
    "an unknown flag": ({}, ["--prot", "1"], "unrecognized arguments: --prot"),
    "an argument": ({}, ["8000"], "unrecognized arguments: 8000"),
}
WAYS = {
    "t2v serve": ["-m", "t2v", "serve"],
    "python -m t2v.space": ["-m", "t2v.space"],
    "app.py": [str(ROOT / "app.py")],
}


def ended(folder: Path, way: str, words: list[str], variables: dict[str, str]) -> tuple[int, str]:
    """-> exit code and all that a page said which could not start"""
    done = subprocess.run(
        [sys.executable, *WAYS[way], *words],
        env=clean(**{"T2V_OUTPUTS": str(folder / "out")} | variables),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_ends_serve_with_one_sentence_and_exit_code_2(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
):
    """In this process; that another ends so too is said below."""
    variables, words, told = REFUSED[case]
    for name, value in ({"T2V_OUTPUTS": str(tmp_path / "out")} | variables).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(launch, "_end_on_signals", lambda: None)
    monkeypatch.setattr(logs, "start", lambda level: None)
    assert cli.main(["serve", *words]) == 2
    said = "".join(capfd.readouterr())
    assert told in said and len(said.splitlines()) == 1, said


@pytest.mark.parametrize("way", WAYS)
def test_a_busy_port_ends_every_way_to_serve_alike(way: str, tmp_path: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, said = ended(tmp_path, way, ["--port", str(port)], {})
        assert code == 2 and f"--port: {port} is taken by another program" in said
        code, said = ended(tmp_path, way, [], {"T2V_PORT": str(port)})
        assert f"T2V_PORT: {port} is taken by another program; choose another, or leave T2V_PORT out." in said
    assert code == 2 and len(said.splitlines()) == 1


def test_the_help_has_every_flag_without_torch(tmp_path: Path):
    code, said = ended(tmp_path, "t2v serve", ["--help"], {})
    assert code == 0 and all(row.flag in said for row in OPTIONS.values())
    code = "import sys, t2v.space.options; sys.exit('torch' in sys.modules or 'gradio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env=clean(), timeout=60).returncode == 0


@pytest.mark.parametrize("level", ["info", "warning"])
def test_the_log_has_the_level_that_was_asked_for(level: str):
    before = logging.getLogger("t2v").level
    try:
        logs.start(level)
        assert logging.getLogger("t2v.service").isEnabledFor(logging.INFO) == (level == "info")
    finally:
        logging.getLogger("t2v").setLevel(before)


# -- the documentation's examples


def test_commands_of_the_documentation_are_understood():
    commands = re.findall(r"t2v serve((?: --[\w-]+(?: [\w./:]+)?)*)", PAGE)
    assert len(commands) >= 2
    for words in commands:
        launch.arguments(words.split())
    for name, value in re.findall(r"(T2V_\w+)=\"?([\w:/.,]+(?: cuda:\d)?)", PAGE):
        OPTIONS[name.removeprefix("T2V_").lower()].read(value)


def test_the_proxy_of_the_documentation_serves_the_page(tmp_path: Path):
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    assert nginx, "this test needs nginx: sudo apt-get install nginx"
    (location,) = re.findall(r"```nginx\n(.*?)```", PAGE, re.DOTALL)
    outside = free_port()
    with started(tmp_path, "--root-path", "/t2v") as page:
        server = location.replace("127.0.0.1:7860", page.url.split("/")[2])
        folders = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in PROXIED)
        conf = tmp_path / "nginx.conf"
        conf.write_text(
            f"daemon off; pid {tmp_path}/pid; error_log stderr; events {{}}\n"
            f"http {{ access_log off; {folders} server {{ listen 127.0.0.1:{outside}; {server} }} }}"
        )
        process = subprocess.Popen([nginx, "-c", conf, "-p", tmp_path], stderr=subprocess.DEVNULL)
        try:
            url = f"http://127.0.0.1:{outside}/t2v/"
            eventually(lambda: _status(f"{url}health") == 200)
            assert page.make(url)["seed"] == 1
        finally:
            process.terminate()
            process.wait()


def _status(url: str) -> int:
    try:
        return httpx.get(url, trust_env=False).status_code
    except httpx.TransportError:
        return 0
