"""The memory ladder: every rung gives the same video; what a rung keeps away from the device isn't there."""

import re
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from t2v import Request, RequestError, TextToVideo
from t2v.cli import main
from t2v.networks import TINY_UNET, UNet3D, UNetConfig
from t2v.networks.unet import layers_of
from t2v.request import Complete
from t2v.runtime import RUNGS, Runner, Sizes, plan, sizes_of
from t2v.runtime.dry_run import profile
from t2v.runtime.fast_unet import FastUNet
from t2v.runtime.memory import GIB
from t2v.runtime.planning import PROCESS, fitting, needs, weight_bytes
from t2v.runtime.streaming import StreamedUNet

from .common import CPU, apart, seeded_unet, unet_inputs
from .overwriting import Overwriting

META = torch.device("meta")
PANDA = Request("a panda", seed=7, frames=3, width=16, height=24, steps=2, guidance=2.0)


@pytest.mark.parametrize("memory", RUNGS)
def test_every_rung_gives_the_same_video(folder: Path, memory: str):
    fast, pipe = (TextToVideo.from_pretrained(folder, "cpu", "float32", rung) for rung in ("fast", memory))
    assert apart(pipe(PANDA).frames, fast(PANDA).frames) <= 1


@pytest.fixture
def own_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The CPU is treated as a device that the host's weights are brought to: copies show which."""
    monkeypatch.setattr("t2v.runtime.runner.has_own_memory", lambda device: True)


def homes(part: nn.Module) -> list[int]:
    """Where its weights lie."""
    return [weight.data_ptr() for weight in part.parameters()]


@pytest.mark.usefixtures("own_memory")
@pytest.mark.parametrize("memory", RUNGS)
def test_parts_of_a_rung_visit_the_device_and_give_the_same_video(folder: Path, memory: str):
    fast, pipe = (TextToVideo.from_pretrained(folder, "cpu", "float32", rung) for rung in ("fast", memory))
    parts, rung, seen = (pipe.checkpoint.text_encoder, pipe.vae.decoder), RUNGS[memory], []
    home = [homes(part) for part in (*parts, pipe.unet)]
    for part in parts:
        part.register_forward_pre_hook(lambda module, given: seen.append(homes(module)))
    assert apart(pipe(PANDA).frames, fast(PANDA).frames) <= 1
    assert {place not in home for place in seen} == {rung.offloaded}
    assert isinstance(pipe.runner.unet, StreamedUNet) == rung.streamed
    assert [homes(part) for part in (*parts, pipe.unet)] == home


@pytest.mark.usefixtures("own_memory")
def test_a_lower_rung_sends_weights_to_the_host_and_a_higher_one_brings_them_back(folder: Path):
    pipe = TextToVideo.from_pretrained(folder, "cpu", "float32")
    frames = pipe(PANDA).frames
    for rung in [*RUNGS.values(), RUNGS["fast"]]:
        pipe.runner.place(pipe.checkpoint, rung)
        assert apart(pipe(PANDA).frames, frames) <= 1
        assert isinstance(pipe.runner.unet, StreamedUNet) == rung.streamed
        hooked = [part for part in pipe.vae.modules() if part._forward_pre_hooks]
        assert bool(hooked) == rung.offloaded


@pytest.mark.parametrize("memory", ["", "much", None, 5])
def test_what_is_no_rung_is_refused_before_loading(memory: object):
    with pytest.raises(RequestError, match="memory: must be one of auto, fast, balanced, low, minimal"):
        TextToVideo.from_pretrained("there is no such model", device="cpu", memory=memory)


def test_after_an_out_of_memory_the_same_video_comes_from_one_rung_lower(folder: Path):
    pipe = TextToVideo.from_pretrained(folder, "cpu", "float32")
    expected, full = pipe(PANDA).frames, [torch.OutOfMemoryError("full")]

    def fail_once(step: int, steps: int, x0: Tensor) -> None:
        if step == 2 and full:
            raise full.pop()

    video = pipe(PANDA, on_step=fail_once)
    assert pipe.runner.rung.name == "balanced"
    assert apart(video.frames, expected) <= 1


def test_a_second_out_of_memory_is_told(folder: Path):
    pipe = TextToVideo.from_pretrained(folder, "cpu", "float32")

    def fail(step: int, steps: int, x0: Tensor) -> None:
        raise torch.OutOfMemoryError("full")

    with pytest.raises(torch.OutOfMemoryError):
        pipe(PANDA, on_step=fail)
    assert pipe.runner.rung.name == "balanced"


