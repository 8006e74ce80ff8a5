"""What English prompts say -> the same in words that mean one thing only, before their names are searched.

"A shark in the tank" is in a fish tank; of "a red nosed reindeer" only the nose is red.
"""

import re

_SWIMMERS = """fish|goldfish|clownfish|pufferfish|anglerfish|sharks?|piranhas?|hammerheads?|octopus|turtles?|
    dolphins?|whales?|seahorses?|jellyfish|squid|eels?|axolotls?|lobsters?|crabs?""".replace("\n    ", "")
_ADJECTIVES = r"(?:[\w-]+ ){0,3}"
_BEARDED = "santa(?: claus)?|father christmas|vikings?|gnomes?|leprechauns?|cavem[ae]n"  # as drawn
_MEN = "man|guy|fellow|gentleman|dad|father|grandfather|lumberjack|hipster|dwarf|sailor"
_NOT_PLAIN = r"(?!man with (?:a )?beard\b)"  # which was taught
_WATER = "water|sea|ocean|river|lake|pond|pool|stream"
_A = "(?:an?|the|his|her|its|their|my)"
PLAINER = tuple((re.compile(said, re.IGNORECASE), plain) for said, plain in {
    rf"\b((?:{_SWIMMERS}) (?:(?!and )[\w-]+ ){{0,3}}in(?:side)? {_A} {_ADJECTIVES})tank\b": r"\1fish tank",
    r"(?<!baseball )\bpitcher(?= (?:is )?(?:throw|threw|pitch))": "baseball pitcher",
    rf"\b({_BEARDED}) with {_ADJECTIVES}beards?\b": r"\1",
    rf"\b(?!wizard with a beard)(?:old )?(wizards?) with {_ADJECTIVES}beards?\b": r"bearded \1",
    rf"\ban? {_NOT_PLAIN}(?:old )?(?:{_MEN}) with {_ADJECTIVES}beard\b": "a bearded man",
    rf"\b{_NOT_PLAIN}(?:{_MEN}) with {_ADJECTIVES}beard\b": "bearded man",
    rf"\b(?:men|guys) with {_ADJECTIVES}beards\b": "bearded men",
    rf"\bin ({_A} {_ADJECTIVES}(?:wig|crown|helmet))\b(?! (?:of|and)\b)": r"wearing \1",
    rf"\b(?:wearing|wears) ({_A} {_ADJECTIVES}(?:coat|raincoat))\b(?! and\b)": r"in \1",
    r"\b((?:jar|pot|bowl|slice|piece)s? of) (?!(?:an?|the)\b)[\w-]+ (?=(?:jam|toast|cereal|cheesecake)\b)":
        r"\1 ",
    r"\b(man|woman|boy|girl|guy) jet[ -]?skis\b": r"\1 on a jet ski",
    r"\bjet[ -]?skiing\b": "on a jet ski",
    r"\bhula[ -]?hooping\b": "with a hula hoop",
    r"\bgo[ -]?[kc]arting\b": "in a go-kart",
    r"(?<!a )(?<!the )\brafting\b(?! trip)": "on a raft",
    rf"\bfloat(?:s|ing|ed)? (?:in|on|down|along) (?={_A} {_ADJECTIVES}(?:{_WATER})\b)": "in ",
    r"\brunning (?=(?:water|tap|faucet)\b)": "",
    r"\b(water|tap|faucet) running\b": r"\1",
    r"\b(?!(?:an?|the|is|are|and|or|with)\b)(\w+) (?=(?:"
    r"eyed|haired|nosed|tailed|headed|legged|horned|shaped|glazed)\b)": r"\1-",
}.items())  # fmt: skip
