"""What the hub, the network and the disk can answer to a download, and the cache that is left for others."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from t2v.checkpoints import CheckpointError, hub_cache

from .fake_hub import CERTIFICATE, COMMIT, Answer, FakeHub, Home
from .tiny_model import write_diffusers

OTHER = "facade" + 34 * "0"
CONFIG = "unet/config.json"
UNET_FILE = "unet/diffusion_pytorch_model.safetensors"
PORTAL = Answer(200, body=b"<html>Please log in</html>", headers={"Content-Type": "text/html"})
EXPIRED = Answer(401, "Invalid credentials in Authorization header", with_token=True)
HURRY = "import time; time.sleep = lambda seconds: None"  # huggingface_hub's waits between its tries
# What another program does offline: exit code 0 where it finds the file.
OTHERS = "import huggingface_hub as h, sys; h.hf_hub_download('owner/model', 'unet/config.json', {})"


@pytest.fixture
def hub(tmp_path: Path) -> FakeHub:
    return FakeHub(write_diffusers(tmp_path / "served"))


@pytest.fixture
def home(tmp_path: Path, hub: FakeHub) -> Iterator[Home]:
    with hub.serve() as address:
        yield Home(tmp_path / "home", address)


def told(found: dict, *words: str) -> None:
    """The error has the words, is one sentence or two, and names no path."""
    error = found["error"]
    assert all(word.lower() in error.lower() for word in words), error
    assert "/tmp" not in error and "\n" not in error and error.endswith("."), error
    assert not re.search(r"[a-z]Error|Errno", error), error
    assert len(error) < 500, error
    assert ("can't be reached" in error) == ("can't be reached" in words), error


METADATA = {
    "expired token": (EXPIRED, {"HF_TOKEN": "hf_old"}, ("401", "invalid credentials", "HF_TOKEN", "public")),
    "expired by name": (
        Answer(401, 'User Access Token "mine" is expired', with_token=True),
        {"HF_TOKEN": "hf_old"},
        ("401", "is expired", "HF_TOKEN"),
    ),
    "login wanted": (Answer(401), {}, ("401", "set HF_TOKEN")),
    "gated": (
        Answer(403, "Access is restricted", {"X-Error-Code": "GatedRepo"}),
        {},
        ("403", "terms", "HF_TOKEN"),
    ),
    "gated, without a login": (
        Answer(401, "You must be authenticated", {"X-Error-Code": "GatedRepo"}),
        {},
        ("401", "terms", "HF_TOKEN"),
    ),
    "gated, awaiting": (
        Answer(403, "Your request is awaiting a review", {"X-Error-Code": "GatedRepo"}),
        {"HF_TOKEN": "hf_good"},
        ("403", "waits for its authors"),
    ),
    "gated, rejected": (
        Answer(403, "Your request has been rejected", {"X-Error-Code": "GatedRepo"}),
        {"HF_TOKEN": "hf_good"},
        ("403", "rejected"),
    ),
    "proxy's 403": (Answer(403), {}, ("403 Forbidden", "proxy or firewall")),
    "fine-grained token": (
        Answer(403, "Missing permissions"),
        {"HF_TOKEN": "hf_fine"},
        ("403 Forbidden, Missing permissions", "token may lack the right"),
    ),
    "not found": (Answer(404, headers={"X-Error-Code": "RepoNotFound"}), {}, ("not found", "HF_TOKEN")),
    "no mirror": (Answer(404, body=b"<html>nginx</html>"), {}, ("404 Not Found", "HF_ENDPOINT")),
    "proxy's login": (Answer(407), {}, ("407 Proxy Authentication Required", "user:password")),
    "gone": (Answer(410), {}, ("410 Gone", "disabled")),
    "disabled": (
        Answer(403, headers={"X-Error-Message": "Access to this resource is disabled."}),
        {},
        ("403", "disabled"),
    ),
    "limit": (Answer(429, "Too Many Requests"), {}, ("429 Too Many Requests", "HF_TOKEN")),
    "limit with seconds": (Answer(429, headers={"Retry-After": "55"}), {}, ("429", "wait 55 s")),
    "limit of today": (
        Answer(
            429, headers={"RateLimit": '"api";r=0;t=41', "RateLimit-Policy": '"fixed window";"api";q=5;w=300'}
        ),
        {},
        ("429", "wait 41 s"),
    ),
    "legal": (Answer(451), {}, ("451 Unavailable For Legal Reasons", "disabled")),
    "fault": (Answer(500), {}, ("500 Internal Server Error", "later")),
    "bad gateway": (Answer(502, body=b"<html>oops</html>"), {}, ("502 Bad Gateway", "later")),
    "maintenance": (
        Answer(503, headers={"Retry-After": "Mon, 30 Nov 2026 08:00:00 GMT"}),
        {},
        ("503", "30 Nov"),
    ),
    "gateway's timeout": (Answer(504), {}, ("504 Gateway Timeout", "later")),
    "network login": (Answer(511), {}, ("511", "log in")),
    "unheard-of": (Answer(599), {}, ("599",)),
    "login page": (PORTAL, {}, ("login page", "HF_ENDPOINT")),
    "moved to a login page": (Answer(302, headers={"Location": "/portal"}), {}, ("login page",)),
    "in a circle": (Answer(302, headers={"Location": "/api/models/owner/model"}), {}, ("login page",)),
    "other JSON": (Answer(200, body=b"[1, 2]"), {}, ("not the hub's",)),
    "other JSON object": (Answer(200, body=b'{"status": "ok"}'), {}, ("not the hub's",)),
    "nothing": (Answer(0), {}, ("broke off",)),
    "too slow": (Answer(200, wait=2.5), {"HF_HUB_DOWNLOAD_TIMEOUT": "1"}, ("does not answer in time",)),
    "offline": (Answer(200), {"HF_HUB_OFFLINE": "1"}, ("HF_HUB_OFFLINE is set",)),
    "offline, transformers": (Answer(200), {"TRANSFORMERS_OFFLINE": "1"}, ("TRANSFORMERS_OFFLINE is set",)),
}


@pytest.fixture(scope="module")
def cached(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's cache that holds the whole of owner/model, named by main."""
    folder = tmp_path_factory.mktemp("cached")
    with FakeHub(write_diffusers(folder / "served")).serve() as address:
        assert "error" not in Home(folder / "home", address).locate("owner/model")
    return folder / "home" / "hub" / "models--owner--model"


