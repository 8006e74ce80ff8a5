"""The QR code of an address: what a terminal shows is read by a decoder, or nothing is shown."""

import re
import sys
from io import BytesIO, StringIO, TextIOWrapper

import numpy as np
import pytest
import zxingcpp

from t2v.space import launch, qr

ADDRESS = "http://192.168.178.43:7860/"
DARK, LIGHT = 0, 255
HALVES = {"█": (LIGHT, LIGHT), "▀": (LIGHT, DARK), "▄": (DARK, LIGHT), " ": (DARK, DARK)}


class Terminal(TextIOWrapper):
    """A terminal's stream with an encoding."""

    def __init__(self, encoding: str):
        super().__init__(BytesIO(), encoding=encoding)

    def isatty(self) -> bool:
        return True


def seen(text: str) -> str | None:
    """What a camera reads of lines in a terminal."""
    lines = re.findall(r"\x1b\[97;40m([█▀▄ ]+)\x1b\[0m", text)
    if not lines:
        return None
    rows = [[HALVES[letter][half] for letter in line] for line in lines for half in (0, 1)]
    picture = np.kron(np.array(rows, dtype=np.uint8), np.ones((8, 8), dtype=np.uint8))
    found = zxingcpp.read_barcodes(np.pad(picture, 16, constant_values=LIGHT))
    return found[0].text if found else None


@pytest.mark.parametrize("address", [ADDRESS, "http://[2001:db8::1]:65535/"])
def test_the_code_is_the_address(address: str):
    assert seen(qr.code(address, Terminal("utf-8"))) == address


def test_only_a_terminal_that_has_the_characters_shows_it():
    assert qr.code(ADDRESS, StringIO()) == "" == qr.code(ADDRESS, Terminal("ascii"))


def test_without_the_package_there_is_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "segno", None)
    assert qr.code(ADDRESS, Terminal("utf-8")) == ""


def test_a_page_of_the_network_says_where_phones_find_it(monkeypatch: pytest.MonkeyPatch):
    for host, expected in (("0.0.0.0", ADDRESS), ("127.0.0.1", None)):
        terminal = Terminal("utf-8")
        with monkeypatch.context() as patch:
            patch.setattr(launch, "outside", lambda host, port: ADDRESS if host == "0.0.0.0" else "")
            patch.setattr(sys, "stdout", terminal)
            launch.announce("t2v", host, 7860)
        said = terminal.buffer.getvalue().decode()
        assert f"phones of this network: {ADDRESS}" in said or not expected
        assert seen(said) == expected
