"""English words: those that draw nothing, and what the words that small models aren't taught come to."""

from t2v.spelling import split

AND, ARTICLES = "and", frozenset(("a", "an", "the"))
STARTS = ARTICLES | {"this", "my", "another"}  # of a phrase whose noun follows
BETWEEN = ARTICLES | {AND, "is", "are", "both", "all"}  # words of captions beside names, motions, relations
DENIALS = frozenset(
    "no not without never nothing except isn't aren't don't doesn't didn't can't cannot won't wasn't".split()
)
# Words that a prompt may have without meaning anything that could be drawn.
FILLERS = frozenset(
    """a an the this that these those some any and or of in on at to from with without by for as into onto
    over under near beside behind before after is are was be being been it its his her their my your
    our one two three both all very really just only video clip animation animated emoji picture
    photo photograph portrait cartoon image film scene shot style 3d background wall plain colour
    color coloured colored front against around slowly quickly please make show me high quality
    beautiful cute little big small funny lovely adorable cool i we you he she they there who which
    let's it's there's here's that's who's he's she's they're we're you're i'm i'd i'll""".split()
)
# Small words of other languages in Latin letters.
FOREIGN_WORDS = frozenset(
    """der das und ein eine einen einem einer dem auf mit vor im ist un une les du et dans avec sur sous una
    unos dos sobre y il gli di della nel che uno um uma em och ett på een het się z le""".split()
)
# English has these too, or names in it: to die, Las Vegas, a van. Alone they say nothing.
ALSO_ENGLISH = frozenset(
    "die den en el la los las con por de del des lo no não med me det om op met van na w".split()
)
ENGLISH_WORDS = frozenset(
    "riding running walking eating flying moving sitting dancing jumping swimming driving".split()
)


