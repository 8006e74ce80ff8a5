"""The library as people of other programs type it: progress, several prompts, hints instead of errors."""

import copy
import pickle
import pydoc
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import t2v
from t2v import Request, RequestError, Source, T2VError, TextToVideo
from t2v.elsewhere import LOADING, METHODS, NAMES_ELSEWHERE, WAYS
from t2v.request import SETTINGS
from t2v.version import VERSION

SMALL = {"frames": 3, "width": 16, "height": 24, "steps": 4}


@pytest.fixture(scope="module")
def pipe(folder: Path) -> TextToVideo:
    return TextToVideo.from_pretrained(folder, device="cpu", dtype="float32")


def test_a_bar_counts_the_steps_and_on_step_is_called_as_well(pipe, capsys):
    seen = []
    pipe(
        "a \x1b[31mpanda", progress=True, on_step=lambda step, steps, x0: seen.append((step, steps)), **SMALL
    )
    shown = capsys.readouterr().err
    assert seen == [(step, 4) for step in (1, 2, 3, 4)]
    assert "4/4" in shown and "a \\x1b[31mpanda" in shown and "\x1b[31m" not in shown
    pipe("a panda", **SMALL)
    assert capsys.readouterr().err == ""


def test_a_bar_counts_only_the_steps_that_run(pipe, capsys):
    source = np.zeros((24, 16, 3), np.uint8)
    pipe("a panda", source=source, strength=0.5, progress=True, **SMALL)
    assert "2/2" in capsys.readouterr().err


def test_a_bar_changes_no_frame(pipe):
    plain, shown = (pipe("a panda", seed=1, progress=progress, **SMALL) for progress in (False, True))
    assert plain == shown


def test_a_list_of_prompts_gives_a_list_of_videos(pipe):
    videos = pipe(["a panda", "a fox"], seed=3, **SMALL)
    assert [video.request.prompt for video in videos] == ["a panda", "a fox"]
    assert videos == [pipe(prompt, seed=3, **SMALL) for prompt in ("a panda", "a fox")]
    one, other = pipe(["a panda"] * 2, **SMALL)
    assert one.request.seed != other.request.seed and one != other
    seeds = pipe([Request("a panda", seed=seed, **SMALL) for seed in (1, 2)])
    assert [video.request.seed for video in seeds] == [1, 2]
    assert pipe([]) == []


def test_a_list_is_checked_before_any_video_is_made(pipe, tmp_path):
    steps = []
    for prompts, settings, says in (
        (["a panda", ""], SMALL, "prompt: is empty"),
        (["a panda", 7], SMALL, "prompt: must be text"),
        (["a panda"], {"stepz": 3}, "did you mean steps?"),
        (["a panda"], SMALL | {"output_video": tmp_path / "a.mp4"}, "output_video: is of one video"),
        (["a panda"], SMALL | {"latents": torch.zeros(1)}, "latents: is of one video"),
    ):
        with pytest.raises(RequestError) as error:
            pipe(prompts, on_step=lambda *step: steps.append(step), **settings)
        assert says in str(error.value) and not steps


def test_a_loaded_model_says_that_it_cannot_be_sent(pipe):
    for way in (pickle.dumps, copy.deepcopy):
        with pytest.raises(pickle.PicklingError, match="send the model's name, and call from_pretrained"):
            way(pipe)


@pytest.mark.parametrize(("method", "way"), METHODS.items())
def test_methods_of_other_programs_are_answered_with_the_way_here(pipe, method, way):
    with pytest.raises(AttributeError) as error:
        getattr(pipe, method)
    assert str(error.value) == f"TextToVideo has no {method}: {way}"
    assert not hasattr(pipe, method) and not hasattr(pipe, "nothing_of_the_kind")


@pytest.mark.parametrize(("option", "way"), LOADING.items())
def test_options_of_other_programs_are_answered_with_the_way_here(folder, option, way):
    with pytest.raises(RequestError) as error:
        TextToVideo.from_pretrained(folder, **{option: "x"})
    assert str(error.value) == f"{option}: is no option of loading; {way}"


@pytest.mark.parametrize(("key", "way"), WAYS.items())
def test_what_other_programs_take_in_a_call_is_answered_with_the_way_here(pipe, key, way):
    with pytest.raises(RequestError) as error:
        pipe("a panda", **{key: 4})
    assert str(error.value) == f"{key}: is not a setting; {way}"


def test_no_hint_is_about_a_name_that_exists_here(pipe):
    here = {*SETTINGS, "source", "on_step", "progress"}
    assert not here & {*NAMES_ELSEWHERE, *WAYS}
    assert not {*METHODS} & {*dir(pipe)}
    assert not {*LOADING} & {"model", "device", "dtype", "memory"}


def test_objects_are_shown_in_a_line(pipe):
    assert repr(pipe) == 'TextToVideo("tiny", cpu, float32, memory fast)'
    assert repr(Source.of(np.zeros((8, 9, 3), np.uint8))) == 'Source("the array", 1×8×9)'


@pytest.mark.parametrize(
    "request_", [Request("a panda"), Request("a 'panda'", seed=0, guidance=2.5), Request("a").validate()]
)
def test_a_request_is_shown_as_what_makes_it(request_):
    shown = repr(request_)
    assert eval(shown, {"Request": Request, "Complete": type(request_)}) == request_
    assert "None" not in shown


def test_the_package_says_its_version_and_names_what_is_public():
    assert t2v.__version__ == VERSION
    assert set(t2v.__all__) <= set(dir(t2v)) and issubclass(RequestError, T2VError)
    assert sorted(t2v.__all__) == t2v.__all__


def test_help_lists_the_public_classes_and_explains_every_setting():
    text = pydoc.plain(pydoc.render_doc(t2v))
    assert all(f"class {name}" in text for name in ("Request", "Source", "TextToVideo", "Video"))
    explained = pydoc.plain(pydoc.render_doc(Request))
    assert not [row.name for row in SETTINGS.values() if f"{row.name}: {row.words}" not in explained]


def test_the_public_names_have_docstrings():
    for owner in (TextToVideo, t2v.Video, Request, Source):
        public = {name: value for name, value in vars(owner).items() if name[0] != "_"}
        described = [name for name, value in public.items() if callable(value) or isinstance(value, property)]
        assert described and not [name for name in described if not getattr(owner, name).__doc__]


def test_importing_the_package_loads_no_torch():
    import subprocess

    code = "import sys, t2v; dir(t2v); t2v.__version__; print('torch' in sys.modules, 'tqdm' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False False\n"
