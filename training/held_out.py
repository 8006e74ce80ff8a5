"""Combinations, pairs and relations that are held out of training, by hashes that never change."""

import hashlib


def held_out(subject: str, background: str, motion: str) -> bool:
    """True for the tenth of the combinations (names as in `vocabulary.json`) that training never sees."""
    return _hash(subject, background, motion) % 10 == 0


def held_pair(first: str, second: str) -> bool:
    """True for the 300th part of the pairs of subjects that training never shows together."""
    return _hash("pair", *sorted((first, second))) % 300 == 0


def held_relation(first: str, relation: str, second: str) -> bool:
    """True for the 5,000th part of the relations of two subjects that training never shows."""
    return _hash("relation", first, relation, second) % 5000 == 0


def _hash(*words: str) -> int:
    return int.from_bytes(hashlib.sha256("|".join(words).encode()).digest()[:4], "big")
