"""The Dockerfile: what it says, and, by `make soak`, that its instructions give a page that makes a video."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import httpx
import psutil
import pytest
import yaml

from t2v.space.options import OPTIONS
from tests.container import ROOT, build, command, instructions
from tests.space.started import Page, free_port

DOCKERFILE = ROOT / "Dockerfile"
LINES = instructions(DOCKERFILE.read_text(encoding="utf-8"))
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["t2v"]


def of(name: str) -> list[str]:
    return [rest for each, rest in LINES if each == name]


def test_what_is_copied_is_there_and_sent_to_the_builder():
    copied = {source for rest in of("COPY") for source in shlex.split(rest)[:-1]}
    assert copied and all((ROOT / source).exists() for source in copied)
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert sent == copied


def test_the_user_is_an_ordinary_one_and_writes_to_the_volume_alone():
    assert of("USER") == ["1000"] and LINES.index(("USER", "1000")) > max(map(LINES.index, _runs()))
    environment = dict(pair.partition("=")[::2] for rest in of("ENV") for pair in shlex.split(rest))
    (volume,) = of("VOLUME")
    assert environment["HOME"] == volume and environment["T2V_OUTPUTS"].startswith(f"{volume}/")
    assert f"--home-dir {volume} --create-home" in " ".join(of("RUN"))


def _runs() -> list[tuple[str, str]]:
    return [line for line in LINES if line[0] == "RUN"]


def test_variables_of_dockerfile_and_compose_are_options():
    known = {row.variable: row for row in OPTIONS.values()}
    environment = dict(pair.partition("=")[::2] for rest in of("ENV") for pair in shlex.split(rest))
    for name, value in (environment | COMPOSE["environment"]).items():
        if name.startswith("T2V_"):
            known[name].read(str(value))


def test_compose_limits_what_the_container_may_use():
    assert COMPOSE["read_only"] and COMPOSE["cap_drop"] == ["ALL"] and COMPOSE["tmpfs"] == ["/tmp"]
    assert {"mem_limit", "cpus", "pids_limit"} <= COMPOSE.keys()
    assert COMPOSE["volumes"] == [f"data:{of('VOLUME')[0]}"]


@pytest.mark.soak
def test_the_instructions_make_a_page_that_is_well_and_makes_a_video(tmp_path: Path):
    """Docker itself is not used: see tests/container.py for what stands in for it."""
    assert shutil.which("debootstrap", path="/usr/sbin"), "this test needs: sudo apt-get install debootstrap"
    (release,) = (re.fullmatch(r"debian:(\w+)-slim", rest)[1] for rest in of("FROM"))
    root, data = tmp_path / "root", tmp_path / "data"
    subprocess.run(["/usr/sbin/debootstrap", "--variant=minbase", release, root], check=True, timeout=1200)
    image = build(DOCKERFILE, root, TORCH_INDEX=os.environ.get("TORCH_INDEX", ""))
    shutil.copytree(root / image.volume.lstrip("/"), data)  # as Docker fills a new volume
    os.chown(data, int(image.user), int(image.user))
    environment = image.environment | {"T2V_PORT": str(free_port())}
    log = tmp_path / "log"
    with log.open("w") as file:
        words = command(image, data, *image.entry)
        process = subprocess.Popen(words, env=environment, stdout=file, stderr=file)
    try:
        page = Page(process, log)
        address = page.until("listens at", 300) and f"http://127.0.0.1:{environment['T2V_PORT']}/"
        assert httpx.get(f"{address}health", trust_env=False).status_code == 200
        check = command(image, data, "/bin/sh", "-c", image.health)
        assert subprocess.run(check, env=environment, timeout=60).returncode == 0
        assert page.make(address, prompt="a panda", frames=16, steps=2)["model"] == "emoji"
        (video,) = (data / "outputs" / "served").glob("*.mp4")
        assert video.stat().st_uid == int(image.user)
        for folder in ("/", "/build", "/opt/t2v", "/usr"):
            attempt = command(image, data, "/bin/sh", "-c", f"touch {folder}/x 2>/dev/null && echo written")
            assert (
                "written"
                not in subprocess.run(attempt, env=environment, capture_output=True, text=True).stdout
            )
        (first,) = psutil.Process(process.pid).children()  # process 1 of the container
        first.terminate()
        assert process.wait(60) == 0  # an orderly end, as `docker stop` asks for
    finally:
        process.kill()
        process.wait(30)
