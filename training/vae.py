"""Train the VAE on composed frames:  python -m training.vae --data runs/data/emoji.zip --out runs/vae

It trains on crops at full resolution first, on whole frames at the end. To make the latents easy for the
UNet, it adds noise to them and decodes a quarter of them at half resolution; at the end each channel is
normalised by the 1×1 convolutions around the latents, so that the checkpoint's scale factor is 1.

With `--refine runs/vae/vae.safetensors` only the decoder trains on, on whole frames: the latents don't
change, so a UNet can be trained on them at the same time. With `--encoder` too, the encoder also trains, with
a penalty on changes of its latents: a UNet trained on the old ones can go on from there. Channels that say
nothing yet (training/latents.py) are freer. What has been learnt is written every WRITE_EVERY seconds. With
`--groups` too, the norms get that many groups; then both halves learn anew, from the old latents. `--latents`
names the VAE that gives them when such a training goes on: then the decoder alone learns, on whole frames.
"""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from accelerate.utils import set_seed
from einops import rearrange
from torch import Tensor, nn

from t2v.networks import VAE
from t2v.networks.resnet import ResnetBlock, Upsample
from training.captions import Captions
from training.compose import compose
from training.dataset import EmojiClips
from training.fused import fuse
from training.loop import Average, Clock, Log, Update, load_state, save_state
from training.muon import optimizers
from training.norms import fit_norms, group_norms
from training.pool import SHAPES, Shape
from training.precision import half_precision
from training.sizes import VAE_SIZE
from training.vae_file import read_vae, write_vae

KL, NOISE = 1e-4, 0.06
MSE, FINE_MSE = 2.0, 10.0  # weight of the squared error; of a VAE that is refined
RELATIVE = 0.02  # of its logarithm, picture by picture: PSNR is judged as a mean of dB
FIRST = 16  # clips, two frames of each, to which norms of other groups are fitted
FINE_NOISE = 0.04  # on the latents of a VAE that is refined, of each channel's deviation
HOLD, LOOSE = 0.2, 0.03  # cost of a refined encoder's changes of its latents; of channels that said nothing
FLAT, MARGIN = 100.0, 4  # cost of errors at least MARGIN pixels from any edge: small, but visible
# Deviations beyond which values cost, and their cost. Group norms invite such values: one huge value sets the
# scale of all others (the droplet of Karras et al. 2020, Analyzing and improving StyleGAN).
SPIKE, SPIKES = 4.0, 10.0  # of the latents
DROPLET, DROPLETS = 8.0, 10.0  # of the decoder's feature maps
FIXTURE, FIXTURES = 2.5, 30.0  # of the mean of all pictures' feature maps: droplets have their places
FIXED = 500.0  # cost of an error that is the same in all pictures: a line, a spot
WHOLE = (0, 2, 0, 3, 0, 4, 0, 5)  # the shapes of whole frames, in turn
WRITE_EVERY = 200.0  # seconds, for a UNet that follows, and what a crash costs at most
WHOLE_FRAMES_FROM = 0.88  # of the training; before it, four times as many crops of half the side


@dataclass(frozen=True)
class Options:
    """The command's flags."""

    data: Path
    out: Path
    seconds: float
    iterations: int
    frames: int
    lr: float
    seed: int
    only: int | None
    fuse: bool
    refine: Path | None
    encoder: bool
    groups: int | None
    latents: Path | None


