"""The adapters that t2v knows by a word: few-step versions of ModelScope's model.

Facts are from the authors' repositories. An adapter's defaults replace those of its model.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class AdapterEntry:
    """A known adapter, a word after a model's id and a +. It is `path` in a repository of the hub.

    `native` and `consistency` replace settings of the model (see `ModelDefaults`, `diffusion.Consistency`).
    """

    word: str
    title: str
    repository: str
    path: str
    licence: str
    limits: str
    size: int  # bytes
    native: Mapping[str, Any]
    consistency: Mapping[str, Any]
    guidance_width: int = 0  # of the guidance's embedding that it makes the network read


FEW_STEPS = {"steps": 4, "sampler": "lcm"}
MCM = {  # the look that each was distilled to
    "webvid": ("WebVid", "of stock videos"),
    "laion": ("LAION", "of good photographs"),
    "anime": ("anime", "of anime"),
    "real": ("realistic", "of realistic pictures"),
    "3d-cartoon": ("3D cartoon", "of 3D cartoons"),
}
ADAPTERS: dict[str, AdapterEntry] = {
    "turbo": AdapterEntry(
        word="turbo",
        title="T2V-Turbo, 4 steps",
        repository="jiachenli-ucsb/T2V-Turbo-MS",
        path="unet_lora.pt",
        licence="CC-BY-4.0",
        limits="Made for 256×256 and 1 to 8 steps; the guidance, from 5 to 15, costs no time.",
        size=233_990_784,
        native=FEW_STEPS | {"guidance": 7.5},
        consistency={"scaling": 10.0, "even": False},
        guidance_width=256,
    )
} | {
    f"mcm-{name}": AdapterEntry(
        word=f"mcm-{name}",
        title=f"MCM {title}, 4 steps",
        repository="yhzhai/mcm",
        path=f"modelscopet2v-{name}",
        licence="Apache-2.0",
        limits=f"Distilled for 256×256, to the look {look}; 1 to 8 steps without guidance.",
        size=300_000_000,
        native=FEW_STEPS | {"guidance": 1.0},
        consistency={"scaling": 4.0},
    )
    for name, (title, look) in MCM.items()
}
