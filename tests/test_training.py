"""What the trainings rest on: fused layers equal the plain ones, updates are orthogonal, exports load."""

import os
import socket
from copy import deepcopy
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from accelerate import Accelerator
from safetensors.torch import load_file, save_file
from torch import nn

from t2v.checkpoints import load, locate
from t2v.defaults import ModelDefaults
from t2v.diffusion import NoiseSchedule, ScheduleConfig
from t2v.networks import TINY_VAE, VAE, TextConfig, TextEncoder, Tokenizer, UNet3D, UNetConfig
from t2v.networks.attention import Attention, attend
from t2v.networks.tokenizer import read_merges
from t2v.runtime import device
from training.begin import EMBEDDING
from training.begin import main as begin_again
from training.compose import compose
from training.export import write_folder
from training.fused import fuse, layer_normed, normed, short_attention
from training.hardness import MOST
from training.latents import with_channels
from training.loop import Average, Clock, Update
from training.loss import DenoisingLoss
from training.metric import pixel_metric, root_of
from training.muon import optimizers, orthogonal
from training.norms import Norm
from training.pool import Shape
from training.precision import half_precision
from training.sizes import UNET_SIZE, VAE_SIZE, text_size
from training.subjects import Subject
from training.tokens import write_tokenizer
from training.unet import (
    MEASURED,
    Trainer,
    begin,
    go_on,
    learn_only,
    leave_out_time,
    spread_times,
    zero_residuals,
)
from training.unet import main as train_unet
from training.vae import (
    FINE_NOISE,
    HOLD,
    LOOSE,
    RefinedLoss,
    WholeLoss,
    droplets,
    fine_noise,
    fixed_error,
    fixtures,
    flat_places,
    normalise,
)
from training.vae import main as train_vae
from training.vae_file import read_vae, write_vae
from training.widen import main, size_of, widen, wider

from .shapes import pack_shapes

TEXT = TextConfig(vocabulary=49408, width=32, heads=2, layers=2)
MORE = VAE_SIZE.latent_channels + 3
UNET = UNetConfig(
    widths=(32, 64), attention=(True, True), blocks=1, text_width=32, head_width=16, entry_heads=8
)


@pytest.mark.parametrize("active", [False, True])
def test_the_fused_norm_is_group_norm(active: bool) -> None:
    torch.manual_seed(0)
    norm, rows = nn.GroupNorm(8, 32), torch.randn(2, 24, 32)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    expected = norm(rows.mT).mT
    expected = F.silu(expected) if active else expected
    torch.testing.assert_close(
        normed(rows, norm.weight, norm.bias, 8, norm.eps, active), expected.bfloat16(), rtol=1e-2, atol=1e-2
    )


def test_the_fused_layer_norm_and_short_attention_are_pytorchs() -> None:
    torch.manual_seed(0)
    x, norm = torch.randn(3, 5, 16), nn.LayerNorm(16)
    torch.testing.assert_close(layer_normed(x, norm.weight, norm.bias, norm.eps), norm(x).bfloat16())
    q, k, v = torch.randn(3, 4, 2, 16, 8)
    torch.testing.assert_close(short_attention(q, k, v), F.scaled_dot_product_attention(q, k, v))


def test_muons_updates_have_singular_values_near_one() -> None:
    torch.manual_seed(0)
    values = torch.linalg.svdvals(orthogonal(torch.randn(3, 24, 64)).float())
    assert 0.6 < values.min() and values.max() < 1.3


@torch.no_grad()
def test_fusing_a_network_changes_no_other_and_its_results_within_bfloat16() -> None:
    torch.manual_seed(0)
    fused, plain = UNet3D(UNET), UNet3D(UNET)
    plain.load_state_dict(fused.state_dict())
    fuse(fused)
    assert {id(m.attend) for m in plain.modules() if isinstance(m, Attention)} == {id(attend)}
    assert id(attend) not in {id(m.attend) for m in fused.modules() if isinstance(m, Attention)}
    given = torch.randn(1, 4, 2, 4, 4), torch.tensor([500]), torch.randn(1, 77, UNET.text_width)
    true = plain(*given)
    with torch.autocast("cpu", torch.bfloat16):
        errors = [float((network(*given).float() - true).norm() / true.norm()) for network in (fused, plain)]
    assert 0 < errors[0] < 2 * errors[1], errors


@pytest.mark.parametrize("fast", [True, False])
def test_a_processor_that_would_emulate_bfloat16_trains_in_float32(
    monkeypatch: pytest.MonkeyPatch, fast: bool
):
    monkeypatch.setattr(device, "_fast_bfloat16", lambda: fast)
    with half_precision(torch.device("cpu")):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == (torch.bfloat16 if fast else torch.float32)