@pytest.mark.parametrize("case", METADATA)
def test_the_hubs_answer_is_told_and_a_cached_copy_is_used(case: str, hub: FakeHub, home: Home, cached: Path):
    answer, environment, words = METADATA[case]
    hub.answers = {"/api/models/owner/": answer, "/portal": PORTAL}
    told(home.locate("owner/model", **environment), "owner/model is not in the cache", *words)
    shutil.copytree(cached, home.folder / "hub" / cached.name, symlinks=True)
    found = home.locate("owner/model", **environment)
    assert found["revision"] == COMMIT
    assert ("copy in the cache is used" in found["shown"]) == ("OFFLINE" not in "".join(environment))


FILES = {
    "login": (Answer(401), {}, ("401",)),
    "expired token": (EXPIRED, {"HF_TOKEN": "hf_old"}, ("401", "HF_TOKEN")),
    "gated": (Answer(403, "restricted", {"X-Error-Code": "GatedRepo"}), {}, ("403", "terms")),
    "forbidden": (Answer(403), {}, ("403 Forbidden",)),
    "gone": (Answer(404, headers={"X-Error-Code": "EntryNotFound"}), {}, ("404 Not Found", "no longer")),
    "limit": (Answer(429, headers={"Retry-After": "5"}), {}, ("429 Too Many Requests", "5 s")),
    "maintenance": (Answer(503), {}, ("503 Service Unavailable",)),
    "login page": (PORTAL, {}, ("login page",)),
    "nothing": (Answer(0), {}, ("broke off",)),
}


