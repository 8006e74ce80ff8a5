"""Fine-tune a model on your own clips:

    python -m training.finetune --model emoji --clips FOLDER --out runs/mine --iterations 300
    t2v --model runs/mine "what a caption said" -o mine.mp4

FOLDER holds videos (.mp4, .gif, .webp) and beside each a text file of the same name with its caption. They
are brought to the model's size and number of frames. The VAE and the text tower stay as they are; the UNet
learns with AdamW, averaged at the end. Memory: 16 bytes a parameter and the activations of `--batch` clips;
ModelScope's 1.4 B take a GPU of 40 GB at batch 1, the embedded model any machine.
"""

import argparse
import shutil
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn
from tqdm import trange

from t2v import TextToVideo, Video
from t2v.checkpoints import locate
from t2v.diffusion import NoiseSchedule
from training.export import write_folder
from training.loop import Average
from training.unet import EMPTY, DenoisingLoss

SUFFIXES = (".mp4", ".gif", ".webp")


def read_clips(folder: Path) -> list[tuple[Video, str]]:
    """The videos of a folder with their captions; ValueError names what is missing."""
    videos = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not videos:
        raise ValueError(f"{folder} has no videos ({', '.join(SUFFIXES)}).")
    missing = [path.name for path in videos if not path.with_suffix(".txt").is_file()]
    if missing:
        raise ValueError(f"without a caption (a .txt of the same name): {', '.join(missing[:5])}")
    return [
        (Video.open(path), path.with_suffix(".txt").read_text(encoding="utf-8").strip()) for path in videos
    ]


def fit(frames: np.ndarray, pipe: TextToVideo) -> Tensor:
    """frames uint8 (f h w 3) -> (f' 3 h' w') in −1…1 as the model has them: evenly chosen, cropped"""
    native = pipe.native
    chosen = np.linspace(0, len(frames) - 1, native.frames).round().astype(int)
    x = rearrange(torch.from_numpy(frames[chosen]).float(), "f h w c -> f c h w") / 127.5 - 1
    scale = max(native.height / x.shape[2], native.width / x.shape[3])
    x = F.interpolate(x, scale_factor=scale, mode="bilinear", antialias=scale < 1) if scale != 1 else x
    top, left = (x.shape[2] - native.height) // 2, (x.shape[3] - native.width) // 2
    return x[:, :, top : top + native.height, left : left + native.width]


@torch.no_grad()
def encode(pipe: TextToVideo, clips: list[tuple[Video, str]]) -> tuple[Tensor, Tensor]:
    """-> the clips' latents (b c f h w), scaled as the UNet has them, and their captions' tokens (b l)"""
    latents = []
    for video, _ in clips:
        z = torch.cat([pipe.vae.encode(part) for part in fit(video.frames, pipe).to(pipe.device).split(4)])
        latents.append(rearrange(z * pipe.checkpoint.vae_scale, "f c h w -> c f h w"))
    return torch.stack(latents), pipe.tokenizer([caption for _, caption in clips]).to(pipe.device)


def finetune(
    pipe: TextToVideo, clips: list[tuple[Video, str]], iterations: int, batch: int, lr: float
) -> None:
    """Train the pipeline's UNet in place (float32 weights, bfloat16 arithmetic)."""
    z, tokens = encode(pipe, clips)
    pipe.unet.requires_grad_(True)
    loss_of = DenoisingLoss(pipe.checkpoint.text_encoder, pipe.unet, NoiseSchedule(pipe.checkpoint.schedule))
    loss_of.to(pipe.device)
    optimizer = torch.optim.AdamW(pipe.unet.parameters(), lr=lr, weight_decay=0.01)
    average = Average({"unet": pipe.unet})
    empty = pipe.tokenizer([""]).to(pipe.device)
    bar = trange(iterations, desc="fine-tuning")
    for _ in bar:
        rows = torch.randint(0, len(z), (batch,), device=pipe.device)
        words = torch.where(torch.rand(batch, 1, device=pipe.device) < EMPTY, empty, tokens[rows])
        t = torch.randint(0, pipe.checkpoint.schedule.train_steps, (batch,), device=pipe.device)
        (loss,) = loss_of(z[rows], words, t, torch.randn_like(z[rows]))
        loss.backward()
        nn.utils.clip_grad_norm_(pipe.unet.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        average.update()
        bar.set_postfix(loss=f"{loss.item():.4f}")
    average.swap()
    pipe.unet.requires_grad_(False)


def write(pipe: TextToVideo, model: str, out: Path) -> None:
    """The fine-tuned model as a folder in diffusers' layout, with the tokenizer of the model it came from."""
    made = pipe.checkpoint
    write_folder(out, made.text_encoder, pipe.unet, pipe.vae, made.schedule, pipe.native, made.vae_scale)
    tokenizer = locate(model).folder / "tokenizer"
    if tokenizer.is_dir():
        shutil.copytree(tokenizer, out / "tokenizer", dirs_exist_ok=True)


def main() -> None:
    """The command of the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="emoji", help="emoji, a hub id, or a folder")
    parser.add_argument("--clips", type=Path, required=True, help="folder of videos and captions")
    parser.add_argument("--out", type=Path, required=True, help="folder of the new model")
    parser.add_argument("--iterations", type=int, default=300)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--lr", type=float, default=1e-4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    clips = read_clips(options.clips)
    pipe = TextToVideo.from_pretrained(options.model, device=options.device, dtype="float32")
    finetune(pipe, clips, options.iterations, options.batch, options.lr)
    write(pipe, options.model, options.out)


if __name__ == "__main__":
    main()
