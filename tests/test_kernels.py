"""The Triton kernels against their twins in PyTorch. Without a GPU they run in Triton's interpreter."""

import json
import os
import subprocess
import sys

import pytest

CASES = {  # what is compared, as a function of ops: its tensors are the same on both sides
    "group_norm": "ops.group_norm(maps(3, 96, 5, 7), group)",
    "group_norm of many rows": "ops.group_norm(maps(1, 96, 40, 9), group, silu=True)",
    "group_norm with a shift": "ops.group_norm(maps(2, 96, 6, 3), group, shift=vector(96), silu=True)",
    "group_norm far from zero": "ops.group_norm(maps(2, 96, 6, 3) + 30, group)",
    "add": "ops.add(maps(2, 96, 5, 7), maps(2, 96, 5, 7), vector(96))",
    "add_layer_norm": "torch.stack(ops.add_layer_norm(tokens(2, 9, 80), tokens(2, 9, 80), layer))",
    "layer_norm": "torch.stack(ops.add_layer_norm(tokens(2, 9, 80), None, layer))",
    "geglu": "ops.geglu(tokens(2, 3, 2 * 1300))",
    "temporal_attention": "ops.temporal_attention(tokens(2, 5, 3, 3 * 40), heads=5)",
    "temporal_attention of many frames": "ops.temporal_attention(tokens(1, 24, 2, 3 * 32), heads=2)",
    "conv": "(lambda h, bias: ops.add(h, h, bias) - h)(*ops.conv(maps(1, 96, 4, 4), conv))",
}
COMPARE = """
import json, sys, torch
from torch import nn
from t2v.networks.norm import GroupNorm
from t2v.runtime import plain_ops, triton_ops
torch.backends.cudnn.allow_tf32 = False
device = "cuda" if torch.cuda.is_available() else "cpu"
def tokens(*shape): return torch.randn(shape).to(device)
def maps(*shape): return tokens(*shape).contiguous(memory_format=torch.channels_last)
def vector(size): return tokens(size)
errors = {}
for name, case in json.load(sys.stdin).items():
    results = []
    for ops in (plain_ops, triton_ops):
        torch.manual_seed(7)
        made = GroupNorm(32, 96), nn.LayerNorm(80), nn.Conv2d(96, 64, 3)
        group, layer, conv = (m.to(device) for m in made)
        for m in (group, layer):
            nn.init.normal_(m.weight), nn.init.normal_(m.bias)
        with torch.inference_mode():
            results.append(eval(case))
    plain, fused = results
    errors[name] = float((fused - plain).norm() / plain.norm()) if plain.shape == fused.shape else "shape"
json.dump(errors, sys.stdout)
"""


@pytest.fixture(scope="module")
def errors() -> dict[str, float]:
    """The relative error of each case. Triton reads its settings when it is imported: hence a process."""
    interpreter = {} if _has_cuda() else {"TRITON_INTERPRET": "1"}
    command, text = [sys.executable, "-c", COMPARE], json.dumps(CASES)
    done = subprocess.run(command, input=text, capture_output=True, text=True, env=os.environ | interpreter)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _has_cuda() -> bool:
    import torch

    return torch.cuda.is_available()


@pytest.mark.parametrize("case", CASES)
def test_a_kernel_equals_its_plain_twin(errors: dict[str, float], case: str):
    assert errors[case] < 5e-6, errors[case]
