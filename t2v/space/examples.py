"""Examples that need no device: prompts with the videos that they gave, committed under `examples/`.

python -m t2v.space.examples            makes them again with the default model, seeds as listed
python -m t2v.space.examples reel       makes only the reel: the first of them, in one small file
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

from t2v.ffmpeg import encode
from t2v.request import Request
from t2v.service.outputs import Record
from t2v.texts import read_text
from t2v.video import Video

REEL, CLIPS = "reel.mp4", 8
SMALL = 30  # the encoder's CRF: a tenth of an example's bytes

INSTALLED = Path(__file__).with_name("installed_examples")  # where a wheel has them
FOLDER = INSTALLED if INSTALLED.exists() else Path(__file__).parents[2] / "examples"


def read(folder: Path = FOLDER) -> dict[str, Record]:
    """The examples of `examples.json` by their id, those whose video is there."""
    index = folder / "examples.json"
    given = json.loads(read_text(index)) if index.exists() else []
    records = [_record(**example) for example in given]
    return {record.id: record for record in records if (folder / record.name).exists()}


def reel(folder: Path = FOLDER) -> list[Record]:
    """The examples of the reel, in its order; [] where there is none."""
    return list(read(folder).values())[:CLIPS] if (folder / REEL).exists() else []


def make_reel(folder: Path = FOLDER) -> None:
    """Put the first examples into one small file, which plays before anybody has made a video."""
    videos = [Video.open(folder / record.name) for record in list(read(folder).values())[:CLIPS]]
    frames = np.concatenate([video.frames for video in videos])
    encode(frames, videos[0].fps, {"title": "t2v"}, folder / REEL, SMALL)


def _record(id: str, model: str, request: dict, seconds: float, suffix: str = ".mp4") -> Record:
    return Record(id, "", model, Request(**request), suffix, 0.0, seconds)


def make(prompts: dict[str, Request], model: str, folder: Path = FOLDER) -> None:
    """Make every example again, and the index."""
    import time

    from t2v import TextToVideo

    pipe, index = TextToVideo.from_pretrained(model), []
    for id, request in prompts.items():
        start = time.perf_counter()
        video = pipe(request)
        video.save(folder / f"{id}.mp4")
        seconds = round(time.perf_counter() - start, 2)
        made = asdict(video.request or request)
        index.append({"id": id, "model": model, "request": made, "seconds": seconds})
        print(f"{id}: {seconds} s")
    (folder / "examples.json").write_text(
        json.dumps(index, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    make_reel(folder)


def main() -> None:
    if sys.argv[1:] == ["reel"]:
        make_reel()
        return
    wanted = json.loads(read_text(FOLDER / "prompts.json"))
    prompts = {id: Request(**settings) for id, settings in wanted["prompts"].items()}
    make(prompts, wanted["model"])


if __name__ == "__main__":
    main()