def test_a_step_lowers_the_loss_and_the_average_follows() -> None:
    torch.manual_seed(0)
    loss_of = DenoisingLoss(TextEncoder(TEXT), UNet3D(UNET), NoiseSchedule(ScheduleConfig()))
    networks = {"unet": loss_of.unet, "text_encoder": loss_of.text_encoder}
    average = Average(networks)
    update = Update(Accelerator(cpu=True), loss_of, optimizers(networks, lr=2e-3), average)
    z, tokens, t = torch.randn(1, 4, 2, 4, 4), torch.randint(0, 100, (1, 77)), torch.tensor([500])
    noise = torch.randn_like(z)
    before = [p.clone() for p in average.mean["unet"]]
    losses = [float(update(1.0, z, tokens, t, noise)[0]) for _ in range(4)]
    assert losses[-1] < losses[0]
    assert any(not torch.equal(a, b) for a, b in zip(before, average.mean["unet"], strict=True))


def test_clips_are_seen_as_noise_and_then_as_what_the_network_made_of_it() -> None:
    seen = []

    def unet(x: torch.Tensor, t: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        seen.append((x.clone(), t))
        return torch.full_like(x, -3.0)  # so its prediction from noise is 3

    torch.manual_seed(0)
    schedule = NoiseSchedule(ScheduleConfig(prediction="v_prediction", zero_terminal_snr=True))
    loss_of = DenoisingLoss(nn.Embedding(9, 4), UNet3D(UNET), schedule, own=1)
    del loss_of.unet
    loss_of.unet = unet
    z, noise, t = torch.randn(2, 4, 2, 4, 4), torch.randn(2, 4, 2, 4, 4), torch.tensor([600, 300])
    loss, first = loss_of(z, torch.zeros(2, 77, dtype=torch.long), t, noise)
    a, s = (x[t].view(2, 1, 1, 1, 1) for x in (loss_of.signal, loss_of.sigma))
    (pure, last), (mixture, then) = seen
    torch.testing.assert_close(pure, noise)
    assert last.tolist() == [999, 999] and torch.equal(then, t)
    torch.testing.assert_close(mixture, a * torch.stack([torch.full_like(z[0], 3.0), z[1]]) + s * noise)
    right = (a * mixture - z) / s  # with it a·x − s·v is z, whatever x was mixed from
    torch.testing.assert_close(a * mixture - s * right, z)
    torch.testing.assert_close(first, F.mse_loss(torch.full_like(z, 3.0), z))
    torch.testing.assert_close(loss, (first + F.mse_loss(torch.full_like(z, -3.0), right)) / 2)


def test_with_fewer_times_than_clips_only_the_first_clips_are_seen_again() -> None:
    torch.manual_seed(0)
    schedule = NoiseSchedule(ScheduleConfig(prediction="v_prediction", zero_terminal_snr=True))
    loss_of = DenoisingLoss(TextEncoder(TEXT), UNet3D(UNET), schedule, own=1)
    z, noise = torch.randn(2, 5, 4, 3, 4, 4)
    tokens, t, known = torch.randint(0, 100, (5, 77)), torch.tensor([600, 300]), torch.rand(5, 3) < 0.5
    known[:, 2] = False
    seen: list[int] = []
    hook = loss_of.unet.register_forward_pre_hook(lambda module, given: seen.append(len(given[0])))
    loss, first = loss_of(z, tokens, t, noise, known)
    hook.remove()
    assert seen == [5, 2]
    both, of_two = loss_of(z[:2], tokens[:2], t, noise[:2], known[:2])
    then = 2 * both - of_two  # the loss of the second pass
    torch.testing.assert_close(loss, (5 * first + 2 * then) / 7)
    assert (then - first).abs() > 1e-3  # else any shares would do


@pytest.mark.parametrize("own", [0, 1, 2])
def test_every_weight_learns_whatever_part_is_mixed_so(own: int) -> None:
    torch.manual_seed(0)
    schedule = NoiseSchedule(ScheduleConfig(prediction="v_prediction", zero_terminal_snr=True))
    loss_of = DenoisingLoss(TextEncoder(TEXT), UNet3D(UNET), schedule, own)
    z, noise = torch.randn(2, 2, 4, 2, 4, 4)
    loss_of(z, torch.randint(0, 100, (2, 77)), torch.tensor([600, 300]), noise)[0].backward()
    assert [name for name, p in loss_of.named_parameters() if p.grad is None] == []


def test_the_learning_rate_warms_up_and_ends_at_zero() -> None:
    clock = Clock(seconds=1e9, iterations=1000)
    assert clock.rate() < 0.01
    clock.done = 300
    assert 0.7 < clock.rate() < 0.9
    clock.done = 1000
    assert clock.rate() < 1e-6


def test_normalising_the_latents_changes_no_picture() -> None:
    torch.manual_seed(0)
    vae, images = VAE(TINY_VAE).eval(), torch.rand(4, 3, 32, 32) * 2 - 1
    with torch.no_grad():
        before = vae.decode(vae.encode(images))
        normalise(vae, images)
        z = vae.encode(images)
        torch.testing.assert_close(vae.decode(z), before, rtol=1e-3, atol=1e-3)
    assert (z.mean((0, 2, 3)).abs() < 0.05).all() and ((z.std((0, 2, 3)) - 1).abs() < 0.05).all()


def test_an_exported_model_loads_with_the_same_weights(tmp_path: Path) -> None:
    torch.manual_seed(0)
    text, unet, vae = TextEncoder(TEXT), UNet3D(UNET), VAE(TINY_VAE)
    native = ModelDefaults(frames=4, width=64, height=64, steps=3)
    schedule = ScheduleConfig(prediction="v_prediction", zero_terminal_snr=True, spacing="trailing")
    write_folder(tmp_path, text, unet, vae, schedule, native, scale=0.5)
    found = load(tmp_path)
    assert (found.native, found.schedule, found.vae_scale) == (native, schedule, 0.5)
    for ours, theirs in ((text, found.text_encoder), (unet, found.unet), (vae, found.vae)):
        for name, tensor in ours.state_dict().items():
            assert torch.equal(tensor.half().float(), theirs.state_dict()[name]), name


def test_layers_along_time_start_as_identities_that_can_be_left_out() -> None:
    torch.manual_seed(0)
    unet, x = UNet3D(UNET), torch.randn(2, 4, 3, 8, 8)
    t, text = torch.tensor([10, 900]), torch.randn(2, 77, 32)
    for parameter in unet.out.parameters():
        parameter.requires_grad_(False)
    zero_residuals(unet)
    nn.init.normal_(unet.out.conv.weight)  # a zero output would hide every difference
    whole = unet(x, t, text)
    leave_out_time(unet, True)
    assert torch.equal(unet(x, t, text), whole) and whole.std() > 0.1
    unet(x, t, text).sum().backward()
    assert unet.temporal_in.proj_out.weight.grad is None
    leave_out_time(unet, False)
    unet(x, t, text).sum().backward()
    assert unet.temporal_in.proj_out.weight.grad is not None


def test_a_level_that_gets_transformers_begins_as_it_was() -> None:
    torch.manual_seed(0)
    old, new = UNet3D(replace(UNET, attention=(False, True))), UNet3D(replace(UNET, attention=(True, True)))
    zero_residuals(new)
    go_on(new, old.state_dict())
    x, t, text = torch.randn(2, 4, 3, 8, 8), torch.tensor([10, 900]), torch.randn(2, 77, 32)
    with torch.no_grad():
        assert torch.allclose(new(x, t, text), old(x, t, text), atol=1e-5)
    with pytest.raises(ValueError, match="of another size: out.conv.weight"):
        go_on(new, {k: v for k, v in old.state_dict().items() if k != "out.conv.weight"})
    with pytest.raises(ValueError, match="of another size"):
        go_on(old, new.state_dict())


def _unet(size: UNetConfig) -> UNet3D:
    """A UNet whose scales and shifts are random as well, so that no two channels can be confused."""
    unet = UNet3D(size)
    for norm in _norms(unet):
        nn.init.normal_(norm.weight, mean=1, std=0.3)
        nn.init.normal_(norm.bias, std=0.3)
    return unet


def _norms(network: nn.Module) -> list[Norm]:
    return [m for m in network.modules() if isinstance(m, nn.GroupNorm | nn.LayerNorm)]


def _scaled(norm: Norm, x: torch.Tensor) -> torch.Tensor:
    """x, scaled and shifted, but not normalised."""
    shape = (-1, 1, 1) if isinstance(norm, nn.GroupNorm) else (-1,)
    return x * norm.weight.view(shape) + norm.bias.view(shape)


def _given(clips: int = 4) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Noise, times and text for UNETs: the last time, and others."""
    t = torch.tensor([999, 250, 600, 999] * (clips // 4))
    return torch.randn(clips, 4, 3, 8, 8), t, torch.randn(clips, 77, UNET.text_width)


NARROW = replace(UNET, groups=8)
WIDE = replace(NARROW, widths=(64, 96))  # twice as many sinusoids have all of the old ones
MERGES = Path(__file__).parents[1] / "t2v/checkpoints/emoji/tokenizer/merges.txt"


@torch.no_grad()
def test_without_means_and_variances_a_wider_network_is_the_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Norms are reduced to their scales and shifts: then every old channel, in its place, is as it was."""
    torch.manual_seed(0)
    monkeypatch.setattr("training.widen.RIDGE", 1e-9)
    old, new = _unet(NARROW), UNet3D(WIDE)
    widen(new, old)
    for norm in _norms(old) + _norms(new):
        norm.forward = partial(_scaled, norm)
    given = _given()
    expected = old(*given)
    torch.testing.assert_close(new(*given), expected, rtol=1e-4, atol=1e-4 * float(expected.std()))


@torch.no_grad()
@pytest.mark.parametrize("widths", [(64, 96), (48, 64)])
def test_a_wider_network_draws_about_what_it_drew(widths: tuple[int, int]) -> None:
    torch.manual_seed(0)
    old, plain = _unet(NARROW), UNet3D(replace(NARROW, widths=widths))
    noise, t, text = _given(16)
    widen(plain, old)
    fitted = wider(old, plain.config, text, noise)
    given = _given()
    expected = old(*given)
    before, after = ((new(*given) - expected).square().mean() / expected.var() for new in (plain, fitted))
    assert after < 0.03 and after < before / 12, (before, after)


def test_all_that_is_new_in_a_wider_network_learns() -> None:
    torch.manual_seed(0)
    noise, t, text = given = _given()
    new = wider(_unet(NARROW), WIDE, text, noise)
    step = torch.optim.Adam(new.parameters(), lr=1e-3)
    for _ in range(2):
        step.zero_grad()
        (new(*given) - noise).square().mean().backward()
        step.step()
    assert [name for name, p in new.named_parameters() if not p.grad.all()] == []


def test_a_network_of_the_same_widths_stays_as_it_is() -> None:
    torch.manual_seed(0)
    old, (noise, _, text) = _unet(NARROW), _given()
    new = wider(old, NARROW, text, noise).state_dict()
    assert all(torch.equal(weight, new[name]) for name, weight in old.state_dict().items())


def test_a_training_goes_on_from_a_wider_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wide = replace(WIDE, in_channels=6, text_width=256)
    old = UNet3D(replace(wide, widths=NARROW.widths)).half()
    tower = TextEncoder(text_size(Tokenizer(read_merges(MERGES)).vocabulary)).half()
    save_file(tower.state_dict(), tmp_path / "text_encoder.safetensors")
    save_file(old.state_dict(), tmp_path / "unet.safetensors")
    flags = {
        "start": tmp_path,
        "data": pack_shapes(tmp_path / "emoji.zip"),
        "merges": MERGES,
        "out": tmp_path / "out",
    }
    monkeypatch.setattr("sys.argv", ["widen", *(f"--{flag}={value}" for flag, value in flags.items())])
    for name, value in (("UNET_SIZE", wide), ("CLIPS", 4), ("SIDE", 4)):
        monkeypatch.setattr(f"training.widen.{name}", value)
    main()
    go_on(UNet3D(wide), load_file(tmp_path / "out" / "unet.safetensors"))
    words = load_file(tmp_path / "out" / "text_encoder.safetensors")
    assert all(torch.equal(weight, words[name]) for name, weight in tower.state_dict().items())


def test_a_network_is_not_made_narrower(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.widen.UNET_SIZE", WIDE)
    assert size_of(UNet3D(NARROW).state_dict()) == NARROW
    with pytest.raises(ValueError, match=r"its UNet, \(32, 128\), are not all within \(64, 96\)"):
        size_of(UNet3D(replace(NARROW, widths=(32, 128))).state_dict())


def test_only_the_parts_that_are_named_learn() -> None:
    text, unet = nn.Linear(2, 2), UNet3D(UNET)
    learn_only(["up.1", "out"], text, unet)
    learning = {name for name, p in unet.named_parameters() if p.requires_grad}
    assert learning == {name for name, _ in unet.named_parameters() if name.startswith(("up.1.", "out."))}
    assert not any(p.requires_grad for p in text.parameters())
    with pytest.raises(ValueError, match="no part up.11"):
        learn_only(["up.11"], text, unet)


def test_refining_leaves_the_latents_alone_unless_the_encoder_is_asked_for() -> None:
    torch.manual_seed(0)
    for encoder in (False, True):
        loss_of = RefinedLoss(VAE(TINY_VAE), VAE(TINY_VAE), encoder)
        loss_of(torch.rand(2, 3, 32, 32))[0].backward()
        reached = [p.grad is not None for p in loss_of.vae.encoder.parameters()]
        assert all(reached) if encoder else not any(reached)
        assert all(p.grad is not None for p in loss_of.vae.decoder.parameters())


def test_a_refined_encoder_is_held_to_the_latents_that_it_gave() -> None:
    torch.manual_seed(0)
    vae, images = VAE(TINY_VAE), torch.rand(1, 3, 32, 32)
    loss_of = RefinedLoss(vae, deepcopy(vae), encoder=True)
    torch.manual_seed(1)  # the latents' noise
    held = loss_of(images)[0]
    with torch.no_grad():
        loss_of.before.to_moments.bias += 1  # as if the encoder had moved by as much
    torch.manual_seed(1)
    torch.testing.assert_close(loss_of(images)[0], held + HOLD, atol=0.05, rtol=0)


def test_the_noise_of_a_refined_vae_is_a_share_of_each_channels_deviation() -> None:
    torch.manual_seed(0)
    sizes = torch.tensor([1.0, 0.05, 0.0])  # as the old channels, the newest, and one that says nothing
    z = torch.randn(16, 3, 32, 32) * sizes[:, None, None]
    torch.testing.assert_close(fine_noise(z).std((0, 2, 3)), FINE_NOISE * sizes, rtol=0.05, atol=0)


def test_a_vae_of_other_groups_learns_from_the_old_latents(monkeypatch: pytest.MonkeyPatch) -> None:
    """The decoder is given them, whatever the encoder says; the encoder learns them and nothing else."""
    torch.manual_seed(0)
    vae, before = VAE(replace(TINY_VAE, groups=TINY_VAE.groups // 2)), VAE(TINY_VAE)
    loss_of, images, given = RefinedLoss(vae, before), torch.rand(2, 3, 32, 32), []
    monkeypatch.setattr("training.vae.FINE_NOISE", 0.0)
    vae.from_latents.register_forward_pre_hook(lambda module, args: given.append(args[0]))
    loss_of(images)
    torch.testing.assert_close(given[0], before.encode(images), atol=0.02, rtol=0)
    monkeypatch.setattr("training.vae.HOLD", 0.0)
    loss_of(images)[0].backward()
    assert all(p.grad is None or not p.grad.any() for p in vae.encoder.parameters())
    assert all(p.grad is not None for p in vae.decoder.parameters())


def test_fitted_norms_of_other_groups_give_nearly_what_those_before_gave() -> None:
    torch.manual_seed(0)
    before, images = VAE(TINY_VAE), torch.rand(8, 3, 32, 32)

    def error(vae: VAE) -> float:
        with torch.no_grad():
            return float((vae.encode(images) - before.encode(images)).square().mean())

    same, other = deepcopy(before), VAE(replace(TINY_VAE, groups=TINY_VAE.groups // 2))
    other.load_state_dict(before.state_dict())
    plain = error(other)
    for vae in (same, other):
        RefinedLoss(vae, deepcopy(before)).begin(images)
    assert error(same) < 1e-6
    assert error(other) < plain / 2


def test_a_file_of_a_vae_says_its_groups(tmp_path: Path) -> None:
    file = tmp_path / "vae.safetensors"
    for metadata, groups in (({"groups": "8"}, 8), (None, 32)):
        save_file(VAE(VAE_SIZE).state_dict(), file, metadata)
        assert read_vae(file).config.groups == groups


def test_a_vae_that_gets_latent_channels_draws_what_it_drew(tmp_path: Path) -> None:
    torch.manual_seed(0)
    old, images = VAE(TINY_VAE), torch.rand(2, 3, 32, 32)
    more = with_channels(old, 7)
    with torch.no_grad():
        z, log_var = more.moments(images)
        mean, given = old.moments(images)
        assert not z[:, 4:].any()
        torch.testing.assert_close((z[:, :4], log_var[:, :4]), (mean, given))
        torch.testing.assert_close(more.decode(z), old.decode(mean))
    with pytest.raises(ValueError, match="--channels: the VAE has 4 already"):
        with_channels(old, 3)
    write_vae(tmp_path / "vae.safetensors", with_channels(VAE(VAE_SIZE), MORE))
    assert read_vae(tmp_path / "vae.safetensors").config.latent_channels == MORE
    assert not (tmp_path / "vae.tmp").exists()


def test_the_metric_says_what_errors_of_the_latents_cost_in_pixels() -> None:
    """Of a linear decoder A it is AᵀA, but for the scale and a share of the plain squared error."""
    torch.manual_seed(0)
    mixing = torch.randn(3, 5)
    decoder = SimpleNamespace(decode=lambda z: torch.einsum("pc,nchw->nphw", mixing, z))
    metric = pixel_metric(decoder, torch.randn(40, 5, 8, 8))
    cost = mixing.T @ mixing
    torch.testing.assert_close(metric, 0.95 * 5 * cost / cost.trace() + 0.05 * torch.eye(5))
    root = root_of(metric)
    torch.testing.assert_close(root @ root.T, metric)


def test_a_training_measures_its_loss_by_what_its_vae_decodes() -> None:
    torch.manual_seed(0)
    loss_of = DenoisingLoss(TextEncoder(TEXT), UNet3D(UNET), NoiseSchedule(ScheduleConfig()))
    trainer = SimpleNamespace(
        vae=VAE(TINY_VAE), device="cpu", accelerator=Accelerator(cpu=True), loss_of=loss_of
    )
    pool = SimpleNamespace(z=torch.randn(40, 4, 3, 4, 4), shape=Shape(64, 64, 3, 1.0))
    Trainer.measure(trainer, pool)
    expected = pixel_metric(trainer.vae, pool.z[:MEASURED, :, 1])
    torch.testing.assert_close(loss_of.root @ loss_of.root.T, expected)
    assert expected.diagonal().std() > 0.1  # its channels don't count alike


def test_the_loss_is_the_error_by_its_metric() -> None:
    torch.manual_seed(0)
    loss_of = DenoisingLoss(TextEncoder(TEXT), UNet3D(UNET), NoiseSchedule(ScheduleConfig()))
    z, noise = torch.randn(2, 2, 4, 2, 8, 8)
    inputs = z, torch.zeros(2, 77).long(), torch.tensor([300, 900]), noise
    plain = loss_of(*inputs)[0]
    loss_of.measure_by(2 * torch.eye(4))
    torch.testing.assert_close(loss_of(*inputs)[0], 2 * plain)
    loss_of.measure_by(torch.tensor([4.0, 0, 0, 0]).diag())
    with half_precision(z.device):
        predicted = loss_of._loss(z, z, loss_of.text_encoder(inputs[1]), inputs[2], noise, None)[1]
    own = (predicted.float() - noise)[:, 0].square().mean()
    torch.testing.assert_close(loss_of(*inputs)[0], own)


def test_new_latent_channels_learn_and_cost_less_than_changes_of_the_old(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    torch.manual_seed(0)
    for name, cost in (("HOLD", 700.0), ("LOOSE", 70.0)):  # all else is little beside them
        monkeypatch.setattr(f"training.vae.{name}", cost)
    assert LOOSE < HOLD
    vae, images = with_channels(VAE(TINY_VAE), 7), torch.rand(1, 3, 32, 32)
    loss_of = RefinedLoss(vae, deepcopy(vae), encoder=True)

    def loss(channel: int, by: float) -> torch.Tensor:
        with torch.no_grad():
            vae.to_moments.bias[channel] += by
            vae.from_latents.bias -= by * vae.from_latents.weight[:, channel, 0, 0]
        torch.manual_seed(1)  # the latents' noise
        return loss_of(images)[0]

    start, old, both = loss(0, 0.0), loss(0, 1.0), loss(5, 1.0)
    assert float((old - start).detach()) == pytest.approx(100, rel=0.1)
    assert float((both - old).detach()) == pytest.approx(10, rel=0.1)
    both.backward()
    assert vae.to_moments.weight.grad[4:7].abs().amin(1).min() > 0


def test_the_decoder_also_learns_to_do_without_new_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    vae, given = with_channels(VAE(TINY_VAE), 7), []
    before = deepcopy(vae)
    monkeypatch.setattr("training.vae.FINE_NOISE", 0.0)
    nn.init.ones_(vae.to_moments.bias)
    vae.from_latents.register_forward_pre_hook(lambda module, args: given.append(args[0]))
    RefinedLoss(vae, before, encoder=True)(torch.rand(8, 3, 32, 32))
    assert not given[0][6:, 4:].any() and given[0][:6, 4:].all() and given[0][:, :4].all()


@pytest.mark.parametrize("flags", [["--refine"], ["--refine=other", "--latents"]], ids=" ".join)
def test_a_vae_that_is_read_is_not_overwritten(
    flags: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    given = [*flags[:-1], f"{flags[-1]}={tmp_path / 'vae.safetensors'}", f"--out={tmp_path}"]
    monkeypatch.setattr("sys.argv", ["vae", *given])
    with pytest.raises(SystemExit):
        train_vae()
    assert "--out: it would overwrite the VAE" in capsys.readouterr().err


def test_a_unet_gets_the_latent_channels_that_its_vae_has() -> None:
    torch.manual_seed(0)
    old, new = UNet3D(UNET), UNet3D(replace(UNET, in_channels=7, out_channels=7))
    go_on(new, old.state_dict())
    x, t, text = torch.randn(2, 7, 3, 8, 8), torch.tensor([10, 900]), torch.randn(2, 77, 32)
    with torch.no_grad():
        made = new(x, t, text)
        torch.testing.assert_close(made[:, :4], old(x[:, :4], t, text), atol=1e-5, rtol=0)
    assert not made[:, 4:].any()
    with pytest.raises(ValueError, match="--start: its UNet is of another size: .* is larger than"):
        go_on(old, new.state_dict())


def test_a_training_follows_a_vae_that_is_trained_meanwhile(tmp_path: Path) -> None:
    path, newer = tmp_path / "vae.safetensors", VAE(VAE_SIZE)
    trainer = SimpleNamespace(
        options=SimpleNamespace(follow=path), device="cpu", vae=VAE(VAE_SIZE), followed=0.0
    )
    assert not Trainer.newer_vae(trainer)
    for _ in range(2):
        nn.init.normal_(newer.from_latents.bias)
        nn.init.normal_(newer.to_moments.bias)
        write_vae(path, newer)
        os.utime(path, (trainer.followed + 5, trainer.followed + 5))
        assert Trainer.newer_vae(trainer) and not Trainer.newer_vae(trainer)
        assert torch.equal(trainer.vae.from_latents.bias, newer.from_latents.bias.half().float())
    nn.init.normal_(newer.decoder.conv_in.bias)  # leaves the latents as they are
    write_vae(path, newer)
    os.utime(path, (trainer.followed + 5, trainer.followed + 5))
    assert not Trainer.newer_vae(trainer)
    assert torch.equal(trainer.vae.decoder.conv_in.bias, newer.decoder.conv_in.bias.half().float())
    write_vae(path, VAE(replace(VAE_SIZE, groups=4)))
    os.utime(path, (trainer.followed + 5, trainer.followed + 5))
    with pytest.raises(ValueError, match="--follow: the VAE is .*groups=4"):
        Trainer.newer_vae(trainer)
    trainer.options.follow = None
    assert not Trainer.newer_vae(trainer)


def test_a_training_draws_hard_subjects_more_often(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (hard := tmp_path / "hard.json").write_text('{"panda": 33.0, "cat": 27.0}')
    subjects = tuple(Subject(str(i), (f"a {name}",)) for i, name in enumerate(("panda", "cat", "rocket")))
    monkeypatch.setattr(
        "training.unet.EmojiClips", lambda *_, **__: SimpleNamespace(subjects=subjects, scenery=())
    )
    monkeypatch.setattr(
        "training.unet.LatentPool", lambda *given: SimpleNamespace(captions=given[3], fill=id)
    )
    given = {"data": "", "only": None, "shapes": 1, "seed": 0, "starts": 1, "fast": 0.0, "pool": 8}
    for asked, often in ((hard, [2**-0.5, 2**0.5, MOST]), (None, None)):
        trainer = SimpleNamespace(
            options=SimpleNamespace(**given, hard=asked), accelerator=SimpleNamespace(process_index=0),
            device="cpu", clock=SimpleNamespace(done=0), tokenizer=None, vae=None,
        )  # fmt: skip
        (pool,) = Trainer.pools(trainer)
        found = pool.captions.often
        assert (found is None) == (often is None) and (
            often is None or found.tolist() == pytest.approx(often)
        )


def test_a_training_begins_with_the_shipped_weights_and_another_tokenizer(tmp_path: Path) -> None:
    old = locate("emoji").folder / "tokenizer"
    merges = [tuple(line.split()) for line in read_merges(old / "merges.txt")]
    write_tokenizer(tmp_path / "new", [*merges, ("book", "store</w>")])
    begin_again(["--tokenizer", str(tmp_path / "new"), "--out", str(tmp_path / "begun")])
    shipped, text = load("emoji"), load_file(tmp_path / "begun" / "text_encoder.safetensors")
    was, now = (
        Tokenizer(read_merges(folder / "merges.txt"))(["a bookstore"])[0]
        for folder in (old, tmp_path / "new")
    )
    embedding = shipped.text_encoder.state_dict()[EMBEDDING]
    begun = text[EMBEDDING].float()
    torch.testing.assert_close(begun[now[2]], embedding[was[2:4]].mean(0), atol=1e-3, rtol=0)
    assert torch.equal(begun[now[[0, 1, 3]]], embedding[was[[0, 1, 4]]])  # start, "a", end
    options = SimpleNamespace(start=tmp_path / "begun", vae=tmp_path / "begun" / "vae.safetensors")
    _, unet, vae = begin(options, len(begun))
    for network, its in ((unet, shipped.unet), (vae, shipped.vae)):
        assert all(torch.equal(a, b) for a, b in zip(network.parameters(), its.parameters(), strict=True))


def test_no_time_is_past_the_last_one_when_chance_rounds_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.rand", lambda *shape, **_: torch.full(shape, 1 - 2**-24))
    t = spread_times(128, 64, torch.device("cpu"))
    assert t.shape == (192,) and t.min() >= 0 and t[[127, 191]].tolist() == [999, 999]


def test_a_training_that_crashes_goes_on_from_what_it_wrote_last(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_vae(tmp_path / "vae.safetensors", VAE(VAE_SIZE))
    small = replace(UNET_SIZE, widths=(32, 32), attention=(True, False))
    for name, value in {
        "UNET_SIZE": small, "SHAPES": [Shape(32, 32, 16, 1.0)], "FILLED": (4, 4), "SAMPLES_EVERY": 0.0,
        "MEASURED": 2, "sample_grid": lambda *_: None,
    }.items():  # fmt: skip
        monkeypatch.setattr(f"training.unet.{name}", value)
    flags = f"--data={pack_shapes(tmp_path / 'emoji.zip')} --vae={tmp_path / 'vae.safetensors'} --images=0"
    flags += f" --out={tmp_path / 'out'} --iterations=4 --clips=2 --fresh=1 --pool=8 --shapes=1"
    monkeypatch.setattr("sys.argv", ["unet", *flags.split()])
    steps: list[int] = []
    step = Trainer.step

    def crashing(trainer: Trainer, *drawn: object) -> tuple[torch.Tensor, torch.Tensor]:
        steps.append(trainer.clock.done)
        if len(steps) == 3:
            raise RuntimeError("the device is gone")
        return step(trainer, *drawn)

    monkeypatch.setattr(Trainer, "step", crashing)
    with pytest.raises(RuntimeError, match="the device is gone"):
        train_unet()
    train_unet()
    assert steps == [0, 1, 2, 2, 3]


def test_an_error_that_is_the_same_in_all_pictures_costs_more_than_one_that_is_not() -> None:
    images = torch.zeros(8, 3, 8, 8)
    line, scattered = images.clone(), images.clone()
    line[:, :, 2] = 0.1
    for row in range(8):
        scattered[row, :, row] = 0.1
    assert fixed_error(line, images) == pytest.approx(8 * float(fixed_error(scattered, images)), rel=1e-4)


def test_a_droplet_costs_and_an_ordinary_map_does_not() -> None:
    h = torch.randn(2, 8, 64, 64, generator=torch.manual_seed(0))
    assert droplets(h, groups=4) == 0
    h[:, 3, 5, 60] = 300
    h.requires_grad_()
    cost = droplets(h, groups=4)
    cost.backward()
    assert cost > 0 and h.grad[:, 3, 5, 60].min() > 10 * h.grad.abs().mean()


def test_what_stands_in_all_feature_maps_costs_and_what_moves_does_not() -> None:
    still = torch.randn(16, 8, 64, 64, generator=torch.manual_seed(0))
    moving = still.clone()
    still[:, 3, 5, 60] = 7
    moving[range(16), 3, range(16), 60] = 7
    assert fixtures(moving, groups=4) == 0
    assert fixtures(still, groups=4) > 0


def test_a_decoder_of_other_groups_goes_on_alone_from_the_old_latents(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    torch.manual_seed(0)
    vae, before, given = VAE(replace(TINY_VAE, groups=TINY_VAE.groups // 2)), VAE(TINY_VAE), []
    loss_of, images = RefinedLoss(vae, before, again=True), torch.rand(2, 3, 32, 32)
    monkeypatch.setattr("training.vae.FINE_NOISE", 0.0)
    vae.from_latents.register_forward_pre_hook(lambda module, args: given.append(args[0]))
    loss_of(images)[0].backward()
    torch.testing.assert_close(given[0], before.encode(images), atol=0.02, rtol=0)
    assert not loss_of.on_crops
    assert all(p.grad is None for p in vae.encoder.parameters())


def test_every_training_of_the_vae_counts_droplets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.vae.droplets", lambda h, groups: h.new_tensor(1e3))
    for loss_of in (WholeLoss(VAE(TINY_VAE)), RefinedLoss(VAE(TINY_VAE), VAE(TINY_VAE))):
        assert loss_of(torch.rand(4, 3, 32, 32))[0] > 1e3
        assert loss_of.costs == []


def test_flat_places_keep_away_from_edges() -> None:
    image = torch.zeros(1, 3, 32, 32)
    image[..., 20:] = 1
    flat = flat_places(image)[0, 0]
    assert flat[:, :15].all() and flat[:, 26:].all() and not flat[:, 17:24].any()


def _in_two(only: int, port: int, folder: str) -> None:
    """Run `_two_steps` in two processes that import nothing: they are forked before torch has worked."""
    torch.multiprocessing.start_processes(_two_steps, (port, folder), nprocs=2, start_method="fork")


def _two_steps(rank: int, port: int, folder: str) -> None:
    """One of two processes: other noise, the same start."""
    os.environ |= {
        "RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "ACCELERATE_USE_CPU": "true",
    }  # fmt: skip
    accelerator, network = Accelerator(cpu=True), nn.Linear(3, 3)
    nn.init.constant_(network.weight, 0.5)
    nn.init.constant_(network.bias, 0.0)
    loss_of = Loss(network)
    update = Update(
        accelerator, loss_of, [torch.optim.SGD([*network.parameters()], lr=torch.tensor(1.0))], Still()
    )
    clock = Clock(seconds=1e9, iterations=8, started=-1e6 * rank)
    clock.tick(accelerator)
    update(1.0, torch.full((1, 3), 1.0 + rank))
    torch.save((network.weight.detach(), clock.elapsed), f"{folder}/{rank}")
    torch.distributed.destroy_process_group()


class Loss(nn.Module):
    """The sum of what a network makes."""

    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor]:
        return (self.network(x).sum(),)


class Still:
    """No average."""

    def update(self) -> None:
        pass


def test_two_processes_take_the_mean_of_their_gradients_and_one_clock(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    torch.multiprocessing.spawn(_in_two, (port, str(tmp_path)), nprocs=1)
    (first, time_0), (second, time_1) = (torch.load(tmp_path / str(rank)) for rank in range(2))
    assert torch.equal(first, second) and time_0 == time_1
    mean = torch.full((3, 3), 1.5)  # of gradients 1 and 2
    clipped = mean / torch.cat([mean.flatten(), torch.ones(3)]).norm()  # the biases' are 1
    torch.testing.assert_close(first, 0.5 - clipped, rtol=1e-4, atol=1e-5)


def test_a_refined_vae_is_written_meanwhile_as_its_average(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given, written = tmp_path / "given.safetensors", []
    torch.manual_seed(0)
    write_vae(given, VAE(VAE_SIZE))
    monkeypatch.setattr("training.vae.WRITE_EVERY", 0.0)
    monkeypatch.setattr("training.vae.SHAPES", [Shape(32, 32, 16, 1.0)] * 6)
    small = partial(compose, shape=(32, 32))  # also the frames that it is judged by
    monkeypatch.setattr("training.vae.compose", small)

    def noted(path: Path, vae: VAE) -> None:
        written.append(path)
        write_vae(path, vae)
        read = read_vae(path)  # as a UNet that follows does
        assert torch.equal(read.decoder.conv_in.bias, vae.decoder.conv_in.bias.half().float())

    monkeypatch.setattr("training.vae.write_vae", noted)
    flags = f"--data={pack_shapes(tmp_path / 'emoji.zip')} --refine={given} --out={tmp_path / 'refined'}"
    monkeypatch.setattr("sys.argv", ["vae", *flags.split(), "--frames=4", "--iterations=3"])
    train_vae()
    assert written == [tmp_path / "refined" / "vae.safetensors"] * 4
    means = torch.load(tmp_path / "refined" / "state.pt")["average"]["mean"]["vae"]
    last = read_vae(written[-1]).state_dict()
    for name, mean in zip(dict(VAE(VAE_SIZE).named_parameters()), means, strict=True):
        assert torch.equal(last[name], mean.half().float())
