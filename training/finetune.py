"""Fine-tune a model on your own clips:

    python -m training.finetune --model emoji --clips FOLDER --out runs/mine --iterations 300
    t2v --model runs/mine "what a caption said" -o mine.mp4
    python -m training.finetune --model emoji --clips FOLDER --out runs/mine --lora 32
    t2v --model emoji+runs/mine:0.8 "what a caption said" -o mine.mp4

FOLDER holds videos, and for each a text file of the same name with its caption (training/clips.py); t2v's own
videos carry their prompts. They are brought to the model's size and number of frames. The VAE and the text
tower are frozen; the UNet learns with AdamW, at a rate that ends at zero; with `--lora`, only low-rank
changes of its layers, in PEFT's format (training/lora.py). Memory: 16 bytes a parameter and the activations
of `--batch` clips; ModelScope's 1.4 B take a GPU of 40 GB at batch 1, the embedded model any machine.
"""

import argparse
import json
import math
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn
from tqdm import trange

from t2v import RequestError, TextToVideo, Video
from t2v.checkpoints import CheckpointError, locate
from t2v.defaults import ModelDefaults
from t2v.diffusion import NoiseSchedule, ScheduleConfig
from t2v.languages.english import english
from t2v.prompt_weights import plain
from t2v.translation import Translator
from training.clip_codes import ClipCodes, reads_codes
from training.clips import ClipError, each_clip, find_clips, read_clips
from training.export import write_folder
from training.lora import Changes
from training.loss import DenoisingLoss
from training.unet import EMPTY, OWN_FROM

LR, LORA_LR = 1e-4, 2e-3  # of AdamW
WARM_UP = 40  # iterations: the codes of clips are found before the network learns from wrong ones
PURE_NOISE = 0.5  # share of iterations at the last time, for a model that starts there in pure noise
MAX_RANK = 1024

__all__ = ["crop", "encode", "finetune", "fit", "read_clips", "taught", "write"]


def crop(height: int, width: int, native: ModelDefaults) -> tuple[slice, slice]:
    """The largest centred part of `native`'s aspect ratio -> its rows and columns, at least one of each"""
    rows = min(height, max(1, round(width * native.height / native.width)))
    columns = min(width, max(1, round(height * native.width / native.height)))
    top, left = (height - rows) // 2, (width - columns) // 2
    return slice(top, top + rows), slice(left, left + columns)


def fit(frames: np.ndarray, pipe: TextToVideo) -> Tensor:
    """frames uint8 (f h w 3) -> (f' 3 h' w') in −1…1: chosen evenly, cropped, scaled to the model's size"""
    native = pipe.native
    chosen = np.linspace(0, len(frames) - 1, native.frames).round().astype(int)
    rows, columns = crop(*frames.shape[1:3], native)
    x = rearrange(torch.from_numpy(frames[chosen, rows, columns]).float(), "f h w c -> f c h w") / 127.5 - 1
    return F.interpolate(x, (native.height, native.width), mode="bilinear", antialias=True)


@torch.no_grad()
def encode(pipe: TextToVideo, clips: Iterable[tuple[Video, str]]) -> tuple[Tensor, Tensor]:
    """Encode clips -> latents (b c f h w), scaled for the UNet, and their captions' tokens (b l)"""
    latents, captions = [], []
    for video, caption in clips:
        captions.append(sentence(pipe, caption))
        z = torch.cat([pipe.vae.encode(part) for part in fit(video.frames, pipe).to(pipe.device).split(4)])
        latents.append(rearrange(z * pipe.checkpoint.vae_scale, "f c h w -> c f h w"))
    return torch.stack(latents), pipe.tokenizer(captions).to(pipe.device)


def finetune(
    pipe: TextToVideo,
    clips: Iterable[tuple[Video, str]],
    iterations: int,
    batch: int,
    lr: float,
    networks: dict[str, nn.Module] | None = None,
) -> None:
    """Train the pipeline's UNet in place (float32 weights, bfloat16 arithmetic where it is fast).

    `networks`: train these instead, which are part of it.
    """
    z, tokens = encode(pipe, clips)
    networks = networks or {"unet": pipe.unet}
    learning = [weight for network in networks.values() for weight in network.parameters()]
    for weight in learning:
        weight.requires_grad_(True)
    loss_of = DenoisingLoss(pipe.checkpoint.text_encoder, pipe.unet, NoiseSchedule(pipe.checkpoint.schedule))
    loss_of.to(pipe.device)
    optimizer = torch.optim.AdamW(learning, lr=lr, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda done: rate(done, iterations))
    codes = ClipCodes(len(z), pipe.device) if reads_codes(pipe) else None
    bar = trange(iterations, desc="fine-tuning")
    for _, drawn in zip(bar, batches(pipe, z, tokens, batch, codes), strict=False):
        (loss,) = loss_of(*drawn)
        loss.backward()
        nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        schedule.step()
        if codes:
            codes.step()
        bar.set_postfix(loss=f"{loss.item():.4f}")
    for weight in learning:
        weight.requires_grad_(False)


def batches(
    pipe: TextToVideo, z: Tensor, tokens: Tensor, batch: int, codes: ClipCodes | None
) -> Iterator[tuple[Tensor, ...]]:
    """Yield what the loss takes, without end: latents (b c f h w), tokens (b l), times (b), noise."""
    empty = pipe.tokenizer([""]).to(pipe.device)
    for chosen in in_rounds(len(z), batch):
        rows = chosen.to(pipe.device)
        words = torch.where(torch.rand(batch, 1, device=pipe.device) < EMPTY, empty, tokens[rows])
        noise = torch.randn_like(z[rows])
        noise = codes.noise(noise, rows) if codes else noise
        yield z[rows], words, times(pipe.checkpoint.schedule, batch).to(pipe.device), noise


