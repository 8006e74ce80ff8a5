"""The ordinary English words of CLIP's tokens.

python -m training.ordinary        writes t2v/languages/ordinary.txt
"""

from t2v.languages.ordinary import ORDINARY, SHORTEST
from t2v.networks.tokenizer import clip_merges

END = "</w>"


def words() -> list[str]:
    """The tokens that are whole words of English letters, the commonest first."""
    tokens = (merge.replace(" ", "") for merge in clip_merges())
    ended = (token.removesuffix(END) for token in tokens if token.endswith(END))
    return [word for word in ended if word.isascii() and word.isalpha() and len(word) >= SHORTEST]


if __name__ == "__main__":
    ORDINARY.write_text("\n".join(words()) + "\n", encoding="utf-8")
