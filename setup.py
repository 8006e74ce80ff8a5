"""What pyproject.toml can't say: the wheel has the examples, and PyPI gets a README that it can show."""

import re
from pathlib import Path
from shutil import copytree

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent


class WithExamples(build_py):
    """Copies `examples/` to where the installed page looks for it (`t2v/space/examples.py`)."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            copytree(
                HERE / "examples", Path(self.build_lib, "t2v/space/installed_examples"), dirs_exist_ok=True
            )


def for_pypi(readme: str) -> str:
    """Take the Space's settings off, pictures out, and leave of links to files of the project their words."""
    text = re.sub(r"\A---\n.*?\n---\n", "", readme, flags=re.DOTALL)
    text = re.sub(r"!\[[^\]]*\]\((?!https?:)[^)]*\)\n*", "", text)
    return re.sub(r"(?<!!)\[([^\]]+)\]\((?!https?:)[^)]*\)", r"\1", text)


setup(
    cmdclass={"build_py": WithExamples},
    long_description=for_pypi((HERE / "README.md").read_text(encoding="utf-8")),
    long_description_content_type="text/markdown",
)
