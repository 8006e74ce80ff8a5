"""The picture in ARCHITECTURE.md, enforced: imports point only downwards, some packages have one home."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = (  # from the top to the bottom; a part may import those below it
    "app",
    "t2v.__main__",
    "t2v.cli",
    "t2v.dry_run",
    "t2v.on_ray",
    "t2v.ways",
    "t2v.naming",
    "t2v.commands",
    "t2v.space",
    "t2v.service",
    "t2v.resume",
    "t2v.warm",
    "t2v.endless_command",
    "t2v.selection_commands",
    "t2v.prompts",
    "t2v.lines",
    "t2v.amounts",
    "t2v.shards",
    "t2v.batch",
    "t2v.again",
    "t2v.cluster",
    "t2v.larger",
    "t2v.decoding",
    "t2v.arguments",
    "t2v.endless",
    "t2v.selection",
    "t2v.agreement",
    "t2v",
    "t2v.pipeline",
    "t2v.second",
    "t2v.walk",
    "t2v.unfinished",
    "t2v.denoisers",
    "t2v.known",
    "t2v.motion",
    "t2v.fit",
    "t2v.story",
    "t2v.noise",
    "t2v.prompt_reader",
    "t2v.prompt_encoder",
    "t2v.codec",
    "t2v.preview",
    "t2v.progress",
    "t2v.runtime",
    "t2v.checkpoints",
    "t2v.diffusion",
    "t2v.networks",
    "t2v.torch_state",
    "t2v.given",
    "t2v.source",
    "t2v.source_file",
    "t2v.video",
    "t2v.notebook",
    "t2v.latents",
    "t2v.containers",
    "t2v.growing",
    "t2v.file_settings",
    "t2v.frames",
    "t2v.provenance",
    "t2v.image",
    "t2v.places",
    "t2v.interpolation",
    "t2v.enlarging",
    "t2v.ffmpeg",
    "t2v.ffmpeg_output",
    "t2v.qualities",
    "t2v.machine",
    "t2v.cgroups",
    "t2v.streams",
    "t2v.stops",
    "t2v.ends",
    "t2v.request",
    "t2v.limits",
    "t2v.json_limits",
    "t2v.checks",
    "t2v.defaults",
    "t2v.elsewhere",
    "t2v.translation",
    "t2v.sentences",
    "t2v.telling",
    "t2v.pieces",
    "t2v.prompt_weights",
    "t2v.scenes",
    "t2v.vocabulary",
    "t2v.subject_names",
    "t2v.sceneries",
    "t2v.misspelled",
    "t2v.knowledge",
    "t2v.languages",
    "t2v.spelling",
    "t2v.measures",
    "t2v.texts",
    "t2v.errors",
    "t2v.version",
)
ONLY_IN = {  # package -> the parts of t2v that may import it
    "gradio": ("t2v.space",),
    "prometheus_client": ("t2v.space",),
    "segno": ("t2v.space",),
    "spaces": ("t2v.service.zerogpu",),
    "accelerate": ("t2v.batch",),
    "ray": ("t2v.cluster", "t2v.on_ray", "t2v.service", "t2v.space.ray_page"),
    "triton": ("t2v.runtime",),
    "torch._inductor": ("t2v.runtime",),
    "huggingface_hub": ("t2v.checkpoints",),
    "safetensors": ("t2v.checkpoints", "t2v.latents", "t2v.unfinished"),
    "open_clip": ("t2v.networks.openclip",),
    "imageio_ffmpeg": ("t2v.ffmpeg",),
    "diffusers": (),
    "transformers": (),
    "modelscope": (),
    "training": (),
    "benchmarks": (),
    "tools": (),
    "tests": (),
}
STANDARD_LIBRARY_ONLY = (
    "t2v.ends",
    "t2v.shards",
    "t2v.stops",
    "t2v.file_settings",
    "t2v.cgroups",
    "t2v.streams",
    "t2v.request",
    "t2v.limits",
    "t2v.json_limits",
    "t2v.checks",
    "t2v.defaults",
    "t2v.elsewhere",
    "t2v.measures",
    "t2v.errors",
    "t2v.prompt_weights",
    "t2v.scenes",
    "t2v.texts",
    "t2v.translation",
    "t2v.sentences",
    "t2v.telling",
    "t2v.pieces",
    "t2v.languages",
    "t2v.spelling",
    "t2v.version",
    "t2v.vocabulary",
    "t2v.subject_names",
    "t2v.sceneries",
    "t2v.misspelled",
    "t2v.knowledge",
)
WITHOUT_TORCH = (
    "t2v.progress",
    "t2v.source",
    "t2v.source_file",
    "t2v.video",
    "t2v.notebook",
    "t2v.latents",
    "t2v.containers",
    "t2v.growing",
    "t2v.frames",
    "t2v.provenance",
    "t2v.image",
    "t2v.places",
    "t2v.interpolation",
    "t2v.enlarging",
    "t2v.ffmpeg",
    "t2v.ffmpeg_output",
    "t2v.qualities",
    "t2v.machine",
    *STANDARD_LIBRARY_ONLY,
)


def module_name(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def syntax(module: str) -> list[ast.AST]:
    """Every node of a module's syntax tree."""
    return list(ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))))