def test_a_rung_that_was_asked_for_is_kept(folder: Path):
    pipe = TextToVideo.from_pretrained(folder, "cpu", "float32", memory="fast")

    def fail(step: int, steps: int, x0: Tensor) -> None:
        raise torch.OutOfMemoryError("full")

    with pytest.raises(torch.OutOfMemoryError):
        pipe(PANDA, on_step=fail)
    assert pipe.runner.rung.name == "fast"


def test_halves_in_turn_are_one_text_at_a_time(folder: Path):
    low = TextToVideo.from_pretrained(folder, "cpu", "float32", "low")
    seen = []
    low.unet.out.conv.register_forward_pre_hook(lambda module, given: seen.append(len(given[0])))
    low(PANDA)
    assert seen == [PANDA.frames] * 2 * PANDA.steps


@pytest.mark.parametrize("memory", RUNGS)
def test_recorded_results_are_used_before_the_next_call_overwrites_them(
    folder: Path, memory: str, monkeypatch: pytest.MonkeyPatch
):
    """Those of a step, and of decoding in groups of two sizes."""
    monkeypatch.setattr("t2v.runtime.runner.frames_at_once", lambda *sizes: 2)
    fast = TextToVideo.from_pretrained(folder, "cpu", "float32", "fast")
    monkeypatch.setattr(Runner, "_recorded", lambda ladder, run, pool_of=None: Overwriting(run, pool_of))
    recorded = TextToVideo.from_pretrained(folder, "cpu", "float32", memory)
    assert apart(recorded(PANDA).frames, fast(PANDA).frames) <= 1
    assert memory != "fast" or recorded.runner.decode.calls == 2


@pytest.mark.parametrize("memory", RUNGS)
def test_reading_and_decoding_are_recorded_where_their_weights_stay(
    folder: Path, memory: str, monkeypatch: pytest.MonkeyPatch
):
    recorded = []
    monkeypatch.setattr(Runner, "_recorded", lambda _, run, pool_of=None: recorded.append(run) or run)
    pipe = TextToVideo.from_pretrained(folder, "cpu", "float32", memory)
    others = [pipe.checkpoint.text_encoder, pipe.vae.decode] if memory == "fast" else []
    assert recorded == [pipe.runner.unet, *others]