@pytest.mark.parametrize("method", ["HEAD", "GET"])
@pytest.mark.parametrize("case", FILES)
def test_the_same_is_told_of_a_files_download(case: str, method: str, hub: FakeHub, home: Home):
    answer, environment, words = FILES[case]
    hub.answers = {f"{method} /owner/model/resolve/{COMMIT}/{UNET_FILE}": answer}
    found = home.locate("owner/model", before=HURRY, **environment)
    if case == "login page" and method == "GET":
        words = ("size", "login page")
    told(found, "diffusion_pytorch_model.safetensors of owner/model could not be downloaded", *words)


NETWORK = {
    "refused": ({"HF_ENDPOINT": "http://127.0.0.1:1"}, ("HF_ENDPOINT", "can't be reached", "refused")),
    "no such name": ({"HF_ENDPOINT": "https://hub.invalid"}, ("can't be reached", "its name is not known")),
    "no scheme": ({"HF_ENDPOINT": "hf-mirror.com"}, ("HF_ENDPOINT", "https://")),
    "empty": ({"HF_ENDPOINT": ""}, ("HF_ENDPOINT", "https://")),
    "no address": ({"HF_ENDPOINT": "http://[mirror"}, ("HF_ENDPOINT", "web address")),
    "no port": ({"HF_ENDPOINT": "http://127.0.0.1:99999"}, ("HF_ENDPOINT", "web address")),
    "no number": ({"HF_HUB_DOWNLOAD_TIMEOUT": "10s"}, ("HF_HUB_DOWNLOAD_TIMEOUT", "whole number")),
    "SOCKS": ({"ALL_PROXY": "socks5://127.0.0.1:1"}, ("SOCKS", "ALL_PROXY", 'pip install "httpx[socks]"')),
    "proxy away": ({"http_proxy": "http://127.0.0.1:1"}, ("can't be reached", "http_proxy")),
    "proxy unknown": ({"HTTP_PROXY": "foo://127.0.0.1:1"}, ("proxy", "HTTP_PROXY", "web address")),
    "proxy's port": (
        {"HTTP_PROXY": "http://127.0.0.1:abc", "HF_ENDPOINT": "-"},
        ("HTTP_PROXY", "web address"),
    ),
    "no certificates": ({"SSL_CERT_FILE": "/nowhere.pem"}, ("SSL_CERT_FILE", "no file of certificates")),
    "other certificates": ({"SSL_CERT_FILE": __file__}, ("SSL_CERT_FILE", "no file of certificates")),
    "token in Cyrillic": ({"HF_TOKEN": "hf_ж"}, ("HF_TOKEN", "characters")),
}


@pytest.mark.parametrize("case", NETWORK)
def test_a_network_that_is_set_up_wrong(case: str, home: Home):
    environment, words = NETWORK[case]
    told(home.locate("owner/model", **environment), *words)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(407), ("407", "user:password", "HTTPS_PROXY")),
        (Answer(403), ("403", "HTTPS_PROXY", "refuses")),
    ],
)
def test_a_proxy_that_lets_nobody_through(answer: Answer, words: tuple, hub: FakeHub, home: Home):
    hub.answers = {"CONNECT hub.invalid": answer}
    proxy = home.environment["HF_ENDPOINT"]
    told(home.locate("owner/model", HF_ENDPOINT="https://hub.invalid", HTTPS_PROXY=proxy), *words)


def test_a_certificate_that_is_not_trusted(hub: FakeHub, home: Home):
    with hub.serve(tls=True) as address:
        told(
            home.locate("owner/model", HF_ENDPOINT=address),
            "certificate is not trusted",
            "SSL_CERT_FILE",
            "self",
        )
        assert "error" not in home.locate("owner/model", HF_ENDPOINT=address, SSL_CERT_FILE=str(CERTIFICATE))
    plain = home.environment["HF_ENDPOINT"].replace("http:", "https:")
    told(Home(home.folder / "other", plain).locate("owner/model"), "no secure connection", "HF_ENDPOINT")


def test_what_is_no_model_of_the_hub(hub: FakeHub, home: Home):
    hub.answers = {"/api/datasets/owner/data": Answer(200, body=b'{"id": "owner/data", "sha": "1"}')}
    hub.answers["/api/spaces/owner/space"] = Answer(200, body=b'{"id": "owner/space", "sha": "1"}')
    told(home.locate("owner/data"), "it is a dataset, not a model")
    told(home.locate("owner/space"), "it is a space, not a model")
    told(home.locate("owner/another"), "was not found on the hub")
    told(home.locate("owner/model@v9"), "owner/model@v9", "has no revision v9")
    told(home.locate("owner/mo--del"), "name is not one that the hub allows")


