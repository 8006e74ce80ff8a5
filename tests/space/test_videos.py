"""`/v1/videos` from outside: OpenAI's own library, plain HTTP, and those who mean no good."""

import asyncio
import base64
import json
import socket
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from openai import APIStatusError, AsyncOpenAI, BadRequestError, NotFoundError, OpenAI
from PIL import Image

from t2v.request import Request
from t2v.service.api_videos import ApiVideos, Wanted
from t2v.service.jobs import Jobs, Limits
from t2v.service.messages import Stage
from t2v.service.service import Service
from t2v.service.store import owner_of
from t2v.space.launch import App
from t2v.video import Video
from tests.common import Clock
from tests.service.fakes import NATIVE
from tests.waiting import eventually

SMALL = {"prompt": "a square", "seed": 5, "frames": 4, "steps": 2}
POLL = 50  # milliseconds
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the library's videos are deprecated


@pytest.fixture
def client(app: App) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{app.url}v1", api_key="any", max_retries=0) as made:
        yield made
        for video in made.videos.list(limit=100):
            made.videos.delete(video.id)
    assert not list(app.videos.sources.glob("*")), "uploads stay until their video has ended"


@pytest.fixture
def http(app: App) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{app.url}v1/", timeout=30) as made:
        yield made


def picture(colour: str = "red", kind: str = "PNG") -> bytes:
    file = BytesIO()
    Image.new("RGB", (64, 64), colour).save(file, kind)
    return file.getvalue()


def test_the_library_makes_polls_fetches_lists_and_deletes(client: OpenAI, tmp_path: Path):
    more = {"seed": 5, "fps": 4, "negative_prompt": "a circle"}
    made = client.videos.create_and_poll(
        prompt="a square", seconds="2", size="64x48", model="square", extra_body=more, poll_interval_ms=POLL
    )
    assert (made.status, made.progress, made.error) == ("completed", 100, None)
    assert (made.seconds, made.size, made.model, made.prompt) == ("2", "64x48", "square", "a square")
    assert made.created_at <= made.completed_at < made.expires_at
    client.videos.download_content(made.id).write_to_file(tmp_path / "made.mp4")
    video = Video.open(tmp_path / "made.mp4")
    assert video.frames.shape == (8, 48, 64, 3)
    assert (video.request.seed, video.request.negative_prompt) == (5, "a circle")
    assert client.videos.retrieve(made.id) == made and made.id in [each.id for each in client.videos.list()]
    assert client.videos.delete(made.id).deleted
    for gone in (client.videos.retrieve, client.videos.delete, client.videos.download_content):
        with pytest.raises(NotFoundError, match="no video"):
            gone(made.id)


def test_a_video_is_queued_then_in_progress_then_completed(client: OpenAI):
    made = client.videos.create(prompt="slow", extra_body={"steps": 6})
    assert made.status in ("queued", "in_progress") and made.completed_at is None
    found = [client.videos.retrieve(made.id)]
    while found[-1].status in ("queued", "in_progress"):
        found.append(client.videos.retrieve(made.id))
    assert [each.progress for each in found] == sorted(each.progress for each in found)
    assert "in_progress" in {each.status for each in found} and any(0 < each.progress < 100 for each in found)
    assert (found[-1].status, found[-1].progress) == ("completed", 100)


def test_the_list_comes_in_pages_in_both_orders(client: OpenAI):
    made = [client.videos.create(prompt="a square", extra_body=SMALL | {"seed": n}).id for n in range(5)]
    assert [each.id for each in client.videos.list(limit=2, order="asc")] == made
    assert [each.id for each in client.videos.list(limit=2)] == made[::-1]
    page = client.videos.list(limit=2, after=made[2])
    assert ([each.id for each in page.data], page.has_more) == ([made[1], made[0]], False)
    for wrong in ({"limit": 0}, {"limit": 101}, {"order": "up"}):
        with pytest.raises(BadRequestError, match=next(iter(wrong))):
            client.videos.list(**wrong)
    with pytest.raises(NotFoundError):
        client.videos.list(after="video_nothing")


FIELDS = {
    "frames": 6,
    "steps": 3,
    "seed": 7,
    "guidance": 1.5,
    "eta": 0.25,
    "loop": True,
    "freeu": False,
    "sampler": "euler",
    "width": 32,
    "height": 48,
    "fps": 4,
    "window": 0,
}