@pytest.mark.parametrize("memory", RUNGS)
def test_a_recorded_step_makes_room_for_decoding_where_that_is_needed(
    folder: Path, memory: str, monkeypatch: pytest.MonkeyPatch
):
    pipe, recorded = TextToVideo.from_pretrained(folder, "cpu", "float32", memory), []
    pipe.runner._recorded = lambda step: recorded.append(step) or step
    for free, anew in ((100 * GIB, 0), (GIB // 4, 1 if memory in ("low", "minimal") else 0)):
        monkeypatch.setattr("t2v.runtime.runner.free_bytes", lambda device, free=free: free)
        pipe(PANDA)
        assert len(recorded) == anew


def test_a_dry_run_counts_what_a_run_does():
    def twice(a: Tensor, b: Tensor) -> Tensor:
        first = a @ b
        second = first @ b
        del first
        return second.relu_() + 1

    counted = profile(twice, torch.empty(8, 16, device=META), torch.empty(16, 16, device=META))
    assert counted.flops == 2 * 2 * 8 * 16 * 16
    assert counted.peak == 2 * 8 * 16 * 4


def test_a_dry_run_holds_no_scores_of_a_fused_attention():
    q = torch.empty(1, 1, 1024, 8, device=META)
    counted = profile(torch.nn.functional.scaled_dot_product_attention, q, q, q)
    assert counted == profile(lambda q: nn.functional.scaled_dot_product_attention(q, q, q), q)
    assert (counted.peak, counted.flops) == (1024 * 8 * 4, 4 * 1024 * 1024 * 8)


@pytest.mark.parametrize("device", [CPU, torch.device("cuda")], ids=str)
def test_the_published_model_needs_less_on_each_rung(device: torch.device):
    sizes = Sizes()
    peaks = [needs(sizes, native(16), rung, torch.float16, device).peak for rung in RUNGS.values()]
    assert peaks == sorted(peaks, reverse=True) and peaks[0] > 3 * peaks[-1]
    with META:
        weights = weight_bytes(UNet3D(sizes.unet).half())
    assert weights == pytest.approx(2 * 1411.2e6, rel=1e-4)
    assert peaks[0] > weights > peaks[-1]


def test_a_recorded_step_keeps_its_memory_unless_memory_is_short():
    """On CUDA, where steps are recorded: while the VAE decodes, and while the next text is read."""
    with META:
        fast = FastUNet(UNet3D(UNetConfig()).half().requires_grad_(False), META)
        x, text = torch.empty(1, 4, 16, 32, 32).half(), torch.empty(2, 77, 1024).half()
        step = profile(fast, x, torch.empty(1), fast.read(text)).peak
    for rung in RUNGS.values():
        cpu, cuda = (
            needs(Sizes(), native(16), rung, torch.float16, torch.device(name)).peak
            for name in ("cpu", "cuda")
        )
        assert cpu <= cuda <= cpu + step
        assert (cuda > cpu) == (rung.name in ("fast", "balanced"))


def native(frames: int) -> Complete:
    return Request("a video", frames=frames, width=256, height=256, steps=50, guidance=9.0, seed=0).validate()


@pytest.mark.parametrize(
    ("free", "rung"), [(16.0, "fast"), (3.9, "balanced"), (1.5, "minimal"), (0.1, "minimal")]
)
def test_auto_takes_the_first_rung_that_fits(free: float, rung: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("t2v.runtime.planning.free_bytes", lambda device: int(free * 2**30))
    assert fitting(Sizes(), native(16), CPU, torch.float16).name == rung


def test_a_plan_says_what_it_takes():
    sizes = Sizes(unet=TINY_UNET)
    short, long = (plan(sizes, native(frames), CPU, torch.float32) for frames in (4, 16))
    assert (short.rung, short.fits) == ("fast", True)
    assert long.seconds > 2 * short.seconds > 0 and long.flops > 3 * short.flops


def test_layers_come_in_the_order_in_which_they_run():
    network, (x, t, text) = seeded_unet(), unet_inputs()
    ran = []
    for layer in layers_of(network):
        layer.register_forward_hook(lambda module, given, out: ran.append(module))
    network(x.expand(2, -1, -1, -1, -1), t, text)
    assert ran == list(layers_of(network))


def test_weights_go_where_they_will_stay():
    assert Runner(CPU, torch.float32, "fast").loading_device() == CPU
    assert Runner(META, torch.float32, "fast").loading_device() == META
    assert Runner(META, torch.float32, "minimal").loading_device() == CPU


def test_the_command_plans_a_model_that_is_not_here(capsys: pytest.CaptureFixture):
    command = ["plan", "--model", "ali-vilab/text-to-video-ms-1.7b", "--size", "256x256", "--device", "cpu"]
    assert main([*command, "--dtype", "float16", "--memory", "fast"]) == 0
    words = capsys.readouterr().out
    assert "16 frames of 256×256, 50 steps, guidance 9\ncpu, float16, memory fast\nabout 5." in words
    assert "3.7 GB to download first\n" in words  # the tests' cache is empty
    assert re.search(r"\nabout [\d.]+ (min|h|days)\n$", words)


def test_the_command_plans_a_command_line_put_behind_the_word(capsys: pytest.CaptureFixture, tmp_path: Path):
    (tmp_path / "p.txt").write_text("# two\na panda\na fox\n")
    command = ["plan", "a panda", "--prompts", str(tmp_path / "p.txt"), "-n", "20", "--device", "cpu"]
    assert main([*command, "--size", "192x192", "--steps", "1", "--dtype", "float32"]) == 0
    words = capsys.readouterr().out
    assert "16 frames of 192×192, 1 step, guidance 1\ncpu, float32, memory fast\nabout " in words
    assert re.search(r"\nabout \d+ s a video, about [\d.]+ (s|min) for 60 videos\n$", words)
    assert "download" not in words


def test_a_plan_on_the_processor_counts_the_libraries():
    sizes, native = sizes_of("emoji")
    request = Request("a panda", seed=1).validate(native)
    found = plan(sizes, request, CPU, torch.float32, "fast")
    assert found.process - found.bytes == PROCESS


@pytest.mark.parametrize(
    ("flag", "value", "word"),
    [("--memory", "much", "memory"), ("--frames", "-1", "frames"), ("--size", "9", "size")],
)
def test_the_command_refuses_what_cannot_be(flag: str, value: str, word: str, capsys: pytest.CaptureFixture):
    model = "ali-vilab/text-to-video-ms-1.7b"
    assert main(["plan", "--model", model, "--device", "cpu", "--dtype", "float32", flag, value]) == 2
    assert word in capsys.readouterr().err