class VAELoss(nn.Module):
    """The base of both losses of a VAE: collects the cost of droplets before the norms of decoder levels.

    `on_crops`: they come first, whole frames at the end.
    """

    def __init__(self, vae: VAE):
        super().__init__()
        self.vae, self.costs, self.on_crops = vae, [], True
        for module in vae.decoder.levels.modules():
            if isinstance(module, ResnetBlock | Upsample):
                module.register_forward_hook(self._watch)
            if isinstance(module, ResnetBlock):  # within blocks the droplets were the largest
                module.conv_1.register_forward_hook(self._watch)

    def _watch(self, module: nn.Module, inputs: tuple, out: Tensor) -> None:
        if torch.is_grad_enabled():
            groups = self.vae.config.groups
            some = out[: max(1, len(out) // 4)]  # a droplet is in every picture
            self.costs.append(DROPLETS * droplets(some, groups) + FIXTURES * fixtures(out, groups))

    def droplets(self) -> Tensor:
        """The mean cost of all feature maps since the last call."""
        costs, self.costs = self.costs, []
        return torch.stack(costs).mean()


class RefinedLoss(VAELoss):
    """The loss of a trained VAE's decoder, and of its encoder if `encoder`, which is held to its latents.

    before: the VAE as it was. With another number of groups than it has, `vae` has to learn anew what its
    weights mean, after `begin`: the decoder from the old latents, the encoder to give them. `again`: it has
    done so, and its decoder goes on learning from them.
    """

    def __init__(self, vae: VAE, before: VAE, encoder: bool = False, again: bool = False):
        super().__init__(vae)
        self.before = before.requires_grad_(False)
        self.from_old = vae.config.groups != before.config.groups
        self.anew = self.from_old and not again
        self.encodes, self.on_crops = encoder or self.anew, self.anew
        for part in (vae.encoder, vae.to_moments):
            part.requires_grad_(self.encodes)

    def begin(self, images: Tensor) -> None:
        """Fit the norms to those before, over images (n 3 h w) in −1…1."""

        def run() -> None:
            for part in images.split(8):
                self.before.decode(self.before.encode(part))

        fit_norms(group_norms(self.vae, self.before), run)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """images (n 3 h w) in −1…1 -> loss, mean squared error in units of full range"""
        with half_precision(images.device):
            old = self.before.encode(images).float()
            own = self.vae.encode(images).float() if self.encodes else old
            fresh = old.abs().amax((0, 2, 3)) == 0  # channels (c) that said nothing
            z = old if self.from_old else own
            with_them = len(z) - len(z) // 4  # without them the rest, for a UNet knows little of them
            z = torch.cat([z[:with_them], z[with_them:] * ~fresh[:, None, None]])
            decoded = self.vae.decode(z + fine_noise(z)).float()
        moved = (own - old).square().mean((0, 2, 3)) @ torch.where(fresh, LOOSE, HOLD) / len(fresh)
        flat = FLAT * ((decoded - images) * flat_places(images)).square().mean()
        fixed = FIXED * fixed_error(decoded, images)
        loss = picture_loss(decoded, images, FINE_MSE) + flat + fixed + self.droplets() + moved
        errors = (decoded - images).square().mean((1, 2, 3))
        return loss + RELATIVE * (errors + 1e-6).log().mean(), errors[:with_them].mean() / 4


class WholeLoss(VAELoss):
    """The loss of encoder and decoder, with the terms that make the latents easy for a UNet."""

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """images (n 3 h w) in −1…1 -> loss, mean squared error in units of full range"""
        quarter = len(images) // 4
        with half_precision(images.device):
            mean, log_var = (x.float() for x in self.vae.moments(images))
            log_var = log_var.clamp(-20, 5)
            z = mean + torch.randn_like(mean) * (0.5 * log_var).exp()
            z = z + NOISE * mean.detach().std() * torch.randn_like(z)
            whole = self.vae.decode(z[quarter:]).float()
            half = self.vae.decode(F.avg_pool2d(z[:quarter], 2)).float()
        kl = 0.5 * (mean**2 + log_var.exp() - 1 - log_var).mean()
        spikes = F.relu(mean.abs() / mean.detach().std() - SPIKE).square().mean()
        loss = picture_loss(whole, images[quarter:]) + 0.25 * picture_loss(
            half, F.avg_pool2d(images[:quarter], 2)
        )
        loss = loss + KL * kl + SPIKES * spikes + self.droplets()
        return loss, F.mse_loss(whole, images[quarter:]) / 4


def fine_noise(z: Tensor) -> Tensor:
    """Noise for latents z (n c h w), by each channel's own deviation: the finest details stand in channels
    that deviate by 0.05, and noise as large as these would teach the decoder to read nothing there."""
    return FINE_NOISE * z.detach().std((0, 2, 3), keepdim=True) * torch.randn_like(z)


def droplets(h: Tensor, groups: int) -> Tensor:
    """h (n c h w) -> the mean square of deviations from the group's mean beyond DROPLET, in deviations"""
    grouped = rearrange(h.float(), "n (g c) h w -> n g (c h w)", g=groups)
    away = (grouped - grouped.mean(-1, keepdim=True)).abs() / grouped.detach().std(-1, keepdim=True)
    return F.relu(away - DROPLET).square().mean()


def fixtures(h: Tensor, groups: int) -> Tensor:
    """h (n c h w) -> the mean square of deviations beyond FIXTURE that all pictures have in common"""
    grouped = rearrange(h.float(), "n (g c) h w -> n g (c h w)", g=groups)
    away = (grouped - grouped.mean(-1, keepdim=True)) / grouped.detach().std(-1, keepdim=True)
    return F.relu(away.mean(0).abs() - FIXTURE).square().mean()


def fixed_error(decoded: Tensor, images: Tensor) -> Tensor:
    """decoded images (n 3 h w) -> the mean square of the error that all pictures have in common"""
    return (decoded - images).mean(0).square().mean()


@torch.no_grad()
def flat_places(images: Tensor) -> Tensor:
    """images (n 3 h w) -> (n 1 h w): 1 where nothing changes within MARGIN pixels, else 0"""
    change = torch.zeros_like(images[:, :1])
    change[..., 1:, :] += images.diff(dim=-2).abs().amax(1, keepdim=True)
    change[..., :, 1:] += images.diff(dim=-1).abs().amax(1, keepdim=True)
    return (F.max_pool2d(change, 2 * MARGIN + 1, 1, MARGIN) < 1e-3).float()


def picture_loss(x: Tensor, y: Tensor, squared: float = MSE) -> Tensor:
    """x y (n 3 h w) -> L1 of pixels and of both gradients (edges), and `squared` times the squared error"""
    error = x - y
    edges = error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean()
    return error.abs().mean() + edges + squared * error.square().mean()


def frames_for(
    clips: EmojiClips, captions: Captions, count: int, whole: bool, shape: Shape = SHAPES[0]
) -> Tensor:
    """Compose random frames (n 3 h w): `count` of that shape, or four times as many, mostly crops."""
    picked = count if whole else 4 * count
    spec = captions.batch(max(1, picked // 4), shape.aspect)[1]
    videos = compose(clips, spec, count=4, shape=(shape.height, shape.width))  # (b f 3 h w)
    images = videos.flatten(0, 1)[:picked]
    if whole:
        return images
    half = images.shape[-1] // 2
    shrunk = F.avg_pool2d(images[: picked // 4], 2)
    y, x = (int(torch.randint(0, half + 1, ())) for _ in range(2))
    return torch.cat([shrunk, images[picked // 4 :, :, y : y + half, x : x + half]])


@torch.no_grad()
def normalise(vae: VAE, images: Tensor) -> None:
    """Normalise each latent channel over `images`, by the 1×1 convolutions around the latents."""
    with half_precision(images.device):
        z = torch.cat([vae.encode(part) for part in images.split(16)]).float()
    mean, std = z.mean(dim=(0, 2, 3)), z.std(dim=(0, 2, 3))
    count = len(mean)
    to, back = vae.to_moments, vae.from_latents
    to.weight[:count] /= std[:, None, None, None]
    to.bias[:count] = (to.bias[:count] - mean) / std
    to.bias[count:] -= 2 * std.log()
    back.bias += back.weight[:, :, 0, 0] @ mean
    back.weight *= std[None, :, None, None]


def train(options: Options) -> None:
    """Train, normalise, write `vae.safetensors`; resume from `state.pt` if there is one."""
    accelerator = Accelerator()
    device = accelerator.device
    set_seed(options.seed)
    clips = EmojiClips(options.data, device=device, only=options.only)
    captions = Captions(clips.subjects, options.seed + accelerator.process_index, clips.scenery)
    loss_of = _loss(options)
    loss_of.to(device, memory_format=torch.channels_last)
    if isinstance(loss_of, RefinedLoss) and loss_of.anew:
        same = Captions(clips.subjects, options.seed, clips.scenery)  # in all processes
        loss_of.begin(compose(clips, same.batch(FIRST)[1], count=2).flatten(0, 1))
    set_seed(options.seed, device_specific=True)  # the networks begin equal, the noise differs
    networks = {"vae": loss_of.vae}
    if options.fuse:
        fuse(loss_of)
    opts, clock = optimizers(networks, options.lr), Clock(options.seconds, options.iterations)
    average, log = (
        Average(networks),
        Log(options.out / "vae.csv", clock, silent=not accelerator.is_main_process),
    )
    options.out.mkdir(parents=True, exist_ok=True)
    state = options.out / "state.pt"
    if state.exists():
        load_state(state, clock, average, opts)
    update = Update(accelerator, loss_of, opts, average)
    written = clock.spent
    while clock.tick(accelerator) < 1:
        whole = clock.progress > WHOLE_FRAMES_FROM or not loss_of.on_crops
        shape = SHAPES[WHOLE[clock.done % len(WHOLE)]] if whole else SHAPES[0]
        images = frames_for(clips, captions, options.frames, whole, shape)
        loss, mse = update(clock.rate(), images)
        clock.done += 1
        log.add(loss=loss, mse=mse)
        if accelerator.is_main_process and clock.elapsed - written > WRITE_EVERY:
            save_state(state, clock, average, opts)
            if options.refine:
                average.swap()
                write_vae(options.out / "vae.safetensors", loss_of.vae)
                average.swap()
            written = clock.elapsed
    if accelerator.is_main_process:
        save_state(state, clock, average, opts)
        average.swap()
        count = max(1, options.frames // 2)
        if options.refine is None:
            normalise(loss_of.vae, compose(clips, captions.batch(count)[1]).flatten(0, 1))
        print(f"VAE: {decibels(loss_of.vae, clips, captions, count):.2f} dB")
        write_vae(options.out / "vae.safetensors", loss_of.vae)


def _loss(options: Options) -> WholeLoss | RefinedLoss:
    """The loss of a new VAE, or of the one to be refined."""
    if options.refine is None:
        return WholeLoss(VAE(replace(VAE_SIZE, groups=options.groups or VAE_SIZE.groups)))
    given = read_vae(options.refine)
    vae = VAE(replace(given.config, groups=options.groups or given.config.groups))
    vae.load_state_dict(given.state_dict())
    before = read_vae(options.latents) if options.latents else given
    return RefinedLoss(vae, before, options.encoder, again=options.latents is not None)


@torch.no_grad()
def decibels(vae: VAE, clips: EmojiClips, captions: Captions, count: int) -> float:
    """The VAE's mean PSNR in dB over the frames of `count` new clips."""
    frames = compose(clips, captions.batch(count)[1]).flatten(0, 1)
    with half_precision(frames.device):
        errors = [
            (vae.decode(vae.encode(part)) - part).square().mean(dim=(1, 2, 3)) for part in frames.split(16)
        ]
    return float(-10 * torch.log10(torch.cat(errors) / 4).mean())


def main() -> None:
    """Run the command in the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("runs/data/emoji.zip"))
    parser.add_argument("--out", type=Path, default=Path("runs/vae"))
    parser.add_argument("--seconds", type=float, default=240)
    parser.add_argument("--iterations", type=int, default=1_000_000)
    parser.add_argument("--frames", type=int, default=48, help="whole frames a step")
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, help="number of subjects to train on, from the first")
    parser.add_argument("--refine", type=Path, help="weights whose decoder goes on learning")
    parser.add_argument("--encoder", action="store_true", help="the encoder too, held near to what it was")
    parser.add_argument("--groups", type=int, help="of each norm, instead of those of VAE_SIZE")
    parser.add_argument("--latents", type=Path, help="weights that give the latents, instead of --refine's")
    parser.add_argument("--fuse", action="store_true", help="use our own GPU kernels for some layers")
    options = Options(**vars(parser.parse_args()))
    if options.latents and not options.refine:
        parser.error("--latents goes with --refine: name the VAE whose decoder goes on learning")
    if options.out / "vae.safetensors" in (options.refine, options.latents):
        parser.error(
            "--out: it would overwrite the VAE that --refine or --latents names; name another folder"
        )
    train(options)


if __name__ == "__main__":
    main()
