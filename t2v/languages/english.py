"""English words: those that draw nothing, and what the words that small models aren't taught come to."""

from t2v.spelling import split

DENIALS = frozenset("no not without never nothing except isn't aren't don't".split())
# Words that a prompt may have without meaning anything that could be drawn.
FILLERS = frozenset(
    """a an the this that these those some any and or of in on at to from with without by for as into onto
    over under near beside behind before after is are was be being been it its his her their my your
    our one two three both all very really just only video clip animation animated emoji picture
    photo photograph portrait cartoon image film scene shot style 3d background wall plain colour
    color coloured colored front against around slowly quickly please make show me high quality
    beautiful cute little big small funny lovely adorable cool""".split()
)
# Small words of other languages in Latin letters.
FOREIGN_WORDS = frozenset(
    """der das und ein eine einen einem dem auf mit vor im ist un une les du et dans avec sur sous una unos
    sobre y il gli di della nel che uno um uma em och ett på een het się z le""".split()
)
# English has these too, or names in it: to die, Las Vegas, a van. Alone they say nothing.
ALSO_ENGLISH = frozenset(
    "die den en el la los las con por de del des lo no não med det om op met van na w".split()
)
ENGLISH_WORDS = frozenset(
    "riding running walking eating flying moving sitting dancing jumping swimming driving".split()
)


def _table(rows: dict[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, words in rows.items() for word in words.split()}


# Between two subjects -> the relation.
RELATED = _table({
    "above": "on onto upon atop over aboard riding rides ride",
    "below": "under underneath beneath wearing wears wear",  # a lion below a crown
    "in front of": "in inside into within",
    "next to": "with by beside near at to from around toward towards against past",
})  # fmt: skip
# Between a subject and a scenery.
PLACED = frozenset(
    "in inside into within on onto at to through across along around by near from towards".split()
)
# A way to move that says no direction -> the motion. Most pictures of animals and vehicles look to the left.
GAITS = _table({
    "moving left": """moving driving drives running runs walking walks flying flies swimming swims sailing
        sails racing races crawling crawls galloping gallops marching marches""",
    "moving up": "jumping jumps hopping hops climbing climbs floating floats launching launches soars",
    "moving down": "diving dives landing lands",
    "spinning": "rolling rolls whirling turning turns twisting",
    "growing": "approaching approaches",
})  # fmt: skip
# How many -> the most like it that is drawn.
MANY = "three some few several many dozens four five six seven eight nine ten 3 4 5 6 7 8 9 10"
NUMBERS = {word: 2 for word in "two couple pair 2".split()} | dict.fromkeys(MANY.split(), 3)
# A man surfing is a "person surfing".
PEOPLE = frozenset("person man woman boy girl child kid guy lady".split())
NOUNS_IN_ING = frozenset("ring king wing building painting pudding dumpling seedling lightning".split())


def english(prompt: str) -> bool:
    """Guess whether a prompt is English, for a gentle remark: never a reason to refuse.

    It isn't where many letters aren't ASCII, or where another language's small words outnumber English ones;
    words that English has too count only together with one that it hasn't.
    """
    letters = [letter for letter in prompt if letter.isalpha()]
    if sum(not letter.isascii() for letter in letters) > 0.3 * len(letters):
        return False
    words = split(prompt)
    foreign, either = (sum(word in some for word in words) for some in (FOREIGN_WORDS, ALSO_ENGLISH))
    own = sum(word in FILLERS or word in ENGLISH_WORDS for word in words)
    return not foreign or foreign + either <= own
