"""`t2v decode`: the latents kept beside a video, as a file of another format or speed."""

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from t2v.arguments import add_places, number, places_of
from t2v.defaults import ModelDefaults
from t2v.errors import UsageError
from t2v.latents import latents_path, read_latents
from t2v.places import PlaceError
from t2v.request import SETTINGS
from t2v.streams import plain, say
from t2v.video import Video, check_saving


def decoded(file: Path, chosen: Mapping[str, str], fps: int | None = None) -> Video:
    """Decode the latents beside `file` by the model that made them: its frames as they were before the file.

    What a continued video has before them are the file's frames. `fps`: another speed. `chosen`: device,
    dtype and memory, and where the model lies. UsageError where the file has no latents, or those of another
    model; RequestError for a wrong speed.
    """
    video = Video.open(file)
    latents = read_latents(file, video.frames)
    if latents is None or video.request is None:
        missing = latents_path(file).name
        raise UsageError(f"{file.name}: has no latents beside it, {missing}: make it with --keep-latents")
    SETTINGS["fps"].check("fps", fps, ModelDefaults())

    import torch  # takes seconds

    from t2v.pipeline import TextToVideo
    from t2v.torch_state import OwnState

    name, _, revision = latents.model.rpartition("@")
    model = f"{name}@{revision}" if revision and "/" in name and "+" not in name else name
    pipe = TextToVideo.from_pretrained(**{"model": model} | dict(chosen))
    if f"{pipe.name}@{pipe.revision}" != latents.model:
        raise UsageError(
            f"{file.name}: its latents are of {name}, not of {pipe.name}: name that with --model"
        )
    with OwnState(pipe.device, inference=True), pipe.runner.as_current_device():
        frames = pipe.codec.decode(torch.from_numpy(latents.array)[None].to(pipe.device))
    earlier = video.frames[: len(video) - len(frames)]
    if len(earlier):
        frames = np.concatenate([earlier, frames])
    request = replace(video.request, fps=fps or video.fps)
    return replace(video, frames=frames, request=request, latents=latents)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `t2v decode`."""
    parser.add_argument("file", help="a video that was made with --keep-latents")
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help="an MP4, GIF or WebP")
    parser.add_argument("--fps", metavar="N", type=number, help="frames a second (left out: the file's)")
    add_places(parser)


def run(args: argparse.Namespace) -> None:
    """Decode a video's latents and save it."""
    path = Path(args.output)
    try:
        check_saving(path)
    except PlaceError as error:
        raise UsageError(f"{path}: {error}") from None
    video = decoded(Path(args.file), places_of(args), args.fps)
    width, height = video.size
    say(plain(f"{video.save(path)}: {width}×{height}, {len(video)} frames at {video.fps} fps"))
