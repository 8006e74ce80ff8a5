"""A model that t2v has downloaded is in the cache for diffusers too."""

from pathlib import Path

from ..fake_hub import FakeHub, Home
from .peers import Peers

OFFLINE = """
import sys
from diffusers import TextToVideoSDPipeline
pipe = TextToVideoSDPipeline.from_pretrained("owner/model", revision=sys.argv[1], local_files_only=True)
print(type(pipe.unet).__name__)
"""


def test_diffusers_finds_offline_what_was_downloaded_here(
    diffusers_model: tuple[Path, Peers], tmp_path: Path
):
    hub = FakeHub(diffusers_model[0])
    hub.refs["v2"] = hub.refs["main"]
    with hub.serve() as address:
        home = Home(tmp_path / "home", address)
        assert "error" not in home.locate("owner/model@v2")
    run = home.run(OFFLINE, "v2", HF_HUB_OFFLINE="1")
    assert run.stdout.strip() == "UNet3DConditionModel", run.stderr