def test_a_model_that_was_renamed_is_followed(hub: FakeHub, home: Home):
    for old, new in (
        ("/api/models/former/name", "/api/models/owner/model?blobs=True"),
        *(
            (f"/former/name/resolve/{COMMIT}/{name}", f"/owner/model/resolve/{COMMIT}/{name}")
            for name in hub.files()
        ),
    ):
        hub.answers[old] = Answer(307, headers={"Location": new})
    found = home.locate("former/name")
    assert (found["name"], found["revision"]) == ("former/name", COMMIT)


def test_one_fault_is_got_over(hub: FakeHub, home: Home):
    hub.answers = {f"HEAD /owner/model/resolve/{COMMIT}/{UNET_FILE}": Answer(503, times=1)}
    hub.answers[f"GET /owner/model/resolve/{COMMIT}/{CONFIG}"] = Answer(416, times=1)
    assert "error" not in home.locate("owner/model", before=HURRY)


DISKS = {  # Python that breaks the disk, and the words
    "full": ("No space left on device", "HF_HOME", "another disk"),
    "quota": ("Disk quota exceeded", "HF_HOME", "another disk"),
    "read-only": ("Read-only file system", "HF_HOME", "you can write"),
    "another user's": ("Permission denied", "HF_HOME", "you can write"),
    "long": ("File name too long", "HF_HOME", "shorter path"),
    "broken": ("Input/output error", "HF_HOME"),
}
NUMBERS = {"full": "ENOSPC", "quota": "EDQUOT", "read-only": "EROFS", "another user's": "EACCES"}
NUMBERS |= {"long": "ENAMETOOLONG", "broken": "EIO"}


@pytest.mark.parametrize("case", DISKS)
def test_a_disk_that_does_not_take_the_download(case: str, home: Home):
    broken = f"""
import errno, huggingface_hub.file_download as d
def fail(url, file, **_): raise OSError(errno.{NUMBERS[case]}, "in English", "/tmp/secret")
d.http_get = fail
"""
    told(home.locate("owner/model", before=broken), "could not be downloaded", *DISKS[case])


def test_a_disk_that_is_really_full(home: Home):
    limit = "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (20_000, 20_000))"
    ignored = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)"
    told(home.locate("owner/model", before=f"{ignored}; {limit}"), "File too large", "another disk")


def test_a_cache_that_can_not_be_made(tmp_path: Path, hub: FakeHub, home: Home):
    home.folder.mkdir()
    (home.folder / "hub").write_text("a file where the cache should be")
    found = home.locate("owner/model")
    told(found, "cache", "a file is in its place", "HF_HOME")
    assert not found["shown"]  # nothing of huggingface_hub's own, which would tell the path
    told(home.locate("owner/model", HF_HOME=str(home.folder / "hub")), "cache", "HF_HOME", "Not a directory")
    found = home.locate("owner/model", HF_HUB_CACHE=str(home.folder / "hub" / "below"))
    told(found, "set HF_HOME", "unset HF_HUB_CACHE")
    assert not hub.sent


@pytest.mark.parametrize("variable", ["HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"])
def test_the_cache_is_where_a_variable_says(variable: str, tmp_path: Path, home: Home):
    home.environment.pop("HF_HOME")
    found = home.locate("owner/model", **{variable: str(tmp_path / "mine")})
    assert Path(found["folder"]).is_relative_to(tmp_path / "mine")


def test_the_figures_of_a_short_disk_do_not_contradict(hub: FakeHub, home: Home):
    for free, unit in ((150_000_000, "MB"), (500_100_000, "MB")):
        small = f"lambda path: usage(path)._replace(free={free})"
        before = f"import shutil; usage = shutil.disk_usage; shutil.disk_usage = {small}"
        error = home.locate("owner/model", before=before)["error"]
        told({"error": error}, "to spare", "HF_HOME")
        need, spare, left = (
            float(figure.replace(",", "")) for figure in re.findall(rf"([\d,.]+) {unit}", error)
        )
        assert need + spare > left and need > 0
    assert not any(name.endswith(".safetensors") for name in hub.sent)


