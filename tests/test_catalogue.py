"""The catalogue: complete, consistent, and its defaults valid requests."""

import re

import pytest

from t2v.checkpoints import CATALOGUE, EMBEDDED, Entry, find, locate
from t2v.checkpoints.model_settings import native
from t2v.request import Request


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.id)
def test_an_entry_says_all_that_a_visitor_needs(entry: Entry):
    assert entry.layout in ("modelscope", "diffusers")
    assert entry.title and entry.licence and entry.limits.endswith(".")
    assert entry.id == EMBEDDED or re.fullmatch(r"[\w.-]+/[\w.-]+(\+[\w-]+)?", entry.id)
    assert entry.revision is None or re.fullmatch("[0-9a-f]{40}", entry.revision)
    assert (entry.size > 0) == (entry.id != EMBEDDED)


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.id)
def test_its_native_settings_are_a_valid_request(entry: Entry):
    request = Request(prompt="a panda").validate(entry.native)
    assert (request.frames, request.width, request.height) == (
        entry.native.frames,
        entry.native.width,
        entry.native.height,
    )


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.id)
def test_a_size_that_it_was_not_made_for_is_warned_of(entry: Entry):
    made_for = entry.native
    assert (made_for.width, made_for.height) in made_for.sizes
    assert [made_for.size_note(*size) for size in made_for.offered] == [None] * len(made_for.offered)
    assert f"at 128×{made_for.height} shapes" in made_for.size_note(128, made_for.height)


def test_the_embedded_model_states_what_the_catalogue_says():
    assert native(locate(EMBEDDED)) == CATALOGUE[EMBEDDED].native


def test_the_published_models_are_listed():
    assert {"ali-vilab/text-to-video-ms-1.7b", "cerspense/zeroscope_v2_576w", EMBEDDED} <= CATALOGUE.keys()
    assert CATALOGUE["ali-vilab/modelscope-damo-text-to-video-synthesis"].layout == "modelscope"


def test_former_ids_are_found():
    assert find("damo-vilab/text-to-video-ms-1.7b") is CATALOGUE["ali-vilab/text-to-video-ms-1.7b"]
    assert find("someone/else") is None
    names = [name for entry in CATALOGUE.values() for name in (entry.id, *entry.aliases)]
    assert len(names) == len(set(names))


def test_the_embedded_folder_states_what_the_catalogue_says():
    assert native(locate(EMBEDDED)) == find(EMBEDDED).native
