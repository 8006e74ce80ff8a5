"""A start imports what it uses and no more, and leaves open_clip whole for others."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import nn

from t2v.networks import TINY_TEXT, TextEncoder, blank, openclip

START = """
import sys
from t2v import TextToVideo
pipe = TextToVideo.from_pretrained("emoji", device="cpu")
pipe("a panda", seed=1, frames=1, width=32, height=32, steps=1)
needless = {"torch._dynamo", "sympy", "torchvision", "transformers", "timm", "open_clip"}
print(*sorted(needless & set(sys.modules)))
import open_clip, torchvision
print(open_clip.CLIP.__name__, torchvision.ops.misc.FrozenBatchNorm2d.__module__, open_clip.timm_model.timm)
"""


def test_a_video_is_made_without_what_open_clip_would_bring_and_open_clip_is_whole_after_it() -> None:
    done = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
    brought, whole = done.stdout.splitlines()
    assert brought == ""
    assert whole.startswith("CLIP torchvision.ops.misc <module 'timm'")


IMPORTED = """
import sys
import t2v.networks, t2v.pipeline
print(*sorted({"open_clip", "ftfy", "torchvision"} & set(sys.modules)))
import open_clip
before = {name: module for name, module in sys.modules.items() if name.startswith("open_clip")}
t2v.networks.Tokenizer()
assert before == {name: module for name, module in sys.modules.items() if name.startswith("open_clip")}
"""


def test_importing_t2v_loads_nothing_of_open_clip_and_a_tokenizer_leaves_it_as_it_was() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


ANOTHER_VERSION = """
import sys
from t2v.networks import blank, openclip, TextEncoder, TINY_TEXT
openclip.STAND_INS["torchvision.ops.misc"] = ()
with blank():
    assert TextEncoder(TINY_TEXT).tower.ln_final.weight.is_meta
import open_clip
whole = openclip.load().TextTransformer is open_clip.transformer.TextTransformer
print(*(each.__name__ for each in openclip.load()), whole)
"""


def test_a_version_whose_files_need_more_is_imported_whole() -> None:
    done = subprocess.run([sys.executable, "-c", ANOTHER_VERSION], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["QuickGELU", "SimpleTokenizer", "TextTransformer", "True"]


def test_threads_get_the_same_classes() -> None:
    openclip._load.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: openclip.load(), range(8)))
    assert len(found) == 1


def test_a_blank_network_has_the_shapes_and_no_memory() -> None:
    with blank():
        empty = TextEncoder(TINY_TEXT)
    drawn = TextEncoder(TINY_TEXT).state_dict()
    assert {name: t.shape for name, t in empty.state_dict().items()} == {n: t.shape for n, t in drawn.items()}
    assert all(t.is_meta for t in empty.state_dict().values()) and drawn["tower.token_embedding.weight"].any()


def test_weights_are_drawn_again_after_a_blank_network() -> None:
    with blank():
        nn.Linear(2, 2)
    assert nn.Linear(64, 64, device="cpu").weight.std() > 0.01
    assert torch.empty(1).device.type == "cpu"