@pytest.mark.parametrize("size", [1, 999_999, 1_000_000, 999_999_999, 3_700_000_001, 14_800_000_000])
@pytest.mark.parametrize("lacking", [1, 400_000, 600_000, 499_999_999])
def test_the_figures_hold_at_every_size(
    size: int, lacking: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    cache = hub_cache.RepositoryCache("owner/model")
    cache.folder = tmp_path / "models--owner--model"
    usage = shutil.disk_usage(tmp_path)
    free = size + hub_cache.SPARE_BYTES - lacking
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=free))
    with pytest.raises(CheckpointError) as error:
        cache.make_room(size)
    need, spare, left = (float(n.replace(",", "")) for n in re.findall(r"([\d,.]+) [GM]B", str(error.value)))
    assert need + spare > left
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=free + lacking))
    cache.make_room(size)


def test_without_symbolic_links(home: Home):
    denied = """
import os
def denied(*_, **__): raise PermissionError(1, "A required privilege is not held by the client")
os.symlink = denied
"""
    found = home.locate("owner/model", before=denied)
    assert not any(path.is_symlink() for path in home.folder.rglob("*"))
    assert home.locate("owner/model", HF_HUB_OFFLINE="1")["files"] == found["files"]


NAMES = {None: OTHER, "main": OTHER, "v2": COMMIT, "refs/pr/1": COMMIT, COMMIT: COMMIT, COMMIT[:7]: COMMIT}


def test_what_is_downloaded_by_a_name_is_found_offline_by_all_programs(
    tmp_path: Path, hub: FakeHub, home: Home
):
    hub.refs = {"main": OTHER, "v2": COMMIT, "refs/pr/1": COMMIT}
    hub.folders[OTHER] = write_diffusers(tmp_path / "newer", seed=1)
    for name, commit in NAMES.items():
        assert home.locate("owner/model" + (f"@{name}" if name else ""))["revision"] == commit
    hub.answers = {"": Answer(500)}
    for name, commit in NAMES.items():
        found = home.locate("owner/model" + (f"@{name}" if name else ""), HF_HUB_OFFLINE="1")
        assert found["revision"] == commit and len(found["files"]) == 3
        others = home.run(OTHERS.format(f"revision={name!r}, local_files_only=True"))
        assert others.returncode == 0, others.stderr
    for name in ("v1", "refs", "facade1", "c0f"):
        told(
            home.locate(f"owner/model@{name}", HF_HUB_OFFLINE="1"), f"owner/model@{name} is not in the cache"
        )
    for name in ("../../x", "/etc/passwd"):
        odd = home.locate(f"owner/model@{name}", HF_HUB_OFFLINE="1")
        told(odd, f"owner/model can't have a revision called {name}")


def test_what_others_downloaded_is_found_offline(hub: FakeHub, home: Home):
    hub.refs["v2"] = COMMIT
    run = home.run("import huggingface_hub as h; h.snapshot_download('owner/model', revision='v2')")
    assert run.returncode == 0, run.stderr
    for name in ("v2", COMMIT, COMMIT[:8]):
        assert home.locate(f"owner/model@{name}", HF_HUB_OFFLINE="1")["revision"] == COMMIT
    told(home.locate("owner/model", HF_HUB_OFFLINE="1"), "owner/model is not in the cache")


def test_a_name_that_moved_on_keeps_the_last_whole_commit(tmp_path: Path, hub: FakeHub, home: Home):
    home.locate("owner/model")
    hub.refs["main"] = OTHER
    hub.folders[OTHER] = write_diffusers(tmp_path / "newer", seed=1)
    hub.answers = {f"GET /owner/model/resolve/{OTHER}/{UNET_FILE}": Answer(403)}
    found = home.locate("owner/model")
    assert found["revision"] == COMMIT and "403 Forbidden" in found["shown"]
    assert home.locate("owner/model", HF_HUB_OFFLINE="1")["revision"] == COMMIT
    told(home.locate(f"owner/model@{OTHER}"), "403 Forbidden")  # a commit that is asked for is never another
    hub.answers = {}
    assert home.locate("owner/model")["revision"] == OTHER
    assert home.locate("owner/model", HF_HUB_OFFLINE="1")["revision"] == OTHER