MODULES = {module_name(file): file for file in (ROOT / "app.py", *sorted((ROOT / "t2v").rglob("*.py")))}


def imports(module: str) -> Iterator[str]:
    """Every name that a module imports anywhere in it, such as t2v.video.Video."""
    package = module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]
    for node in syntax(module):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: 1 - node.level or None] if node.level else []
            origin = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{origin}.{name.name}" for name in node.names)


def inside(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def part(name: str) -> str:
    """The part that a module, or something imported from one, belongs to; t2v itself is only its __init__."""
    fits = [each for each in PARTS if inside(name, each) and each != "t2v"]
    return max(fits, key=len, default="t2v" if inside(name, "t2v") else "")


def reached(module: str) -> set[str]:
    """The modules of t2v that a module imports; of `from t2v.networks import VAE`, t2v.networks."""
    names = (name for name in imports(module) if inside(name, "t2v"))
    return {name if name in MODULES else name.rpartition(".")[0] for name in names}


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_downwards(module: str):
    own = part(module)
    upwards = {other for other in map(part, reached(module)) if PARTS.index(other) < PARTS.index(own)}
    assert not upwards


def test_every_part_is_in_the_picture_and_there():
    picture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for each in PARTS:
        path = each.replace(".", "/")
        assert any(f"`{path}{end}`" in picture for end in ("/", ".py", "/__init__.py")), each
    assert {part(module) for module in MODULES} == set(PARTS)


@pytest.mark.parametrize("folder", ["t2v/space", "t2v/service"])
def test_the_picture_names_every_file_of_the_page_and_the_service(folder: str):
    picture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()
    (row,) = (line for line in picture if line.startswith(f"| `{folder}/`"))
    files = {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__"}
    assert not files - set(re.findall(r"\w+", row))


@pytest.mark.parametrize("package", ONLY_IN)
def test_packages_have_one_home(package: str):
    users = {module for module in MODULES if any(inside(name, package) for name in imports(module))}
    assert not {user for user in users if not any(inside(user, home) for home in ONLY_IN[package])}


@pytest.mark.parametrize("module", WITHOUT_TORCH)
def test_requests_and_files_need_no_torch(module: str):
    assert not [name for name in imports(module) if inside(name, "torch")]


def test_the_service_imports_torch_only_when_it_is_called():
    """Its modules are imported by the page's process as well, which must start without torch."""
    for module in MODULES:
        if inside(module, "t2v.service"):
            tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
            at_import = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
            names = [ast.unparse(node) for node in at_import]
            assert not [name for name in names if "torch" in name.split() or "t2v.pipeline" in name], module


@pytest.mark.parametrize("module", STANDARD_LIBRARY_ONLY)
def test_a_request_needs_the_standard_library_alone(module: str):
    assert {name.partition(".")[0] for name in imports(module)} <= sys.stdlib_module_names | {"t2v"}


def test_compiling_has_one_home():
    """torch.compile and CUDA graphs are attributes of torch, so imports alone don't show them."""
    ways = ("torch.compile", "torch.cuda.CUDAGraph", "torch.cuda.graph", "torch.cuda.Stream")
    users = {
        module
        for module in MODULES
        for node in syntax(module)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ways
    }
    assert not {user for user in users if not inside(user, "t2v.runtime")}


def test_no_module_imports_itself_by_a_detour():
    open_modules, seen = [], set()

    def visit(module: str) -> None:
        assert module not in open_modules, " -> ".join([*open_modules, module])
        if module in seen:
            return
        seen.add(module)
        open_modules.append(module)
        for other in sorted(reached(module) & MODULES.keys() - {module}):
            visit(other)
        open_modules.pop()

    for module in MODULES:
        visit(module)