def rate(done: int, iterations: int) -> float:
    """The learning rate's factor after `done` iterations: a short warm-up, then a cosine to zero."""
    warm = min(1.0, (done + 1) / min(WARM_UP, iterations))
    return warm * 0.5 * (1 + math.cos(math.pi * done / iterations))


def times(schedule: ScheduleConfig, batch: int) -> Tensor:
    """Draw times (b); for a model that starts in pure noise, those that its few steps visit."""
    if not schedule.zero_terminal_snr:
        return torch.randint(0, schedule.train_steps, (batch,))
    later = torch.randint(int(OWN_FROM * schedule.train_steps), schedule.train_steps, (batch,))
    return torch.where(torch.rand(batch) < PURE_NOISE, schedule.train_steps - 1, later)


def in_rounds(clips: int, batch: int) -> Iterator[Tensor]:
    """Yield clips (b) without end, all in a random order before any comes again."""
    left: list[int] = []
    while True:
        while len(left) < batch:
            left += torch.randperm(clips).tolist()
        yield torch.tensor([left.pop(0) for _ in range(batch)])


def sentence(pipe: TextToVideo, caption: str) -> str:
    """The words of a caption without weights, in English. These are left as they are, for they may name what
    the model doesn't know yet."""
    if not pipe.vocabulary or caption.isascii() and english(caption):
        return plain(caption)
    return plain(Translator(pipe.vocabulary).read(caption).text)


def write(pipe: TextToVideo, model: str, out: Path, captions: Iterable[str] = ()) -> None:
    """Write a folder in diffusers' layout, with the tokenizer and vocabulary of the original `model`."""
    made = pipe.checkpoint
    write_folder(out, made.text_encoder, pipe.unet, pipe.vae, made.schedule, pipe.native, made.vae_scale)
    tokenizer = locate(model).folder / "tokenizer"
    if tokenizer.is_dir():
        shutil.copytree(tokenizer, out / "tokenizer", dirs_exist_ok=True)
    if made.vocabulary:
        words = made.vocabulary | {"taught": taught(pipe, captions)}
        (out / "vocabulary.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")


def taught(pipe: TextToVideo, captions: Iterable[str]) -> list[str]:
    """Words taught by earlier fine-tunings, then the captions' words that the model didn't know."""
    earlier = pipe.checkpoint.vocabulary.get("taught", [])
    new = (word for caption in captions for word in pipe.vocabulary.explain(sentence(pipe, caption)).unknown)
    return list(dict.fromkeys([*earlier, *new]))


def main() -> None:
    """Run the command in the module's docstring."""
    options = _options()
    torch.manual_seed(options.seed)
    try:
        captions = [caption for _, caption in find_clips(options.clips)]
        _make(options.out, options.model)
        pipe = TextToVideo.from_pretrained(options.model, device=options.device, dtype="float32")
        _tell_cuts(pipe, captions)
        clips = each_clip(options.clips, pipe.native)
        if options.lora:
            _low_rank(pipe, clips, captions, options)
            return
        finetune(pipe, clips, options.iterations, options.batch, options.lr or LR)
    except (ClipError, CheckpointError, RequestError) as error:
        sys.exit(str(error))
    write(pipe, options.model, options.out, captions)


def _low_rank(
    pipe: TextToVideo,
    clips: Iterable[tuple[Video, str]],
    captions: list[str],
    options: argparse.Namespace,
) -> None:
    """Train low-rank changes and write them."""
    changes = Changes(pipe.unet, pipe.checkpoint.text_encoder, options.lora)
    finetune(pipe, clips, options.iterations, options.batch, options.lr or LORA_LR, changes.networks)
    changes.remove()
    changes.write(options.out, options.model, taught(pipe, captions) if pipe.vocabulary else [])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="emoji", help="emoji, a hub id, or a folder")
    parser.add_argument("--clips", type=Path, required=True, help="folder of videos and captions")
    parser.add_argument("--out", type=Path, required=True, help="folder of the new model")
    parser.add_argument("--iterations", type=int, default=300)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--lr", type=float, help=f"{LR:g}, or {LORA_LR:g} with --lora")
    parser.add_argument(
        "--lora", type=int, default=0, metavar="RANK", help="train a LoRA, such as of rank 32"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device")
    options = parser.parse_args()
    for name in ("iterations", "batch", "lr"):
        value = getattr(options, name)
        if value is not None and not 0 < value < math.inf:
            parser.error(f"--{name} must be more than 0")
    if not 0 <= options.lora <= MAX_RANK:
        parser.error(f"--lora must be a rank from 1 to {MAX_RANK}")
    return options


def _make(out: Path, model: str) -> None:
    """Make the new model's folder before the work; exit where that fails."""
    if out.exists() and out.samefile(locate(model).folder):
        sys.exit(f"--out {out} is the folder of --model: choose another for the new model.")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        sys.exit(f"--out {out} can't be made: {error.strerror}.")


def _tell_cuts(pipe: TextToVideo, captions: list[str]) -> None:
    """Print which captions are longer than the text encoder reads."""
    for caption in captions:
        _, rest = pipe.tokenizer.cut(sentence(pipe, caption))
        if rest:
            print(f'The caption "{caption[:40]}…" is too long; these words are left out: {rest[:80]}')


if __name__ == "__main__":
    main()
