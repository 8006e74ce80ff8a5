"""The Triton kernels against their twins in PyTorch. Without a GPU they run in Triton's interpreter."""

import json
import os
import subprocess
import sys

import pytest

CASES = {  # what is compared, as a function of ops: its tensors are the same on both sides
    "group_norm": "ops.group_norm(maps(3, 96, 5, 7), group)",
    "group_norm of many rows": "ops.group_norm(maps(1, 96, 40, 9), group, silu=True)",
    "group_norm with a shift": "ops.group_norm(maps(2, 96, 6, 3), group, (vector(96),), silu=True)",
    "group_norm, a shift a block": "ops.group_norm(maps(2, 96, 6, 3), group, (tokens(2, 96), vector(96)))",
    "group_norm of many rows, a shift a block": "ops.group_norm(maps(2, 96, 40, 9), group, (tokens(2, 96),))",
    "group_norm at once, a shift a block": "ops.group_norm(maps(2, 96, 30, 31), wide, (tokens(2, 96),))",
    "group_norm far from zero": "ops.group_norm(maps(2, 96, 6, 3) + 30, group)",
    "group_norm by one program": "ops.group_norm(maps(2, 96, 5, 7), wide, (vector(96),) * 2, silu=True)",
    "group_norm by one program, far from zero": "ops.group_norm(maps(2, 96, 30, 31) + 30, wide)",
    "group_norm of two": "ops.group_norm(maps(2, 40, 5, 7), group, beside=maps(2, 56, 5, 7))",
    "group_norm of two by one program": "ops.group_norm(maps(2, 40, 5, 7), wide, beside=maps(2, 56, 5, 7))",
    "group_norm of two that programs share": "ops.group_norm(maps(1, 40, 60, 25), wide, (vector(96),),"
    " beside=maps(1, 56, 60, 25))",
    "temporal_conv": "added(ops.temporal_conv(maps(2, 96, 5, 7), group, time, (vector(96),)))",
    "temporal_conv as a product": "added(ops.temporal_conv(maps(2, 640, 5, 7), thick, times, (vector(640),)"
    "))",
    "temporal_conv as a product, many rows": "added(ops.temporal_conv(maps(1, 640, 6, 600), thick, times))",
    "temporal_conv as a product, one frame": "added(ops.temporal_conv(maps(2, 640, 1, 7), thick, times))",
    "temporal_conv by its own kernel": "inside(lambda: added(ops.temporal_conv(maps(2, 320, 5, 7), first,"
    " level, (vector(320),))))",
    "temporal_conv by its own kernel, many rows": "inside(lambda: added(ops.temporal_conv(maps(3, 320, 4,"
    " 90), first, level)))",
    "add_shortcut": "added(ops.add_shortcut(maps(2, 96, 5, 7), maps(2, 64, 5, 7), point))",
    "add_shortcut of two": "added(ops.add_shortcut(maps(2, 64, 5, 7), maps(2, 64, 5, 7), point,"
    " maps(2, 32, 5, 7)))",
    "enlarge": "ops.enlarge(maps(2, 96, 5, 7), (10, 14))",
    "enlarge to odd sides": "ops.enlarge(maps(2, 96, 5, 7), (9, 13))",
    "add": "ops.add(maps(2, 96, 5, 7), maps(2, 96, 5, 7), (vector(96),) * 4)",
    "layer_norm": "ops.layer_norm(tokens(2, 9, 80), layer)",
    "layer_norm with biases": "ops.layer_norm(tokens(2, 9, 80), layer, (vector(80), vector(80)))",
    "geglu": "ops.geglu(tokens(2, 3, 80), linear)",
    "geglu of many": "ops.geglu(tokens(2, 3, 80), large)",
    "geglu inside the product": "inside(lambda: ops.geglu(tokens(2, 3, 80), linear))",
    "geglu inside the product, many": "inside(lambda: ops.geglu(tokens(9, 300, 80), large))",
    "attend": "ops.attend(heads(2, 3, 40, 24), heads(2, 3, 77, 24), heads(2, 3, 77, 24))",
    "attend, many queries": "ops.attend(heads(2, 2, 300, 64), heads(2, 2, 5, 64), heads(2, 2, 5, 64))",
    "attend, many keys": "ops.attend(heads(1, 2, 9, 16), heads(1, 2, 300, 16), heads(1, 2, 300, 16))",
    "attend, very many queries": "ops.attend(heads(1, 1, 4100, 16), heads(1, 1, 5, 16), heads(1, 1, 5, 16))",
    "attend over columns": "ops.attend(*(tokens(2, 3, 8, 20).mT for _ in range(3)))",
    "temporal_attention": "ops.temporal_attention(tokens(2, 5, 3, 3 * 40), heads=5)",
    "temporal_attention of many frames": "ops.temporal_attention(tokens(1, 24, 2, 3 * 32), heads=2)",
    "the network's fast pass": "fast_pass(ops)",
    "the VAE's": "quickened(ops)",
    "conv": "(lambda h, biases: ops.add(h, h, biases) - h)(*ops.conv(maps(1, 96, 4, 4), conv))",
}
COMPARE = """
import json, sys, torch
from torch import nn
from t2v.networks.norm import GroupNorm
from t2v.networks import TINY_UNET, TINY_VAE, VAE, UNet3D
from t2v.runtime import fast_unet, fast_vae
from t2v.runtime.kernels import plain_ops, triton_ops, triton_products
torch.backends.cudnn.allow_tf32 = False
device = "cuda" if torch.cuda.is_available() else "cpu"
def tokens(*shape): return torch.randn(shape).to(device)
def maps(*shape): return tokens(*shape).contiguous(memory_format=torch.channels_last)
def heads(n, heads, l, d): return tokens(n, l, heads, d).transpose(1, 2)
def vector(size): return tokens(size)
def added(result):
    out, biases = result
    for bias in biases:
        out = out + (bias[:, None, None] if out.dim() == 4 else bias)
    return out
def inside(run):
    serves, count = triton_products.serves, triton_products._multiprocessors
    triton_products.serves, triton_products._multiprocessors = lambda x: True, lambda device: 2
    try:
        return run()
    finally:
        triton_products.serves, triton_products._multiprocessors = serves, count
def lively(made):
    for weight in made.parameters():  # biases that begin at zero would hide one that is forgotten
        if weight.dim() == 1:
            nn.init.normal_(weight)
    return made.to(device).requires_grad_(False)
def fast_pass(ops):
    fast_unet.ops_for, triton_ops.UNFOLD = lambda device: ops, 64  # the wider level as products
    fast = fast_unet.FastUNet(lively(UNet3D(TINY_UNET)), torch.device(device))
    result = fast(tokens(1, 4, 1, 4, 2), tokens(1).abs() * 300, fast.read(tokens(1, 7, 32)))
    triton_ops.UNFOLD = 640
    return result
def quickened(ops):
    vae, fast_vae.ops_for = lively(VAE(TINY_VAE)), lambda device: ops
    fast_vae.use_fast_ops(vae, torch.device(device))
    return vae.decode(tokens(1, 4, 1, 1))
errors = {}
for name, case in json.load(sys.stdin).items():
    results = []
    for ops in (plain_ops, triton_ops):
        torch.manual_seed(7)
        norms = GroupNorm(32, 96), GroupNorm(4, 96), GroupNorm(32, 640), GroupNorm(32, 320), nn.LayerNorm(80)
        made = nn.Conv2d(96, 64, 3), nn.Conv2d(96, 64, 1), nn.Linear(80, 40), nn.Linear(80, 2 * 300), *(
            nn.Conv2d(c, c, (3, 1), padding=(1, 0)).to(memory_format=torch.channels_last)
            for c in (96, 640, 320)
        )
        group, wide, thick, first, layer = (m.to(device) for m in norms)
        conv, point, linear, large, time, times, level = (m.to(device) for m in made)
        for m in norms:
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
