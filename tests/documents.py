"""README.md and the pages of docs/: their code blocks, and the programs that these call."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r'^```(\w+)(?: title="([^"]*)")?\n(.*?)^```', re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A block of code: its language, its title ("" without one), its text."""

    language: str
    title: str
    text: str

    def commands(self) -> list[list[str]]:
        """The words of each command of a block for a shell."""
        lines = self.text.replace(" && ", "\n").splitlines()
        words = (shlex.split(line, comments=True) for line in lines)
        return [line for line in words if line]


class Document:
    """A page in Markdown."""

    def __init__(self, path: Path):
        self.path, self.text = path, path.read_text(encoding="utf-8")
        self.name = path.relative_to(ROOT).as_posix()
        self.blocks = [Block(*found) for found in BLOCK.findall(self.text)]

    def links(self) -> list[str]:
        """The links and pictures of this repository, without the places within their pages."""
        found = re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", self.text)
        local = [one or other for one, other in found if "://" not in (one or other)]
        return [link.partition("#")[0] for link in local if not link.startswith("#")]


PAGES = [Document(path) for path in sorted((ROOT / "docs").glob("*.md"))]
DOCUMENTS = [Document(ROOT / "README.md"), *PAGES]
