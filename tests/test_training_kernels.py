"""The training's Triton kernels, forwards and backwards, against their twins in PyTorch.

Without a GPU they run in Triton's interpreter.
"""

import json
import os
import subprocess
import sys

import pytest
import torch

CASES = {  # kernel, plain twin, the shapes of what both are given
    "group norm": ("norm(32, True)", "plain_norm(32, True)", [[2, 96, 5, 7], [96], [96]]),
    "group norm without SiLU": ("norm(32, False)", "plain_norm(32, False)", [[3, 64, 20, 9], [64], [64]]),
    "group norm of many rows": ("norm(32, True)", "plain_norm(32, True)", [[1, 160, 33, 40], [160], [160]]),
    "group norm of few groups": ("norm(4, True)", "plain_norm(4, True)", [[5, 32, 2, 2], [32], [32]]),
    "layer norm": ("layer", "plain_layer", [[3, 7, 128], [128], [128]]),
    "layer norm of many rows": ("layer", "plain_layer", [[2, 300, 192], [192], [192]]),
    "gate": ("Gate.apply", "gated", [[3, 7, 1024]]),
    "gate of an odd width": ("Gate.apply", "gated", [[9, 2, 600]]),
}
COMPARE = """
import json, sys, torch
from einops import rearrange
from training.fused import gated, layer_normed, normed
from training.triton_norm import GroupNorm
from training.triton_rows import Gate, LayerNorm
device = "cuda" if torch.cuda.is_available() else "cpu"
def norm(groups, active): return lambda *given: GroupNorm.apply(*given, groups, 1e-5, active)
def plain_norm(groups, active):
    def run(x, weight, bias):
        rows = normed(rearrange(x, "n c h w -> n (h w) c"), weight, bias, groups, 1e-5, active)
        return rearrange(rows, "n (h w) c -> n c h w", h=x.shape[2])
    return run
def layer(*given): return LayerNorm.apply(*given, 1e-5)
def plain_layer(*given): return layer_normed(*given, 1e-5)
errors = {}
for name, (fused, plain, shapes) in json.load(sys.stdin).items():
    results = []
    for run in (eval(fused), eval(plain)):
        torch.manual_seed(3)
        given = [(2 * torch.randn(shape) + 1).to(device).requires_grad_() for shape in shapes]
        out = run(*given)
        out.backward(torch.randn(out.shape).to(out))
        results.append([out.detach().float(), *(tensor.grad for tensor in given)])
    errors[name] = [float((a - b).norm() / b.norm()) for a, b in zip(*results, strict=True)]
json.dump(errors, sys.stdout)
"""


@pytest.fixture(scope="module")
def errors() -> dict[str, list[float]]:
    """The relative errors of each case: of the result, then of the gradients."""
    interpreter = {} if torch.cuda.is_available() else {"TRITON_INTERPRET": "1"}
    command, text = [sys.executable, "-c", COMPARE], json.dumps(CASES)
    done = subprocess.run(command, input=text, capture_output=True, text=True, env=os.environ | interpreter)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("case", CASES)
def test_a_training_kernel_equals_its_plain_twin(errors: dict[str, list[float]], case: str):
    result, *gradients = errors[case]
    assert result < 5e-3, "bfloat16 holds 8 bits, and the interpreter cuts where a GPU rounds"
    assert max(gradients) < 2e-6, gradients