def test_a_file_that_was_cut_in_the_cache_is_fetched_again(hub: FakeHub, home: Home):
    file = Path(home.locate("owner/model")["files"]["unet"][0])
    os.truncate(file, 100)
    assert "error" not in home.locate("owner/model")
    assert file.read_bytes() == hub.files()[UNET_FILE]


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (
            "RuntimeError('Data processing error: No space left on device (os error 28)')",
            ("No space left on device", "HF_HOME"),
        ),
        (
            "RuntimeError('Data processing error: CAS service error: cas-server.xethub.hf.co')",
            ("HF_HUB_DISABLE_XET=1",),
        ),
    ],
)
def test_a_transfer_by_hf_xet(raised: str, words: tuple, home: Home):
    broken = f"""
import huggingface_hub.file_download as d
def fail(url, file, **_): raise {raised}
d.http_get = fail
"""
    told(home.locate("owner/model", before=broken), "could not be downloaded", *words)


def test_half_a_model_in_the_cache_is_not_said_to_be_another(hub: FakeHub, home: Home):
    hub.answers = {f"GET /owner/model/resolve/{COMMIT}/{UNET_FILE}": Answer(403)}
    told(home.locate("owner/model"), "403")
    error = home.locate("owner/model", HF_HUB_OFFLINE="1")["error"]
    assert "unet" in error and "HF_HUB_OFFLINE is set" in error


def test_odd_things_in_the_cache_do_no_harm(home: Home):
    found = home.locate("owner/model")
    cache = home.folder / "hub"
    (cache / "models--owner--model" / "snapshots" / ".DS_Store").touch()
    (cache / "models--owner--model" / "refs" / ".DS_Store").write_bytes(b"\xff\xfe")
    (cache / "models--broken").mkdir()
    (cache / "models--other--broken" / "snapshots" / OTHER).mkdir(parents=True)
    (cache / "models--other--broken" / "snapshots" / OTHER / "link").symlink_to("nowhere")
    (cache / "models--other--broken" / "refs").write_text("a file")
    (cache / "note.txt").write_text("mine")
    assert home.locate("owner/model", HF_HUB_OFFLINE="1")["files"] == found["files"]
    shutil.rmtree(cache / "models--owner--model" / "refs")  # as caches of former versions are
    assert home.locate("owner/model", HF_HUB_OFFLINE="1")["files"] == found["files"]


def test_a_cached_file_that_can_not_be_read(home: Home):
    home.locate("owner/model")
    another_users = """
import os
access = os.access
os.access = lambda path, mode: mode != os.R_OK and access(path, mode)
"""
    for environment in ({}, {"HF_HUB_OFFLINE": "1"}):
        told(home.locate("owner/model", before=another_users, **environment), "Permission denied", "HF_HOME")


def test_a_download_that_ends_while_it_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    cache = hub_cache.RepositoryCache("owner/model")
    cache.folder = tmp_path
    (tmp_path / "blobs").mkdir()
    (tmp_path / "blobs" / "here").write_bytes(b"12345")
    (tmp_path / "blobs" / "renamed.incomplete").symlink_to("gone")
    assert cache.bytes() == 5


def test_a_visitor_of_the_page_gets_the_sentence(home: Home):
    script = """
from t2v.checkpoints.locate import locate
from t2v.service.faults import explain
try:
    locate("owner/model")
except Exception as error:
    print(*explain(error), sep="|")
"""
    kind, _, sentence = home.run(script, HF_HUB_OFFLINE="1").stdout.strip().partition("|")
    assert kind == "refused"
    told({"error": sentence}, "HF_HUB_OFFLINE is set")
    home.folder.write_text("a file")
    kind, _, sentence = home.run(script).stdout.strip().partition("|")
    assert kind == "refused"
    told({"error": sentence}, "HF_HOME")
