"""Train the text tower and the UNet together:

    python -m training.unet --data runs/data/emoji.zip --vae runs/vae/vae.safetensors --out runs/unet

The VAE is frozen (with `--follow` it is read again whenever another process wrote it, and the pools are made
anew), so the UNet trains on latents: a pool of clips, composed, encoded and kept on the device,
is renewed bit by bit. The first part of the training uses single frames: sixteen subjects for the work of one
clip. Layers along time, which start as identities, train in the second part, where every clip is seen as pure
noise, and some once more, at their time, most of them mixed from the network's own first prediction. An
error counts by what it costs in pixels (training/metric.py).
"""

import argparse
import json
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import broadcast, set_seed
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from t2v.diffusion import NoiseSchedule
from t2v.networks import VAE, TextEncoder, Tokenizer, UNet3D
from t2v.networks.temporal import TemporalConv, TemporalTransformer
from t2v.networks.tokenizer import read_merges
from t2v.texts import read_text
from training.captions import FAST, STARTS, Captions
from training.compose import FRAMES
from training.dataset import EmojiClips
from training.fused import freeze_biases, fuse
from training.hardness import shares
from training.latents import padded
from training.loop import Average, Clock, Log, Update, load_state, save_state
from training.loss import DenoisingLoss
from training.metric import pixel_metric
from training.muon import optimizers
from training.pool import SHAPES, LatentPool
from training.samples import sample_grid
from training.sizes import SCHEDULE, UNET_SIZE, text_size
from training.vae_file import read_vae

EMPTY = 0.01  # share of captions replaced by an empty one, for guidance; its loss is 20 times the others'
PURE_NOISE = 0.1  # share of single frames at the last time, where every video starts
AGAIN = 0.25  # share of clips that are seen twice; of loops all, for their first step draws a clip
OWN = 2 / 3  # share of those mixed from the network's own first prediction
OWN_FROM = 0.25  # least time of such a clip, of 0…1: earlier the noise would hide too few of its errors
SAMPLES_EVERY = 300.0  # seconds between what `write` writes: after a crash no more is lost
STATE = "state.pt"
FOLLOW_EVERY = 64  # steps between looks at the VAE that another process trains
RENEW_EVERY = 4  # steps: larger portions cost less
FILLED, ENOUGH = (2048, 256), 1024  # clips at the start, of the first shape and of others; soon
MEASURED = 32  # pictures that give the loss its metric
OF_LATENTS = ("conv_in.weight", "out.conv.weight", "out.conv.bias")  # whose size is that of the latents
LAST_OF_A_BRANCH = (
    "conv_2.conv", "convs.3.conv", "spatial.proj_out", "temporal.proj_out", "temporal_in.proj_out",
)  # fmt: skip


