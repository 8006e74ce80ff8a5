"""Would 8-bit products pay?  python -m benchmarks.eight_bit [--tiny]

The error of one pass of the UNet, random weights of the published size, with the linear layers' weights, and
their inputs too, rounded to e4m3 or int8, scaled by rows.
"""

import argparse

import torch
from torch import Tensor, nn

from benchmarks.measure import error
from t2v.networks import UNet3D, UNetConfig

TINY = UNetConfig(widths=(32, 64), attention=(True, False), blocks=1, text_width=32, head_width=16)
LARGEST = {torch.float8_e4m3fn: 448, torch.int8: 127}


def rounded(x: Tensor, kind: torch.dtype) -> Tensor:
    """x (… d) with each row scaled, rounded to `kind`, and scaled back"""
    scale = x.abs().amax(-1, keepdim=True).clamp_min(1e-6) / LARGEST[kind]
    scaled = x / scale
    return (scaled.round() if kind == torch.int8 else scaled).to(kind).to(x.dtype) * scale


def errors(unet: nn.Module, given: tuple[Tensor, ...]) -> None:
    """Print the relative error of a pass for each kind of rounding."""
    expected, layers = unet(*given), [m for m in unet.modules() if isinstance(m, nn.Linear)]
    for kind in LARGEST:
        kept = [m.weight.clone() for m in layers]
        for m in layers:
            m.weight.copy_(rounded(m.weight, kind))
        print(f"{kind}, weights: {error(unet(*given), expected):.2e}", flush=True)
        hooks = [m.register_forward_pre_hook(lambda m, x, kind=kind: rounded(x[0], kind)) for m in layers]
        print(f"{kind}, weights and inputs: {error(unet(*given), expected):.2e}", flush=True)
        for hook in hooks:
            hook.remove()
        for m, weight in zip(layers, kept, strict=True):
            m.weight.copy_(weight)


@torch.inference_mode()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tiny", action="store_true", help="a small network, for a processor")
    tiny, device = parser.parse_args().tiny, "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(0)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    config = TINY if tiny else UNetConfig()
    side = 8 if tiny else 32
    unet = UNet3D(config).to(device)
    given = (
        torch.randn(2, config.in_channels, 16, side, side, device=device),
        torch.full((2,), 501, device=device),
        torch.randn(2, 77, config.text_width, device=device),
    )
    errors(unet, given)


if __name__ == "__main__":
    main()