def test_json_and_forms_mean_the_same(client: OpenAI, http: httpx.Client):
    fields = {"prompt": "7", "negative_prompt": "", **FIELDS}
    texts = {name: json.dumps(value).strip('"') for name, value in fields.items()}
    answers = [
        http.post("videos", json=fields),
        http.post("videos", json=texts),
        http.post("videos", data=texts),
        http.post("videos", files={name: (None, text) for name, text in texts.items()}),
    ]
    settings = [answer.json()["settings"] for answer in answers]
    assert all(each == settings[0] for each in settings) and settings[0] == settings[0] | fields


def test_seconds_times_frames_a_second_are_frames(client: OpenAI, http: httpx.Client):
    for given, frames in (({"seconds": "2"}, 16), ({"seconds": 1.5, "fps": 4}, 6), ({"seconds": 0.01}, 1)):
        assert http.post("videos", json={"prompt": "a"} | given).json()["settings"]["frames"] == frames
    wide = http.post("videos", json={"prompt": "a", "model": "wide", "seconds": "4"}).json()
    assert (wide["settings"]["frames"], wide["seconds"], wide["size"]) == (16, "4", "96x64")


def test_other_servers_names_of_settings_are_understood(client: OpenAI, http: httpx.Client):
    named = {"num_frames": 5, "num_inference_steps": 2, "guidance_scale": 1}
    settings = http.post("videos", data=named | {"prompt": "a"}).json()["settings"]
    assert (settings["frames"], settings["steps"], settings["guidance"]) == (5, 2, 1)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({}, "prompt", "is missing"),
        ({"prompt": " "}, "prompt", "is empty"),
        ({"prompt": 7}, "prompt", "must be text"),
        ({"prompt": ["a"]}, "prompt", "must be a text"),
        ({"prompt": "a\0"}, "prompt", "not text"),
        ({"prompt": "a", "frmes": 2}, "frmes", "did you mean frames?"),
        ({"prompt": "a", "scheduler": "ddim"}, "scheduler", "it is called sampler here"),
        ({"prompt": "a", "\ud800": 1}, "?", "is not a field"),
        ({"prompt": "a", "seconds": "soon"}, "seconds", "above 0"),
        ({"prompt": "a", "seconds": True}, "seconds", "above 0"),
        ({"prompt": "a", "seconds": float("nan")}, "seconds", "above 0"),
        ({"prompt": "a", "seconds": 10**400}, "seconds", "above 0"),
        ({"prompt": "a", "seconds": 60}, "seconds", "60 s at 8 frames a second are 480 frames"),
        ({"prompt": "a", "seconds": 1, "frames": 8}, "seconds", "only one of them"),
        ({"prompt": "a", "size": "big"}, "size", "such as 256×256"),
        ({"prompt": "a", "size": "64x64", "width": 64}, "size", "only one of them"),
        ({"prompt": "a", "size": "65x64"}, "width", "multiple of 8"),
        ({"prompt": "a", "steps": "1" * 5000}, "steps", "whole number"),
        ({"prompt": "a", "steps": "many"}, "steps", "whole number"),
        ({"prompt": "a", "loop": "perhaps"}, "loop", "true or false"),
        ({"prompt": "a", "keep": 1}, "keep", "none is given"),
        ({"prompt": "a", "num_frames": 3, "frames": 3}, "num_frames", "twice"),
        ({"prompt": "a", "webhook": "https://example.com/"}, "webhook", "T2V_WEBHOOK_HOSTS"),
        ({"prompt": "a", "input_reference": 7}, "input_reference", "must be a file"),
        ({"prompt": "a", "input_reference": {"image_url": "http://x/y.png"}}, "input_reference", "data URL"),
        ({"prompt": "a", "input_reference": "data:image/png;base64,%%"}, "input_reference", "data URL"),
        ({"prompt": "a", "input_reference": "/etc/passwd"}, "input_reference", "must be a file"),
        ({"prompt": "a", "input_reference": {"file_id": "video_x"}}, "input_reference", "there is no video"),
    ],
)
def test_a_wrong_field_is_named(http: httpx.Client, fields: dict, field: str, words: str):
    answer = http.post("videos", content=json.dumps(fields), headers={"content-type": "application/json"})
    error = answer.json()["error"]
    assert (answer.status_code, error["param"], error["type"]) == (400, field, "invalid_request_error")
    assert error["code"] and error["message"].startswith(f"{field}: ") and words in error["message"]


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "status"),
    [
        ("POST", "videos", b"[" * 100_000, "application/json", 400),
        ("POST", "videos", b"7", "application/json", 400),
        ("POST", "videos", b"\xff\xfe\xfd", "application/json", 400),
        ("POST", "videos", b"prompt", "text/plain", 415),
        ("POST", "videos", b"--x", "multipart/form-data; boundary=y", 400),
        ("POST", "videos", b"x", "multipart/form-data", 400),
        ("POST", "videos", b"prompt=a&prompt=b", "application/x-www-form-urlencoded", 400),
        ("POST", "videos", b'{"prompt": "' + b"a" * 25_000_000 + b'"}', "application/json", 413),
        ("POST", "videos", b'{"prompt": "a", "model": "gpt"}', "application/json", 404),
        ("GET", "nothing", b"", "", 404),
        ("GET", "videos/..%2f..%2fsecret", b"", "", 404),
        ("GET", "videos/video_%00", b"", "", 404),
        ("DELETE", "videos/a%0ab", b"", "", 404),
        ("GET", "models/a%0ab", b"", "", 404),
        ("GET", "models/nothing", b"", "", 404),
        ("PUT", "videos", b"", "", 405),
        ("POST", "videos/video_x", b"", "", 405),
    ],
)
def test_whatever_is_wrong_is_said_in_openais_shape(
    http: httpx.Client, method: str, path: str, body: bytes, kind: str, status: int
):
    answer = http.request(method, path, content=body, headers={"content-type": kind} if kind else {})
    assert answer.status_code == status, answer.text
    assert (
        answer.json()["error"].keys() == {"message", "type", "param", "code"}
        and answer.json()["error"]["code"]
    )


