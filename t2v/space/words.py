"""Whether a prompt looks English: a guess for a gentle word, never a reason to refuse."""

import re

FOREIGN = frozenset(
    """der die das und ein eine einen auf mit im le les une des dans avec sur sous el los las una unos con en
    por del il gli di della nel uno um uma os na no não och ett på med den det een het van op met w na się z
    """.split()
)
ENGLISH = frozenset(
    """a an the in on at of with and to from over under by for is are riding running walking eating flying
    moving background front no""".split()
)


def english(prompt: str) -> bool:
    """False where most letters are beyond Latin, or small foreign words outnumber the English ones."""
    letters = [letter for letter in prompt if letter.isalpha()]
    if letters and sum(ord(letter) > 0x24F for letter in letters) * 2 > len(letters):
        return False
    words = re.findall(r"\w+", prompt.lower())
    foreign, own = sum(word in FOREIGN - ENGLISH for word in words), sum(word in ENGLISH for word in words)
    return foreign <= own or foreign == 0