def _table(rows: dict[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, words in rows.items() for word in words.split()}


# Between two subjects -> the relation.
RELATED = _table({
    "above": "on onto upon atop over aboard riding rides ride rode",
    "below": "under underneath beneath wearing wears wear",  # a lion below a crown
    "in front of": "in inside into within",
    "next to": "with by beside near at to from around toward towards against past",
})  # fmt: skip
# Between a subject and a scenery.
PLACED = frozenset(
    """in inside into within on onto at to through across along around by near from towards down up off
    crosses crossing""".split()
)
# A way to move that says no direction -> the motion. Most pictures of animals and vehicles look to the left.
GAITS = _table({
    "moving left": """move moves moved moving drive drives drove driving run runs ran running walk walks
        walked walking fly flies flew flying swim swims swam swimming sail sails sailed sailing race races
        raced racing crawl crawls crawling gallop gallops galloping cross crosses crossed crossing march
        marches marching travel travels traveling travelling speed speeds speeding cruise cruises cruising
        slide slides sliding go goes went going stroll strolls strolling""",
    "moving up": """jump jumps jumped jumping hop hops hopped hopping climb climbs climbed climbing float
        floats floated floating launch launches launched launching soar soars soaring rise rises rising
        bounce bounces bouncing""",
    "moving down": """dive dives diving land lands landed landing fall falls fell falling drop drops dropped
        dropping sink sinks sank sinking""",
    "spinning": "spin spins spun rotate rotates rotated roll rolls rolled rolling whirl whirls whirling",
    "growing": "grow grows grew approach approaches approaching",
    "shrinking": "shrink shrinks shrank",
})  # fmt: skip
# "At" after one of these places nobody there: "a wolf howling at the moon".
TURNED = frozenset(
    """look looks looked looking stare stares staring gaze gazes gazing point points pointing bark barks
    barking howl howls howling smile smiles smiling""".split()
)
# The direction of a way to move -> the motion; beside a subject at rest, its side.
DIRECTIONS = _table({
    "moving left": "left leftward leftwards",
    "moving right": "right rightward rightwards",
    "moving up": "up upward upwards",
    "moving down": "down downward downwards",
})  # fmt: skip
# Names that are verbs too: after a subject they say what it does.
VERBS = frozenset(
    """drinks waves cooks plants kisses irons rings rocks matches presents sleeps drops saws watches stops
    sets rises falls flies sails races runs walks likes like sleep watch swings drills hoses grills buttons
    suits caves tires whisks taps toasts jams spears ladles rafts corkscrews""".split()
)
BIDDING = frozenset("to please you we they i".split())  # before what is or shall be done: "tap the phone"
DESCRIBING = frozenset("well safe lighter".split())  # names that mostly say how something is or is done
MAKING = frozenset(("building", "painting"))  # verbs too, before an article: "a boy building a tower"
SHADES = frozenset(("light", "dark"))  # before a colour no subject and no scenery: "a light blue bird"
RISING = frozenset(("rises", "falls"))  # "the sun rises" is no plural of sunrise
APART = frozenset(("dragon fly",))  # not joined to a name: "a dragon fly over a castle"
# What is eaten is left out where the one who eats is also above, below or in front of something.
EATING = frozenset("eating eats eat drinking drinks chewing chews licking licks".split())
# A subject after one of these belongs to the one before it, which moves.
HAVING = frozenset("with having holding holds carrying carries wearing wears".split())
# "In front of" shows these only roughly: a man in a coat.
INSIDE = frozenset(word for word, relation in RELATED.items() if relation == "in front of")
WORN = frozenset(("suit", "suits"))  # not drawn on who wears them
# What somebody does on or below another subject, rather than where something stands.
DOES = frozenset("riding rides ride rode wearing wears wear".split())
# What a subject is like; the next one isn't there.
ALIKE = frozenset("like as instead made style".split())
STYLE = "style"  # what comes after it up to the next comma isn't there
# Of a camera and a picture, not of what is in it; sayings in which a name is no thing.
ASIDE = (
    "to the camera", "at the camera", "into the camera", "looking at the camera", "depth of field",
    "film grain", "sun rays", "soft light", "natural light", "neon light", "neon lights", "studio light",
    "watch a", "watch an", "watch the", "watch this", "can you", "could you", "would you", "i saw",
    "we saw", "slow motion", "golden hour", "drone shot", "drone shots", "drone footage", "drone view",
    "drone video", "fire drill", "doing a drill", "taking a swing", "takes a swing", "swing dancing",
    "playing pool", "plays pool", "play pool", "a school of", "tap dance", "tap dances", "tap dancing",
    "toast to", "making a toast", "makes a toast", "make a toast", "raising a toast", "raises a toast",
    "raise a toast", "let's toast", "proposing a toast", "proposes a toast", "jam session", "paper jam",
    "space jam", "spear fishing", "cabin crew", "cabin fever", "slug line", "phoenix, arizona",
    "phoenix arizona", "in phoenix", "at the golf club", "at a golf club",
)  # fmt: skip
# Other words for a motion, a relation, a scenery.
SAID = {
    "from left to right": "moving right",
    "from right to left": "moving left",
    "towards the camera": "growing",
    "toward the camera": "growing",
    "on top of": "above",
    "left side of": "left of",
    "right side of": "right of",
    "in the night sky": "at night",
    "under the night sky": "at night",
    "at sunrise": "at sunset",
    "on ice": "in the snow",
    "on the ice": "in the snow",
    "under the sea": "under water",
    "under the ocean": "under water",
}
_WATERS = (f"{at} {article} {water}" for at in ("in", "on", "down") for article in ("a", "the")
           for water in ("river", "pool", "swimming pool"))  # fmt: skip
SAID |= dict.fromkeys(_WATERS, "in the water")
# Nouns of places -> the scenery. One that names a subject, as "moon", is a place only beside two others.
WHERE = _table({
    "in space": "moon planet mars jupiter saturn venus galaxy cosmos orbit",
    "in a forest": "jungle rainforest woodland",
    "in the mountains": "mountain alps himalayas",
    "on a beach": "island sand seaside seashore shore coast",
    "in the water": "river pond pool aquarium",
    "in a garden": "park backyard yard courtyard",
    "in a field": "farm countryside pasture prairie savanna savannah",
    "on grass": "lawn",
    "in the snow": "ice iceberg glacier arctic antarctica",
    "in the sky": "cloud air",
    "in a city": "cityscape downtown",
    "on a street": "sidewalk pavement alley",
    "on a road": "path motorway freeway",
    "at night": "midnight nighttime",
    "at sunset": "dawn",
})  # fmt: skip
# After the noun of a place these don't make it another thing: "a forest clearing" is a forest.
SETTINGS = frozenset("scene scenery landscape view background backdrop setting clearing area full".split())
PICTURES = FILLERS | {"painting"}  # of something: of "a painting of a panda" the panda is drawn
# How many -> the most like it that is drawn.
MANY = """three some few several many dozen dozens hundred hundreds four five six seven eight nine ten
    3 4 5 6 7 8 9 10"""
NUMBERS = (
    {"one": 1, "1": 1} | {word: 2 for word in "two couple pair 2".split()} | dict.fromkeys(MANY.split(), 3)
)
# These come to what was taught; "top" and "side" do in "on top of" and "left side of".
TOLD = frozenset({*RELATED, *HAVING, *PLACED, *GAITS, *DIRECTIONS, *NUMBERS, "top", "side"})
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