def test_a_cancelled_video_has_failed_with_that_code(client: OpenAI, http: httpx.Client, app: App):
    running = client.videos.create(prompt="slow slow slow", extra_body={"steps": 100}).id
    eventually(lambda: client.videos.retrieve(running).status == "in_progress")
    waiting = client.videos.create(prompt="slow", extra_body={"steps": 100}).id
    for id in (waiting, running):
        answer = http.post(f"videos/{id}/cancel").json()
        assert (answer["status"], answer["error"]["code"]) == ("failed", "cancelled")
    eventually(lambda: not any(map(len, app.service.jobs.line())), timeout=3)
    assert client.videos.retrieve(running).error.code == "cancelled"
    with pytest.raises(NotFoundError, match="could not be made"):
        client.videos.download_content(running)
    done = client.videos.create_and_poll(prompt="a", extra_body=SMALL, poll_interval_ms=POLL)
    assert http.post(f"videos/{done.id}/cancel").json()["status"] == "completed"


def test_a_deleted_video_under_way_is_stopped_and_leaves_nothing(client: OpenAI, app: App):
    made = client.videos.create(prompt="slow", extra_body={"steps": 20}).id
    eventually(lambda: client.videos.retrieve(made).progress > 0)
    with pytest.raises(NotFoundError, match="not ready"):
        client.videos.download_content(made)
    assert client.videos.delete(made).deleted
    eventually(lambda: not any(map(len, app.service.jobs.line())), timeout=3)
    assert not list(app.service.outputs.served.glob(f"{made.removeprefix('video_')}*"))


def test_a_deleted_videos_upload_stays_until_its_job_has_ended(client: OpenAI, app: App):
    made = client.videos.create(prompt="slow slow", input_reference=picture(), extra_body={"steps": 4})
    eventually(lambda: client.videos.retrieve(made.id).progress > 0)
    client.videos.delete(made.id)
    job = app.service.jobs.find(made.id.removeprefix("video_"))
    assert job.over or job.files.source.exists()
    eventually(lambda: job.over and not job.files.source.exists())


def test_a_failure_is_told_by_its_kind(client: OpenAI):
    for prompt, code in (("ram", "out_of_memory"), ("nospace", "no_space"), ("raise", "generation_failed")):
        made = client.videos.create_and_poll(prompt=prompt, extra_body={"steps": 3}, poll_interval_ms=POLL)
        assert (made.status, made.error.code) == ("failed", code)
        assert made.error.message and "/root" not in made.error.message


