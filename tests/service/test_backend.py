"""The app with the real pipeline, on a tiny random model: the contract between the two."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.torch import save_file

from t2v.checkpoints.catalogue import CATALOGUE, EMBEDDED
from t2v.checkpoints.errors import CheckpointError
from t2v.request import Request
from t2v.service import backend, devices
from t2v.service.messages import Stage
from t2v.service.service import Service
from t2v.video import Video
from tests.tiny_model import stored, write_diffusers
from tests.waiting import eventually

ME = "a visitor of the tiny model"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = write_diffusers(tmp_path_factory.mktemp("models") / "tiny")
    made = Service("t2v.service.backend", tmp_path_factory.mktemp("out"), model=str(folder)).start()
    eventually(lambda: made.workers[0].natives or made.workers[0].problem, timeout=120)
    assert made.workers[0].problem == ""
    yield made
    made.close()


def test_the_cost_is_known_before_the_first_run(service: Service):
    request = Request("a panda", seed=4).validate(service.native("tiny"))
    eventually(lambda: service.cost("tiny", request).seconds, timeout=60)
    assert service.cost("tiny", replace(request, steps=2 * request.steps)).seconds > (
        1.5 * service.cost("tiny", request).seconds
    )
    assert 0 < service.cost("tiny", request).peak < 10**9
    eventually(lambda: service.cost(EMBEDDED, request).seconds, timeout=60)  # that isn't loaded


def test_a_model_that_must_be_fetched_first_has_no_plan():
    assert backend.planned("nobody/knows-it", "cpu") == []


def test_it_makes_a_video_with_previews(service: Service):
    job = service.submit(ME, None, Request("a panda", frames=3, width=32, height=24, steps=2, seed=4))
    seen = []
    eventually(lambda: seen.append(job.preview) or service.jobs.follow(ME, job.id).over, timeout=60)
    assert (job.stage, job.problem) == (Stage.DONE, "")
    video = Video.open(service.outputs.path(job.id, ".mp4"))
    assert video.frames.shape == (3, 24, 32, 3) and video.request.seed == 4
    assert video.model == service.default == "tiny"
    assert service.cost("tiny", job.request).seconds > 0 and service.cost("tiny", job.request).peak > 10**7


def test_what_a_visitor_should_know_is_in_the_record_and_in_the_file(service: Service):
    long = Request("panda " * 90 + "zebra", frames=2, width=32, height=24, steps=1, seed=6)
    job = service.submit(ME, None, long)
    eventually(lambda: service.jobs.follow(ME, job.id).over, timeout=60)
    notes = service.outputs.find_own(ME, job.id).notes
    assert any("cut off" in note and note.endswith("zebra") for note in notes)
    assert notes == Video.open(service.outputs.path(job.id, ".mp4")).notes


def test_the_time_left_after_the_last_step_is_what_decoding_takes_and_runs_down(
    service: Service, monkeypatch: pytest.MonkeyPatch
):
    job = service.submit(ME, None, Request("a panda", frames=3, width=32, height=24, steps=2, seed=5))
    eventually(lambda: service.jobs.follow(ME, job.id).over, timeout=60)
    now = service.jobs.clock()
    monkeypatch.setattr(service.jobs, "clock", lambda: now)
    decoding = replace(job, stage=Stage.DECODING, step=2, denoising_since=now)
    rest = service.cost("tiny", job.request).rest
    for share in (0.0, 0.5, 2.0):
        decoding.entered = now - share * rest
        assert service.seconds_left(decoding) == pytest.approx(max(0.0, 1 - share) * rest)
    assert rest > 0 and service.seconds_left(replace(decoding, stage=Stage.WRITING)) == 0


def test_a_worker_that_reports_more_steps_than_a_request_has_costs_no_estimate(service: Service):
    job = service.submit(ME, None, Request("a panda", frames=3, width=32, height=24, steps=1, seed=5))
    eventually(lambda: service.jobs.follow(ME, job.id).over, timeout=60)
    for step in (1, 2, 9):
        assert service.seconds_left(replace(job, step=step, denoising_since=service.jobs.clock())) >= 0


def test_it_counts_tokens_and_shows_the_cut(service: Service):
    read = service.read("tiny", "a panda")
    assert read.count > 2 and read.limit == 77 and read.cut == "" and not read.remark
    assert service.read("tiny", "panda " * 80).cut.endswith("panda")
    assert "English" in service.read("tiny", "熊猫在吃竹子").remark


def test_the_models_own_defaults_replace_a_guess(service: Service):
    assert service.native("tiny").width == 16
    assert str(service.choices["tiny"].source) not in str(service.choices["tiny"].id)


def test_the_default_suits_the_machine(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert devices.seeming() == ["cpu"] and backend.choices(None)[0].id == EMBEDDED
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,3")
    assert devices.seeming() == ["cuda:0", "cuda:1"] and backend.choices(None)[0].id == backend.WITH_GPU
    assert {choice.id for choice in backend.choices("some/model")} == {"some/model", *CATALOGUE}


@pytest.mark.parametrize(
    "text", ["camenduru/potat1/", "https://huggingface.co/Camenduru/potat1/tree/main?x=1"]
)
def test_the_owner_may_paste_an_address(text: str):
    revision = "@main" if "tree" in text else ""
    assert backend.choices(text)[0].id == f"camenduru/potat1{revision}"
    assert {choice.id for choice in backend.choices(" Emoji ")} == set(CATALOGUE)


@pytest.mark.parametrize("text", ["nonsense", "https://github.com/owner/name", "/nowhere/model", "x" * 300])
def test_a_model_that_is_none_is_known_at_once(text: str):
    with pytest.raises(CheckpointError) as error:
        backend.choices(text)
    assert "nowhere" not in str(error.value)


def test_a_weight_file_as_the_pages_model_is_named(tmp_path: Path):
    save_file(stored("diffusers", "vae"), tmp_path / "vae.safetensors")
    with pytest.raises(CheckpointError, match="vae.safetensors is a VAE"):
        backend.choices(str(tmp_path / "vae.safetensors"))


def test_a_download_is_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    blobs = tmp_path / "models--ali-vilab--text-to-video-ms-1.7b" / "blobs"
    blobs.mkdir(parents=True)
    (blobs / "a.incomplete").write_bytes(b"x" * 1000)
    assert backend.fetched(backend.WITH_GPU) == (1000, CATALOGUE[backend.WITH_GPU].size)
    assert backend.fetched(EMBEDDED) is None and backend.fetched("unknown/model") is None
