"""The models that the app offers, and how a worker loads one. The list costs no torch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from t2v.checkpoints.adapter_catalogue import ADAPTERS
from t2v.checkpoints.adapter_names import split
from t2v.checkpoints.catalogue import CATALOGUE, EMBEDDED, EMBEDDED_FOLDER, Entry, find
from t2v.checkpoints.errors import CheckpointError
from t2v.checkpoints.model_names import HubName, hub_name, is_embedded, local_path
from t2v.defaults import ModelDefaults
from t2v.languages.english import english
from t2v.prompt_weights import plain
from t2v.request import Request
from t2v.scenes import scenes
from t2v.service import sentences
from t2v.service.devices import seeming
from t2v.service.estimate import size_of
from t2v.service.messages import Reading
from t2v.vocabulary import Vocabulary

WITH_GPU = "ali-vilab/text-to-video-ms-1.7b"


@dataclass(frozen=True)
class OfferedModel:
    """A model that visitors can choose, known without loading it."""

    id: str
    title: str
    native: ModelDefaults = field(default_factory=ModelDefaults)
    licence: str = ""
    limits: str = ""  # what it is, and what it can't do, in a few sentences
    vocabulary: Vocabulary | None = field(default=None, compare=False)  # of a small model
    source: str = ""  # where it is loaded from, if not by its id: a folder, whose path visitors needn't see

    @property
    def where(self) -> str:
        """The name or folder that the model is loaded by."""
        return self.source or self.id


def choices(extra: str | None, models: Sequence[str] = ()) -> list[OfferedModel]:
    """List `models`, or all of the catalogue. The first is the default: `extra` if given,
    else what suits the machine, if it is among them."""
    offered = [_own(model) for model in models] or [_choice(entry) for entry in CATALOGUE.values()]
    suited = EMBEDDED if seeming() == ["cpu"] else WITH_GPU
    default = next((model for model in offered if model.id == suited), offered[0])
    first = _own(extra) if extra else default
    return [first, *(model for model in offered if model.id != first.id)]


def _own(model: str) -> OfferedModel:
    """The model that the owner names: a folder, an id or an address, perhaps with adapters. CheckpointError
    for what is none."""
    base, adapters = split(model)
    offered = _own_base(base)
    if not adapters:
        return offered
    names = [each.scaled(Path(each.name).name if local_path(each.name) else each.name) for each in adapters]
    native = offered.native
    for entry in (ADAPTERS[each.name] for each in adapters if each.name in ADAPTERS):
        native = replace(native, **entry.native)
    id, title = ("+".join([name, *names]) for name in (offered.id, offered.title))
    source = "+".join([offered.where, *(each.scaled(each.name) for each in adapters)])
    return replace(offered, id=id, title=title, native=native, source=source)


def _own_base(model: str) -> OfferedModel:
    """The model that the owner names, without adapters."""
    path = None if is_embedded(model) else local_path(model)
    if path and not path.is_dir():
        from t2v.checkpoints import unsupported  # brings torch

        raise CheckpointError(unsupported.file(path))
    if path:
        name = path.resolve().name
        return OfferedModel(name, name, source=str(path), vocabulary=_vocabulary(path))
    wanted = HubName(EMBEDDED) if is_embedded(model) else hub_name(model)
    entry = None if wanted.revision else find(wanted.repository)
    return _choice(entry) if entry else OfferedModel(str(wanted), str(wanted))


def _choice(entry: Entry) -> OfferedModel:
    download = sentences.DOWNLOAD_SIZE.format(size=f"{entry.size / 1e9:.1f} GB") if entry.size else ""
    vocabulary = _vocabulary(EMBEDDED_FOLDER) if entry.id == EMBEDDED else None
    title = entry.title + download
    return OfferedModel(entry.id, title, entry.native, entry.licence, entry.limits, vocabulary)


def _vocabulary(folder: Path) -> Vocabulary | None:
    """The words of the small model in a folder; None where it has none, or they can't be read."""
    try:
        return Vocabulary.open(folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def load(
    model: str, device: str, where: str | None = None, dtype: str | None = None, memory: str = "auto"
) -> Any:
    """The pipeline of a model, in a worker process. `where` replaces a device of the owner's choice."""
    import torch

    from t2v.pipeline import TextToVideo

    pipe = TextToVideo.from_pretrained(model, _device(device, where), dtype, memory)
    channels = pipe.unet.config.in_channels
    pipe.preview(torch.zeros(1, channels, 1, 8, 8, device=pipe.device))  # the first one fits its colours
    return pipe


def adapt(pipe: Any, before: str, model: str) -> bool:
    """Make the pipeline of `before` that of `model`, if these differ by their adapters alone; else False."""
    (base, adapters), (former, _) = split(model), split(before)
    if base != former:
        return False
    pipe.set_adapters(*(each.scaled(each.name) for each in adapters))
    return True


def fetched(model: str) -> tuple[int, int] | None:
    """-> the bytes of a model's download that are in the hub's cache, and of how many; None without one."""
    entry = find(model)
    if entry is None or not entry.size:
        return None
    from t2v.checkpoints.hub import cached_bytes

    id, *words = entry.id.split("+")
    there = sum(map(cached_bytes, {id, *(ADAPTERS[word].repository for word in words)}))
    return (min(there, entry.size), entry.size) if there < entry.size else None


def _device(worker: str, chosen: str | None) -> str | None:
    """The device to load onto: the owner's choice, else the worker's; None for a worker called "cpu", which
    takes another accelerator than CUDA's where there is one."""
    return chosen or (None if worker == "cpu" else worker)


def planned(
    model: str,
    device: str,
    pipe: Any = None,
    where: str | None = None,
    dtype: str | None = None,
    memory: str = "auto",
) -> list[dict[str, float]]:
    """Predict the runs of a model's own video and of one twice as long, as `t2v plan` does, as rows of runs;
    on the rung of `pipe` where it is loaded. Nothing is downloaded for it: [] where that would be needed."""
    from t2v.runtime import Sizes, choose_devices, choose_dtype, plan, sizes_of

    if pipe:
        parts = pipe.checkpoint
        sizes = Sizes(parts.text_encoder.config, parts.unet.config, parts.vae.config)
        native, on, precision, memory = pipe.native, pipe.device, pipe.dtype, pipe.runner.rung.name
    elif find(model) or Path(split(model)[0]).is_dir():
        (sizes, native), on = sizes_of(model), choose_devices(_device(device, where))[0]
        precision = choose_dtype(dtype, on)
    else:
        return []
    own, runs = Request("a video", seed=0).validate(native), []
    for request in (own, replace(own, frames=2 * own.frames)):
        expected = plan(sizes, request, on, precision, memory)
        size = dict(zip(("volume", "evaluations"), size_of(request), strict=True))
        took = {"denoising": expected.denoising, "rest": expected.decoding}
        runs.append(size | took | {"peak": expected.process})
    return runs


def reader(pipe: Any) -> Callable[[str], Reading]:
    """Return a function that reads a prompt as the model does.

    Of several scenes it counts the longest one's tokens. It holds the tokenizer and the vocabulary, not the
    networks: it outlives the pipeline.
    """
    from t2v.prompt_reader import PromptReader  # imports torch

    own = PromptReader(pipe.tokenizer, pipe.vocabulary)

    def read(prompt: str) -> Reading:
        said = [scene.prompt for scene in scenes(prompt)]
        counts = [own.count(each) for each in said]
        longest, remarks = max(counts, key=lambda count: count.tokens), filter(None, map(own.unknown, said))
        remark = next(remarks, "")
        if not own.vocabulary and not english(plain(prompt)):
            remark = sentences.NOT_ENGLISH
        weights = tuple(weight for count in counts for weight in count.weights)
        return Reading(longest.tokens, longest.limit, longest.cut, remark, weights)

    return read