def test_a_video_starts_from_a_picture_or_an_earlier_video(client: OpenAI, http: httpx.Client):
    url = f"data:image/png;base64,{base64.b64encode(picture()).decode()}"
    made = [
        client.videos.create(prompt="a", input_reference=("x.png", picture()), extra_body=SMALL).id,
        client.videos.create(prompt="a", extra_body=SMALL | {"input_reference": {"image_url": url}}).id,
        http.post("videos", json=SMALL | {"input_reference": url}).json()["id"],
        http.post("videos", data=SMALL, files={"input_reference": picture(kind="JPEG")}).json()["id"],
    ]
    for id in made:
        found = client.videos.poll(id, poll_interval_ms=POLL)
        assert (found.status, found.settings["keep"], found.settings["strength"]) == ("completed", 1, 1.0)
    changed = http.post("videos", json=SMALL | {"input_reference": {"file_id": made[0]}}).json()["id"]
    found = client.videos.poll(changed, poll_interval_ms=POLL)
    assert (found.status, found.settings["keep"], found.settings["strength"]) == ("completed", 0, 0.6)


def test_a_video_ends_at_a_picture_and_is_made_anew_within_a_mask(client: OpenAI, http: httpx.Client):
    given = {"input_reference": picture(), "end": picture("blue")}
    made = [http.post("videos", data=SMALL, files=given).json()["id"]]
    given = {"input_reference": picture(), "mask": picture("white")}
    made += [http.post("videos", data=SMALL, files=given).json()["id"]]
    found = [client.videos.poll(id, poll_interval_ms=POLL) for id in made]
    assert [(each.status, each.settings["keep"]) for each in found] == [("completed", 1), ("completed", 0)]
    answer = http.post("videos", data=SMALL, files={"mask": picture()})
    assert answer.json()["error"]["param"] == "mask"
    answer = http.post("videos", data=SMALL, files={"input_reference": picture(), "end": b"<html>"})
    assert answer.json()["error"]["param"] == "end"


def test_a_video_goes_on_from_one_that_is_still_under_way(client: OpenAI):
    for prompt, end in (("slow", ("completed", "")), ("slow raise", ("failed", "generation_failed"))):
        first = client.videos.create(prompt=prompt, extra_body={"frames": 8, "steps": 3}).id
        body = {"input_reference": {"file_id": first}, "keep": 2, "steps": 2}
        further = client.videos.create(prompt="a square", extra_body=body)
        assert further.status == "queued"
        found = client.videos.poll(further.id, poll_interval_ms=POLL)
        assert (found.status, found.error.code if found.error else "") == end


@pytest.mark.parametrize("file", [b"", b"<html>", b"%!PS", b"#EXTM3U\n/etc/passwd", b"ffconcat version 1.0"])
def test_a_file_that_is_no_picture_is_refused(http: httpx.Client, app: App, file: bytes):
    answer = http.post("videos", data=SMALL, files={"input_reference": ("../../x.png", file)})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "input_reference"), answer.text
    assert not list(app.videos.sources.glob("*"))


def test_a_damaged_picture_fails_with_its_reason(client: OpenAI):
    made = client.videos.create(prompt="a", input_reference=picture()[:60], extra_body=SMALL)
    made = client.videos.poll(made.id, poll_interval_ms=POLL)
    assert (made.status, made.error.code) == ("failed", "invalid_value")