@dataclass(frozen=True)
class Options:
    """The command's flags."""

    data: Path
    vae: Path
    follow: Path | None
    start: Path | None
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
    hard: Path | None
    fuse: bool
    shapes: int


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
        self.empty, self.followed = self.tokenizer([""]).to(self.device), 0.0
        if options.fuse:
            fuse(self.loss_of, self.vae)
        self.update = Update(self.accelerator, self.loss_of, self.opts, self.average)

    def pools(self) -> list[LatentPool]:
        """Make the pools of all shapes; the first is the largest."""
        options, process = self.options, self.accelerator.process_index
        clips = EmojiClips(options.data, device=self.device, only=options.only)
        shapes, often = SHAPES[: options.shapes], None
        if options.hard:
            often = shares(json.loads(read_text(options.hard)), [subject.name for subject in clips.subjects])
        pools = []
        for number, shape in enumerate(shapes):
            seed = options.seed + 1000 * process + self.clock.done + 100_000 * number
            drawn = {"starts": options.starts, "fast": options.fast, "often": often}
            captions = Captions(clips.subjects, seed, clips.scenery, **drawn)
            times = FRAMES // shape.frames if shape.frames == 1 else 1
            capacity = times * (options.pool if number == 0 else max(64, options.pool // 8))
            pool = LatentPool(capacity, shape, clips, captions, self.tokenizer, self.vae)
            pool.fill(times * FILLED[number > 0])
            pools.append(pool)
        return pools

    def step(self, drawn: tuple[Tensor, ...], loop: bool = False) -> tuple[Tensor, Tensor]:
        """Update once by what a pool drew -> loss, and its part from pure noise (or NaN)"""
        z, tokens, noise, known = drawn
        b, device = len(z), self.device
        times = b if loop or not self.loss_of.own else min(b, max(2, int(AGAIN * b)))
        own = self.loss_of.own = int(OWN * times) if self.loss_of.own else 0
        empty = torch.rand(b, device=device) < EMPTY * b / (b - own)
        empty[:own] = False
        t = spread_times(own, times - own, device)
        if not own:
            last = torch.rand(b, device=device) < PURE_NOISE
            t = torch.where(last, SCHEDULE.train_steps - 1, t)
        tokens = torch.where(empty[:, None], self.empty, tokens)
        self.loss_of.unet.loop(loop)
        loss, *first = self.update(self.clock.rate(), z, tokens, t, noise, known, kind=(loop, own))
        self.clock.done += 1
        return loss, *(first or [torch.full_like(loss, torch.nan)])

    def run(self) -> None:
        """Train, and `write` every SAMPLES_EVERY seconds and at the end; go on from an earlier `state.pt`."""
        options, clock = self.options, self.clock
        options.out.mkdir(parents=True, exist_ok=True)
        state = options.out / STATE
        log = Log(options.out / "unet.csv", clock, silent=not self.accelerator.is_main_process)
        if state.exists():
            load_state(state, clock, self.average, self.opts)
        self.newer_vae()
        pools, began, shown = self.pools(), clock.spent, clock.spent
        self.measure(pools[0])
        while clock.tick(self.accelerator) < 1 and clock.elapsed - began < options.until:
            images = clock.progress < options.images
            pool = pools[0 if images else self.which(len(pools))]
            if clock.done % RENEW_EVERY == 0 or pool.filled < min(ENOUGH, len(pool.z)):
                pool.renew(RENEW_EVERY * options.fresh * FRAMES // pool.shape.frames)
            leave_out_time(self.loss_of.unet, images)
            self.loss_of.own = 0 if images else 1
            count = options.clips * FRAMES // pool.shape.frames
            drawn = pool.draw_images(2 * FRAMES * options.clips) if images else pool.draw(count)
            loss, first = self.step(drawn, pool.shape.loop)
            if clock.done % FOLLOW_EVERY == 0 and self.newer_vae():
                for pool in pools:
                    pool.fill(min(pool.filled, ENOUGH))
                self.measure(pools[0])
            log.add(loss=loss, first=first)
            if clock.elapsed - shown > SAMPLES_EVERY:
                self.write()
                shown = clock.elapsed
        self.write()

    def newer_vae(self) -> bool:
        """Read the VAE that `--follow` names, in all processes, if it was written since.

        True if it encodes otherwise than before. ValueError if it is of another size.
        """
        path = self.options.follow
        if not path:
            return False
        written = path.stat().st_mtime if path.exists() else 0.0
        written = float(broadcast(torch.tensor([written], dtype=torch.float64, device=self.device)))
        if written <= self.followed:
            return False
        newer, self.followed = read_vae(path), written
        if newer.config != self.vae.config:
            raise ValueError(f"--follow: the VAE is {newer.config}; that of --vae is {self.vae.config}.")
        old, new = self.vae.state_dict(), newer.state_dict()
        encoding = [name for name in new if name.startswith(("encoder.", "to_moments."))]
        differs = any(not torch.equal(old[name].cpu(), new[name]) for name in encoding)
        self.vae.load_state_dict(new)
        return differs

    def measure(self, pool: LatentPool) -> None:
        """Give the loss the metric of the latents, by a middle frame of some clips of all processes.

        Done again when the latents change, not for a decoder that learns on.
        """
        vae = VAE(self.vae.config).to(self.device)  # in full precision, without `fuse`
        vae.load_state_dict(self.vae.state_dict())
        metric = pixel_metric(vae, pool.z[:MEASURED, :, pool.shape.frames // 2].float())
        self.loss_of.measure_by(self.accelerator.reduce(metric, "mean"))

    def which(self, count: int) -> int:
        """Draw the step's shape, the same in all processes; single frames are for the beginning."""
        early = 2 * (1 - self.clock.progress)
        shares = np.array([shape.share * (early if shape.frames == 1 else 1) for shape in SHAPES[:count]])
        random = np.random.default_rng((self.options.seed, self.clock.done))
        return int(random.choice(count, p=shares / shares.sum()))

    def write(self) -> None:
        """Write what a resumed run needs, the averaged weights in half precision, under our own names, and a
        grid of their samples."""
        if not self.accelerator.is_main_process:
            return
        save_state(self.options.out / STATE, self.clock, self.average, self.opts)
        self.average.swap()
        for name, network in self.networks.items():
            tensors = {k: v.half().contiguous() for k, v in network.state_dict().items()}
            save_file(tensors, self.options.out / f"{name}.safetensors")
        path = self.options.out / f"samples_{self.clock.done:06d}.webp"
        sample_grid(path, self.tokenizer, *self.networks.values(), self.vae)
        self.average.swap()


def spread(count: int, device: torch.device) -> Tensor:
    """Draw `count` numbers, one from each equal part of 0…1: losses differ much from time to time"""
    return (torch.arange(count, device=device) + torch.rand(count, device=device)) / max(1, count)


def spread_times(own: int, others: int, device: torch.device) -> Tensor:
    """Draw times of clips: of `own`, mixed from own predictions, OWN_FROM at least -> (own + others)"""
    u = torch.cat([OWN_FROM + (1 - OWN_FROM) * spread(own, device), spread(others, device)])
    last = SCHEDULE.train_steps - 1
    return (u * SCHEDULE.train_steps).long().clamp_max(last)  # u is rounded, and can be 1


def begin(options: Options, vocabulary: int) -> tuple[TextEncoder, UNet3D, VAE]:
    """Make the networks: those of an earlier training (`--start`), or new ones, and the trained VAE."""
    text, unet, vae = TextEncoder(text_size(vocabulary)), UNet3D(UNET_SIZE), read_vae(options.vae)
    latents = vae.config.latent_channels, UNET_SIZE.in_channels
    if latents[0] != latents[1]:
        raise ValueError("--vae: its latents have {} channels, those of sizes.py {}.".format(*latents))
    zero_residuals(unet)
    if options.start:
        text.load_state_dict(load_file(options.start / "text_encoder.safetensors"))
        go_on(unet, load_file(options.start / "unet.safetensors"))
    return text, unet, vae


def go_on(unet: UNet3D, weights: dict[str, Tensor]) -> None:
    """Load an earlier training's weights. Transformers that a level had not stay as they are, identities
    after `zero_residuals`; latent channels that it had not are zero.

    ValueError if anything else is missing, or too much.
    """
    sizes = unet.state_dict()
    try:
        ends = {name: padded(weights[name], sizes[name].shape) for name in OF_LATENTS if name in weights}
    except ValueError as error:
        raise ValueError(f"--start: its UNet is of another size: {error}") from None
    missing, unknown = unet.load_state_dict(weights | ends, strict=False)
    old = (name for name in missing if ".spatial." not in name and ".temporal." not in name)
    if strange := [*unknown, *old]:
        raise ValueError(f"--start: its UNet is of another size: {', '.join(strange[:3])}")


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
    add("--follow", type=Path, help="a VAE that trains meanwhile, read whenever it is written")
    add("--start", type=Path, help="the folder of a training to go on from; then --images 0 is right")
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
    add("--hard", type=Path, help="a file of training.hardness: hard subjects are drawn more often")
    add("--fast", type=float, default=FAST, help="share of the loops that go twice as fast")
    add(
        "--shapes",
        type=int,
        default=len(SHAPES),
        help="shapes and lengths of clips, from the first of SHAPES",
    )
    add("--fuse", action="store_true", help="use our own GPU kernels for some layers")
    options = Options(**{f.name: getattr(parser.parse_args(), f.name) for f in fields(Options)})
    Trainer(options).run()


if __name__ == "__main__":
    main()
