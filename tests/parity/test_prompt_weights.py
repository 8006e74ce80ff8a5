"""Weights in prompts against compel, on the same tower: equal states."""

from pathlib import Path

import pytest
import torch
from compel import Compel
from compel.embeddings_provider import EmbeddingsProvider
from transformers import CLIPTextModel

from t2v import TextToVideo
from t2v.prompt_weights import parse

from .peers import clip_tokenizer, write_diffusers_folder

# Ours, and compel's own spelling of the same; None where it has none.
PROMPTS = {
    "a red ball": "a red ball",
    "a (red:1.5) ball": "a (red)1.5 ball",
    "a (red:0.5) ball": "a (red)0.5 ball",
    "a (red:0) ball on the beach": "a (red)0 ball on the beach",
    "(a red:1.3) ball (on the beach:0.7)": "(a red)1.3 ball (on the beach)0.7",
    "a ((red:1.5) ball:0.5) flies": "a ((red)1.5 ball)0.5 flies",
    "a (red:0.8) ball and a (blue:0.2) ball": "a (red)0.8 ball and a (blue)0.2 ball",
    r"a (red:2) ball \(new\)": r"a (red)2 ball \(new\)",
    "a (panda) in [a forest]": None,
    "((a panda)) runs [[away]]": None,
    "(well said:0.5) " + "very " * 90: None,
}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[TextToVideo, CLIPTextModel]:
    folder: Path = tmp_path_factory.mktemp("model")
    peers = write_diffusers_folder(folder)
    return TextToVideo.from_pretrained(folder, device="cpu", dtype="float32"), peers.text


@pytest.mark.parametrize("prompt", PROMPTS)
def test_states_equal_compels(both: tuple[TextToVideo, CLIPTextModel], prompt: str):
    pipe, tower = both
    (part,) = parse(prompt)
    provider = EmbeddingsProvider(clip_tokenizer(), tower, truncate=True)
    with torch.no_grad():
        theirs = provider.get_embeddings_for_weighted_prompt_fragments(
            [[text for text, _ in part]], [[weight for _, weight in part]]
        )
    torch.testing.assert_close(pipe.text_encoder([prompt]), theirs, atol=1e-5, rtol=0)


@pytest.mark.parametrize("prompt", [ours for ours, theirs in PROMPTS.items() if theirs])
def test_states_equal_those_of_compels_own_syntax(both: tuple[TextToVideo, CLIPTextModel], prompt: str):
    pipe, tower = both
    compel = Compel(tokenizer=clip_tokenizer(), text_encoder=tower)
    with torch.no_grad():
        theirs = compel(PROMPTS[prompt])
    torch.testing.assert_close(pipe.text_encoder([prompt]), theirs, atol=1e-5, rtol=0)


def test_parts_equal_compels_conjunction(both: tuple[TextToVideo, CLIPTextModel]):
    pipe, tower = both
    compel = Compel(tokenizer=clip_tokenizer(), text_encoder=tower)
    with torch.no_grad():
        theirs = compel('("a (red)1.5 ball", "a cat").and()')
        negative = compel.pad_conditioning_tensors_to_same_length([theirs, compel("")])[1]
    ours = pipe.text_encoder(["", "a (red:1.5) ball BREAK a cat"])
    torch.testing.assert_close(ours, torch.cat([negative, theirs]), atol=1e-5, rtol=0)