def test_the_content_comes_whole_in_parts_and_as_pictures(client: OpenAI, http: httpx.Client):
    made = client.videos.create_and_poll(prompt="a", extra_body=SMALL, poll_interval_ms=POLL).id
    whole = http.get(f"videos/{made}/content")
    assert whole.headers["content-type"] == "video/mp4" and whole.content[4:8] == b"ftyp"
    part = http.get(f"videos/{made}/content", headers={"range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    for variant, size in (("thumbnail", (64, 64)), ("spritesheet", (256, 64))):
        found = client.videos.download_content(made, variant=variant).read()
        assert Image.open(BytesIO(found)).size == size
    assert http.get(f"videos/{made}/content?variant=x").json()["error"]["param"] == "variant"


def test_an_idempotency_key_makes_one_video(client: OpenAI):
    once = {"extra_headers": {"Idempotency-Key": "one"}}
    made = [client.videos.create(prompt="a", extra_body={"seed": -1}, **once).id for _ in range(3)]
    assert len(set(made)) == 1
    with pytest.raises(APIStatusError, match="another request") as raised:
        client.videos.create(prompt="b", **once)
    assert (raised.value.status_code, raised.value.code) == (422, "idempotency_key_reused")
    with pytest.raises(BadRequestError, match="Idempotency-Key"):
        client.videos.create(prompt="b", extra_headers={"Idempotency-Key": "x" * 256})
    client.videos.delete(made[0])
    assert client.videos.create(prompt="b", **once).id != made[0]


def test_the_models_are_listed(client: OpenAI):
    assert "square" in [model.id for model in client.models.list()]
    assert client.models.retrieve("wide").id == "wide"


def test_an_upload_that_is_dropped_leaves_nothing(http: httpx.Client, app: App):
    address = (app.host, int(app.url.rsplit(":", 1)[1].strip("/")))
    head = b"POST /v1/videos HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=a\r\n"
    part = b'--a\r\ncontent-disposition: form-data; name="input_reference"; filename="x"\r\n\r\n'
    for _ in range(3):
        with socket.create_connection(address) as dropped:
            dropped.sendall(head + b"content-length: 9000000\r\n\r\n" + part + picture() * 100)
    assert http.get("videos").status_code == 200 and not list(app.videos.sources.glob("*"))


def test_answers_say_when_to_ask_again(client: OpenAI, http: httpx.Client):
    made = http.post("videos", json={"prompt": "slow", "steps": 5})
    assert 250 <= int(made.headers["openai-poll-after-ms"]) <= 5000
    assert client.videos.poll(made.json()["id"]).status == "completed"
    assert "openai-poll-after-ms" not in http.get(f"videos/{made.json()['id']}").headers


def test_the_asynchronous_library_works_too(app: App):
    async def make() -> str:
        async with AsyncOpenAI(base_url=f"{app.url}v1", api_key="any") as client:
            made = await client.videos.create_and_poll(prompt="a", extra_body=SMALL, poll_interval_ms=POLL)
            content = await client.videos.download_content(made.id)
            assert (await content.aread())[4:8] == b"ftyp"
            await client.videos.delete(made.id)
            return made.status

    assert asyncio.run(make()) == "completed"


def test_a_page_of_another_site_needs_a_key(http: httpx.Client):
    foreign = {"origin": "https://elsewhere.example"}
    assert http.post("videos", data=SMALL, headers=foreign).json()["error"]["code"] == "invalid_api_key"
    own = {"origin": str(http.base_url).removesuffix("/v1/")}
    assert http.get("videos", headers=own).status_code == 200
    assert http.get("videos", headers=foreign | {"authorization": "Bearer any"}).status_code == 200


def test_a_job_of_a_key_needs_no_follower_but_has_a_deadline():
    clock, caller = Clock(), owner_of("key")
    jobs = Jobs(Limits(deadline=1000.0, keys={caller: 2}), clock)
    request = Request("a").validate(NATIVE)
    own, other = jobs.submit("key", "square", request), jobs.submit("visitor", "square", request)
    clock.now = 900.0
    jobs.sweep()
    assert (own.stage, other.stage) == (Stage.WAITING, Stage.STOPPED)
    assert jobs.take(0) is own
    clock.now = 1800.0
    assert jobs.must_stop(own) is None
    clock.now = 1901.0
    assert "longer than" in jobs.must_stop(own)


def test_the_next_server_knows_the_videos_of_the_last(tmp_path: Path):
    wanted = Wanted("square", Request("a"))
    limits = Limits(keys={owner_of("key"): 4})
    first = ApiVideos(Service("tests.service.fakes", tmp_path, limits=limits))
    made, _ = first.create("key", wanted)
    cancelled = first.cancel("key", first.create("key", wanted)[0])
    lost, job = first.create("key", wanted)
    first.service._kept.remove(job.id)
    first.service.close()
    second = ApiVideos(Service("tests.service.fakes", tmp_path, limits=limits))
    second.service._take_over()
    assert second.find("key", made.id).ended is None and second.service.jobs.find(made.id)
    assert second.find("key", cancelled.id).code == "cancelled" and second.find("key", lost.id).code == "lost"
    assert second.find("other", made.id) is None
    second.clock = lambda: made.created + second.service.outputs.lifetime + 100
    second.sweep()
    assert [video.id for video in second.page("key", 9, None, True)[0]] == [made.id]
    second.service.close()
