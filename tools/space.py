"""Upload the page as a Space of Hugging Face: the files that it needs, without the project's history.

    make space SPACE=user/name
    make space SPACE=user/name ARGS="--dry-run"     lists the files and their sizes
    make space SPACE=user/name ARGS="--hardware t4-small --set T2V_TITLE='My page' --secret T2V_AUTH=me:pass"

The hub takes no push of large files by git; `upload_folder` sends them to its storage. It needs a token, from
`hf auth login` or in HF_TOKEN.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError
from huggingface_hub.utils import filter_repo_objects

from t2v.space.options import OPTIONS

ROOT = Path(__file__).parents[1]
FILES = (
    "app.py",
    "README.md",
    "LICENSE",
    "requirements.txt",
    "packages.txt",
    "t2v/*",
    "examples/*",
    "docs/*",
)
LEFT_OUT = ("*__pycache__*", "*.pyc", "*/.*", ".*", "*.part")
REPLACED = ("t2v/*", "examples/*", "docs/*")  # files there that the project no longer has are deleted
NAME = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")
THUMBNAIL = "docs/thumbnail.jpg"
PLANS = """
A new Gradio Space needs a paid plan of the hub, but for two on ZeroGPU; --hardware chooses what it runs on.
Settings -> Variables and secrets, there or by --set and --secret; each is an option of the page:
"""


def files() -> list[Path]:
    """The files of a Space, relative to the project."""
    found = (path.relative_to(ROOT).as_posix() for path in sorted(ROOT.rglob("*")) if path.is_file())
    return list(map(Path, filter_repo_objects(found, allow_patterns=FILES, ignore_patterns=LEFT_OUT)))


def readme(space: str) -> str:
    """The README, its front matter with the Space's own thumbnail."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.sub(r"\A---\n", f"---\nthumbnail: {address(space)}/resolve/main/{THUMBNAIL}\n", text)


def address(space: str) -> str:
    return f"https://huggingface.co/spaces/{space}"


def listing() -> str:
    """The files and their sizes, and the sum."""
    sizes = {path: (ROOT / path).stat().st_size for path in files()}
    lines = [f"{size:12,}  {path.as_posix()}" for path, size in sizes.items()]
    return "\n".join([*lines, f"{sum(sizes.values()):12,}  bytes in {len(sizes)} files"])


def upload(api: HfApi, options: argparse.Namespace) -> None:
    """Make the Space if there is none, set what is to be set, and upload the files in one commit."""
    wanted = {
        "repo_type": "space",
        "space_sdk": "gradio",
        "exist_ok": True,
        "private": options.private or None,
    }
    api.create_repo(options.space, **wanted)
    if options.hardware:
        api.request_space_hardware(options.space, options.hardware)
    for name, value in options.set:
        api.add_space_variable(options.space, name, value)
    for name, value in options.secret:
        api.add_space_secret(options.space, name, value)
    with TemporaryDirectory() as folder:
        for path in files():
            (copy := Path(folder, path)).parent.mkdir(parents=True, exist_ok=True)
            copyfile(ROOT / path, copy)
        Path(folder, "README.md").write_text(readme(options.space), encoding="utf-8")
        api.upload_folder(
            folder_path=folder,
            repo_id=options.space,
            repo_type="space",
            commit_message="The page of t2v",
            delete_patterns=list(REPLACED),
        )


def _sentence(error: Exception) -> str:
    status = error.response.status_code if isinstance(error, HfHubHTTPError) else 0
    if status == 401 or isinstance(error, LocalTokenNotFoundError):
        return "The hub doesn't know you: run `hf auth login` with a token that may write, or set HF_TOKEN."
    return f"The hub refused it: {' '.join(str(error).split())[:300]}"


def _setting(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    known = {row.variable for row in OPTIONS.values()}
    if name not in known and not name.startswith(("HF_", "GRADIO_")):
        raise argparse.ArgumentTypeError(
            f"{name} is no variable of the page; they are {', '.join(sorted(known))}"
        )
    if not value:
        raise argparse.ArgumentTypeError(f"{name} needs a value: {name}=…")
    return name, value


def _space(text: str) -> str:
    if not NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no name of a Space, such as SPACE=user/name")
    return text


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make space", description="Upload the page as a Space.")
    parser.add_argument("space", type=_space, metavar="user/name")
    parser.add_argument(
        "--dry-run", action="store_true", help="list the files and their sizes, upload nothing"
    )
    parser.add_argument("--private", action="store_true", help="a new Space that only you can see")
    parser.add_argument("--hardware", help="such as cpu-upgrade, t4-small or zero-a10g")
    variable = {"type": _setting, "action": "append", "default": [], "metavar": "NAME=VALUE"}
    parser.add_argument("--set", help="a variable of the Space, such as T2V_TITLE='My page'", **variable)
    parser.add_argument("--secret", help="a secret of the Space, such as T2V_AUTH=me:password", **variable)
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """List or upload; -> the exit code, 1 after a sentence why it failed."""
    options = arguments(given)
    if options.dry_run:
        print(listing())
    else:
        try:
            upload(HfApi(), options)
        except (HfHubHTTPError, LocalTokenNotFoundError, OSError) as error:
            print(_sentence(error), file=sys.stderr)
            return 1
        print(address(options.space))
    print(PLANS + "\n".join(f"  {row.variable:<16} {row.words}" for row in OPTIONS.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
