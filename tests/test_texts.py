"""Text files of people: every encoding gives the same text, or is named."""

import json
from pathlib import Path

import pytest

from t2v.space import examples
from t2v.texts import TextError, decode, read_text

TEXT = 'a panda\n"ein Kälbchen" 熊猫\u2028\n'


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_marks_and_line_ends_change_nothing(tmp_path: Path, mark: bytes, end: bytes):
    data = mark + TEXT.encode().replace(b"\n", end)
    (file := tmp_path / "a.txt").write_bytes(data)
    assert decode(data) == read_text(file) == TEXT
    assert decode(mark) == ""


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_is_named(encoding: str):
    with pytest.raises(TextError, match="is text in UTF-16; save it in UTF-8"):
        decode(TEXT.encode(encoding))


def test_what_is_no_utf_8_is_told_by_its_line():
    with pytest.raises(TextError, match=r"is not text in UTF-8 \(line 2\)"):
        decode(TEXT.replace("熊猫", "").replace("\u2028", "").encode("cp1252"))


def test_the_index_of_examples_may_come_from_a_windows_editor(tmp_path: Path):
    request = {"prompt": "a panda", "seed": 1}
    index = [{"id": "a", "model": "emoji", "request": request, "seconds": 1.0}]
    (tmp_path / "examples.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(index).encode())
    (tmp_path / "a.mp4").touch()
    assert examples.read(tmp_path)["a"].request.prompt == "a panda"
