"""Train the text tower and the UNet together:

    python -m training.unet --data runs/data/emoji.zip --vae runs/vae/vae.safetensors --out runs/unet

The VAE is frozen, so the UNet trains on latents: a pool of clips, composed, encoded and kept on the device,
is renewed bit by bit. The first part of the training uses single frames: sixteen subjects for the work of one
clip. Layers along time, which start as identities, train in the second part, where every clip is seen twice:
as pure noise, and at its time, most of them mixed from the network's own first prediction.
"""

import argparse
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from accelerate.utils import set_seed
from einops import rearrange
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from t2v.checkpoints import load
from t2v.diffusion import NoiseSchedule
from t2v.networks import VAE, TextEncoder, Tokenizer, UNet3D
from t2v.networks.temporal import TemporalConv, TemporalTransformer
from t2v.networks.tokenizer import read_merges
from training.captions import FAST, STARTS, Captions
from training.chance import OPEN, write_code
from training.compose import compose
from training.dataset import FRAMES, EmojiClips
from training.fused import freeze_biases, fuse
from training.loop import Average, Clock, Log, Update, load_state, save_state
from training.muon import optimizers
from training.samples import sample_grid
from training.sizes import SCHEDULE, UNET_SIZE, VAE_SIZE, text_size

EMPTY = 0.08  # share of captions replaced by an empty one, which guidance needs
PURE_NOISE = 0.1  # share of single frames at the last time, where every video starts
OWN = 2 / 3  # share of clips mixed from the network's own first prediction
OWN_FROM = 0.25  # least time of such a clip, of 0…1: earlier the noise would hide too few of its errors
SAMPLES_EVERY = 300.0  # seconds
RENEW_EVERY = 4  # steps: larger portions cost less
ENCODED = 256  # frames at once
LAST_OF_A_BRANCH = (
    "conv_2.conv", "convs.3.conv", "spatial.proj_out", "temporal.proj_out", "temporal_in.proj_out",
)  # fmt: skip


@dataclass(frozen=True)
class Options:
    """The command's flags."""

    data: Path
    vae: Path
    start: str | None
    learn: list[str] | None
    merges: Path
    out: Path
    seconds: float
    until: float
    iterations: int
    images: float
    clips: int
    fresh: int
    pool: int
    lr: float
    seed: int
    only: int | None
    starts: int
    fast: float
    fuse: bool


