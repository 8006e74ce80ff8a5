"""The embedded model's folder is an ordinary one: diffusers loads it unchanged and makes the same frames."""

import numpy as np
import pytest
import torch
from diffusers import TextToVideoSDPipeline

from t2v import TextToVideo
from t2v.checkpoints import locate

PROMPT = "a panda moving left on a green background"
SIZE = {"frames": 5, "width": 128, "height": 96, "steps": 4}


@pytest.fixture(scope="module")
def ours() -> TextToVideo:
    return TextToVideo.from_pretrained("emoji", device="cpu", dtype="float32")


@pytest.fixture(scope="module")
def peer() -> TextToVideoSDPipeline:
    pipe = TextToVideoSDPipeline.from_pretrained(locate("emoji").folder, torch_dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def test_the_tokenizers_agree(ours: TextToVideo, peer: TextToVideoSDPipeline) -> None:
    # Without "!": transformers takes it for the padding, which is spelled so in this family of models.
    prompts = [PROMPT, "Two Pandas?", "a quokka, e.g. 3 of them", ""]
    settings = {"padding": "max_length", "truncation": True, "max_length": 77, "return_tensors": "pt"}
    assert torch.equal(ours.tokenizer(prompts), peer.tokenizer(prompts, **settings).input_ids)


@pytest.mark.parametrize("guidance", [1.0, 2.5])
def test_the_frames_agree(ours: TextToVideo, peer: TextToVideoSDPipeline, guidance: float) -> None:
    channels, side = ours.vae.config.latent_channels, ours.vae.config.factor
    latents = torch.randn(1, channels, SIZE["frames"], SIZE["height"] // side, SIZE["width"] // side)
    video = ours(PROMPT, latents=latents, guidance=guidance, negative_prompt="a cat", **SIZE)
    theirs = peer(
        PROMPT, negative_prompt="a cat", latents=latents, guidance_scale=guidance, output_type="np",
        num_frames=SIZE["frames"], width=SIZE["width"], height=SIZE["height"],
        num_inference_steps=SIZE["steps"],
    ).frames[0]  # fmt: skip
    difference = np.abs(video.frames.astype(int) - np.round(theirs * 255).astype(int))
    assert difference.max() <= 1
    assert video.frames.std() > 1  # there is something to see