class DenoisingLoss(nn.Module):
    """The mean squared error of the UNet's prediction, of v (Salimans & Ho 2022) or of the noise.

    With `own` > 0 each clip is seen twice: as pure noise, where sampling starts, and at its time. In the
    second pass the first `own` clips are mixed from the network's prediction for pure noise instead of the
    truth, as in sampling: it learns to correct its first prediction. That needs v, a last time of pure noise,
    and a code in the noise (chance.py), without which a blur would be the best answer.
    """

    def __init__(self, text_encoder: TextEncoder, unet: UNet3D, schedule: NoiseSchedule, own: int = 0):
        super().__init__()
        self.text_encoder, self.unet, self.own = text_encoder, unet, own
        self.of_v = schedule.config.prediction == "v_prediction"
        signal = schedule.alphas_cumprod.float()
        self.register_buffer("a", signal.sqrt(), persistent=False)
        self.register_buffer("s", (1 - signal).sqrt(), persistent=False)

    def forward(self, z: Tensor, tokens: Tensor, t: Tensor, noise: Tensor) -> tuple[Tensor, ...]:
        """z noise (b c f h w), tokens (b l), t (b) -> the loss; then its part from pure noise, if any"""
        with torch.autocast(z.device.type, torch.bfloat16):
            text = self.text_encoder(tokens)
            if not self.own:
                return (self._loss(z, z, text, t, noise)[0],)
            first, predicted = self._loss(z, z, text, torch.full_like(t, len(self.a) - 1), noise)
            seen = torch.cat([-predicted[: self.own].detach().float(), z[self.own :]])
            then, _ = self._loss(z, seen, text, t, noise)
        return (first + then) / 2, first

    def _loss(self, z: Tensor, seen: Tensor, text: Tensor, t: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Mix `seen` with noise and predict -> the error against the truth z, the prediction"""
        a, s = (rearrange(x[t], "b -> b 1 1 1 1") for x in (self.a, self.s))
        x = a * seen + s * noise
        predicted = self.unet(x, t, text)
        return F.mse_loss(predicted.float(), (a * x - z) / s if self.of_v else noise), predicted


class LatentPool:
    """A ring buffer on the device: encoded clips, their captions' tokens, and the codes for their noise."""

    def __init__(self, capacity: int, clips: EmojiClips, captions: Captions, tokenizer: Tokenizer, vae: VAE):
        self.clips, self.captions, self.tokenizer, self.vae = clips, captions, tokenizer, vae
        self.device = next(vae.parameters()).device
        side, channels = clips.size // vae.config.factor, vae.config.latent_channels
        self.z = torch.empty(capacity, channels, FRAMES, side, side, dtype=torch.bfloat16, device=self.device)
        self.tokens = torch.empty(capacity, tokenizer.length, dtype=torch.long, device=self.device)
        self.chance = torch.empty(capacity, len(OPEN), device=self.device)
        self.next = self.filled = 0
        self.thread = ThreadPoolExecutor(1)  # composes the next captions meanwhile
        self.ahead: Future | None = None

    @torch.no_grad()
    def renew(self, count: int) -> None:
        """Replace the oldest `count` clips by new ones."""
        texts, spec = self.ahead.result() if self.ahead else self.captions.batch(count)
        self.ahead = self.thread.submit(self.captions.batch, count)
        count = len(texts)
        frames = rearrange(compose(self.clips, spec.to(self.device)), "b f c h w -> (b f) c h w")
        with torch.autocast(self.device.type, torch.bfloat16):
            z = torch.cat([self.vae.encode(part) for part in frames.split(ENCODED)])
        rows = (torch.arange(count, device=self.device) + self.next) % len(self.z)
        self.z[rows] = rearrange(z, "(b f) c h w -> b c f h w", f=FRAMES).bfloat16()
        self.tokens[rows] = self.tokenizer(texts).to(self.device)
        self.chance[rows] = spec.chance.to(self.device)
        self.next = (self.next + count) % len(self.z)
        self.filled = min(len(self.z), self.filled + count)

    def draw(self, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """Draw random clips -> latents (b c f h w), tokens (b l), noise with the clips' codes (b c f h w)"""
        rows = torch.randint(0, self.filled, (count,), device=self.device)
        z = self.z[rows].float()
        return z, self.tokens[rows], write_code(torch.randn_like(z), self.chance[rows])

    def draw_images(self, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """Draw random frames of random clips -> latents (b c 1 h w), tokens (b l), noise (b c 1 h w)"""
        rows = torch.randint(0, self.filled, (count,), device=self.device)
        frames = torch.randint(0, FRAMES, (count,), device=self.device)
        z = self.z[rows, :, frames][:, :, None].float()
        return z, self.tokens[rows], torch.randn_like(z)


class Trainer:
    """Both parts of the training; `run` ends with the clock, or after `until` seconds of this call."""

    def __init__(self, options: Options):
        self.options, self.accelerator = options, Accelerator()
        self.device = self.accelerator.device
        set_seed(options.seed)
        self.tokenizer = Tokenizer(read_merges(options.merges))
        text, unet, self.vae = begin(options, self.tokenizer.vocabulary)
        self.vae.to(self.device, memory_format=torch.channels_last).eval().requires_grad_(False)
        self.loss_of = DenoisingLoss(text, unet, NoiseSchedule(SCHEDULE))
        self.loss_of.to(self.device, memory_format=torch.channels_last)
        set_seed(options.seed, device_specific=True)  # the networks begin equal, the noise differs
        freeze_biases(unet)
        if options.learn:
            learn_only(options.learn, text, unet)
        self.networks = {"text_encoder": text, "unet": unet}
        self.opts = optimizers(self.networks, options.lr)
        self.clock = Clock(options.seconds, options.iterations)
        self.average = Average(self.networks)
        self.empty = self.tokenizer([""]).to(self.device)
        if options.fuse:
            fuse(self.loss_of, self.vae)
        self.update = Update(self.accelerator, self.loss_of, self.opts, self.average)

    def pool(self) -> LatentPool:
        """Make the pool of clips and fill its first 4,096, or all of a smaller one."""
        options, process = self.options, self.accelerator.process_index
        clips = EmojiClips(options.data, device=self.device, only=options.only)
        seed = options.seed + 1000 * process + self.clock.done
        captions = Captions(clips.subjects, seed, starts=options.starts, fast=options.fast)
        pool = LatentPool(options.pool, clips, captions, self.tokenizer, self.vae)
        for _ in range(max(1, min(4096, options.pool) // 64)):
            pool.renew(min(64, options.pool))
        return pool

    def step(self, z: Tensor, tokens: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Update once by z noise (b c f h w), tokens (b l) -> loss, and its part from pure noise (or NaN)"""
        b, own, device = len(z), self.loss_of.own, self.device
        empty = torch.rand(b, device=device) < EMPTY * b / (b - own)
        empty[:own] = False
        u = torch.cat([OWN_FROM + (1 - OWN_FROM) * spread(own, device), spread(b - own, device)])
        t = (u * SCHEDULE.train_steps).long()
        if not own:
            last = torch.rand(b, device=device) < PURE_NOISE
            t = torch.where(last, SCHEDULE.train_steps - 1, t)
        tokens = torch.where(empty[:, None], self.empty, tokens)
        loss, *first = self.update(self.clock.rate(), z, tokens, t, noise)
        self.clock.done += 1
        return loss, *(first or [torch.full_like(loss, torch.nan)])

    def run(self) -> None:
        """Train, with samples every SAMPLES_EVERY seconds; write `state.pt` and the averaged weights."""
        options, clock = self.options, self.clock
        options.out.mkdir(parents=True, exist_ok=True)
        state = options.out / "state.pt"
        log = Log(options.out / "unet.csv", clock, silent=not self.accelerator.is_main_process)
        if state.exists():
            load_state(state, clock, self.average, self.opts)
        pool, began, shown = self.pool(), clock.spent, clock.spent
        while clock.tick(self.accelerator) < 1 and clock.elapsed - began < options.until:
            if clock.done % RENEW_EVERY == 0:
                pool.renew(RENEW_EVERY * options.fresh)
            images = clock.progress < options.images
            leave_out_time(self.loss_of.unet, images)
            self.loss_of.own = 0 if images else int(OWN * options.clips)
            drawn = pool.draw_images(2 * FRAMES * options.clips) if images else pool.draw(options.clips)
            loss, first = self.step(*drawn)
            log.add(loss=loss, first=first)
            if clock.elapsed - shown > SAMPLES_EVERY:
                self.show()
                shown = clock.elapsed
        if self.accelerator.is_main_process:
            save_state(state, clock, self.average, self.opts)
            self.write()
            self.show()

    def show(self) -> None:
        """Write a grid of samples by the averaged weights."""
        if self.accelerator.is_main_process:
            path = self.options.out / f"samples_{self.clock.done:06d}.webp"
            self.average.swap()
            sample_grid(path, self.tokenizer, *self.networks.values(), self.vae)
            self.average.swap()

    def write(self) -> None:
        """Write the averaged weights in half precision, under our own names."""
        self.average.swap()
        for name, network in self.networks.items():
            tensors = {k: v.half().contiguous() for k, v in network.state_dict().items()}
            save_file(tensors, self.options.out / f"{name}.safetensors")
        self.average.swap()


def spread(count: int, device: torch.device) -> Tensor:
    """Draw `count` numbers, one from each equal part of 0…1: losses differ much from time to time"""
    return (torch.arange(count, device=device) + torch.rand(count, device=device)) / max(1, count)


def begin(options: Options, vocabulary: int) -> tuple[TextEncoder, UNet3D, VAE]:
    """Load the networks to start from; without `--start` a trained VAE and new ones."""
    if options.start:
        model = load(options.start)
        model.text_encoder.requires_grad_(True), model.unet.requires_grad_(True)
        return model.text_encoder, model.unet, model.vae
    vae, unet = VAE(VAE_SIZE), UNet3D(UNET_SIZE)
    vae.load_state_dict(load_file(options.vae))
    zero_residuals(unet)
    return TextEncoder(text_size(vocabulary)), unet, vae


def learn_only(parts: list[str], text: TextEncoder, unet: UNet3D) -> None:
    """Freeze everything but these parts of the UNet, such as "up.3". ValueError if it has none of them."""
    text.requires_grad_(False)
    for name, parameter in unet.named_parameters():
        if not name.startswith(tuple(f"{part}." for part in parts)):
            parameter.requires_grad_(False)
    if not any(parameter.requires_grad for parameter in unet.parameters()):
        raise ValueError(
            f"--learn: the UNet has no part {' or '.join(parts)}; its parts are named as in up.3."
        )


def zero_residuals(unet: UNet3D) -> None:
    """Zero the last layer of every residual branch, as in the paper, and of the UNet."""
    for name, module in unet.named_modules():
        if name.endswith(LAST_OF_A_BRANCH) or name == "out.conv":
            nn.init.zeros_(module.weight)
            nn.init.zeros_(module.bias)


def leave_out_time(unet: UNet3D, left_out: bool) -> None:
    """Skip the layers along time, or stop skipping them; while they are identities nothing changes."""
    for module in unet.modules():
        if isinstance(module, TemporalConv | TemporalTransformer):
            if left_out:
                module.forward = lambda x, frames: x
            else:
                vars(module).pop("forward", None)


def main() -> None:
    """Run the command in the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--data", type=Path, default=Path("runs/data/emoji.zip"))
    add("--vae", type=Path, default=Path("runs/vae/vae.safetensors"))
    add("--start", help="a model to go on from, emoji or a folder, its VAE too; then --images 0 is right")
    add("--learn", nargs="+", help="parts of the UNet, as up.3, that learn; all else stays")
    add("--merges", type=Path, default=Path("t2v/checkpoints/emoji/tokenizer/merges.txt"))
    add("--out", type=Path, default=Path("runs/unet"))
    add("--seconds", type=float, default=1500, help="of the whole training, over all its calls")
    add("--until", type=float, default=1e9, help="seconds after which this call stops; the next one resumes")
    add("--iterations", type=int, default=1_000_000)
    add("--images", type=float, default=0.2, help="part of the training that sees single frames")
    add("--clips", type=int, default=48, help="a step; in the first part 32 times as many frames")
    add("--fresh", type=int, default=6, help="new clips a step")
    add("--pool", type=int, default=65_536)
    add("--lr", type=float, default=2e-3)
    add("--seed", type=int, default=0)
    add("--only", type=int, help="number of subjects to train on, from the first")
    add("--starts", type=int, default=STARTS, help="frames at which a loop may start")
    add("--fast", type=float, default=FAST, help="share of the loops that go twice as fast")
    add("--fuse", action="store_true", help="use our own GPU kernels for some layers")
    options = Options(**{f.name: getattr(parser.parse_args(), f.name) for f in fields(Options)})
    Trainer(options).run()


if __name__ == "__main__":
    main()
