"""The words of captions: colours, motions and the many ways to say them."""

from t2v.spelling import plural
from training.layout import RELATIONS
from training.subjects import Scenery, Subject, bare, countable

BACKGROUNDS = {
    "white": (255, 255, 255), "gray": (128, 128, 128), "black": (0, 0, 0), "red": (214, 40, 40),
    "orange": (245, 130, 32), "yellow": (250, 210, 50), "green": (50, 165, 75), "turquoise": (60, 195, 195),
    "blue": (45, 95, 215), "purple": (130, 65, 190), "pink": (250, 150, 195), "brown": (125, 80, 50),
}  # fmt: skip
TINTS = {
    "red": (230, 40, 40), "orange": (255, 140, 30), "yellow": (255, 220, 40), "green": (60, 190, 70),
    "blue": (50, 110, 245), "purple": (150, 70, 220), "pink": (255, 130, 190),
}  # fmt: skip
COLOUR_SYNONYMS = {"grey": "gray", "violet": "purple", "cyan": "turquoise"}
MOTION_PHRASES = {
    "still": ("still", "staying still", "standing still", "not moving", "resting"),
    "moving left": ("moving left", "moving to the left", "flying left", "going left", "sliding left",
                    "flying to the left", "running left", "moving from right to left"),
    "moving right": ("moving right", "moving to the right", "flying right", "going right", "sliding right",
                     "flying to the right", "running right", "moving from left to right"),
    "moving up": ("moving up", "moving upwards", "flying up", "going up", "rising", "floating up",
                  "rising up"),
    "moving down": ("moving down", "moving downwards", "falling", "going down", "sinking",
                    "falling down", "dropping"),
    "growing": ("growing", "getting bigger", "getting larger", "growing bigger", "coming closer",
                "becoming bigger"),
    "shrinking": ("shrinking", "getting smaller", "becoming smaller", "growing smaller", "moving away"),
    "spinning": ("spinning", "rotating", "turning around", "spinning around", "rotating once", "twirling"),
}  # fmt: skip
BACKGROUND_PHRASES = (
    "on a {} background", "on a {} background", "on a {} background", "on {}", "in front of a {} background",
    "against a {} background", "with a {} background", "in front of a {} wall", "on a plain {} background",
)  # fmt: skip
PREFIXES = (
    "a video of",
    "an animation of",
    "an emoji of",
    "a clip of",
    "a picture of",
    "a cartoon of",
    "a 3d",
)
ADJECTIVES = ("cute", "funny", "happy", "little", "lovely", "beautiful", "cool", "adorable", "small", "big")
NUMBERS = {2: "two", 3: "three"}
FILLERS = (
    "eating", "sleeping", "dancing", "playing", "smiling", "having fun", "looking at you", "eating lunch",
    "drinking", "with friends", "singing", "laughing", "waiting", "thinking", "working", "jumping for joy",
    "walking around", "saying hello", "eating bamboo", "listening", "dreaming", "resting in the shade",
)  # fmt: skip


def canonical(subject: str, background: str, motion: str) -> str:
    """The plainest caption, `subject` with its article: "a panda moving left on a green background"."""
    middle = f"{subject} {motion}" if motion != "still" else subject
    return f"{middle} on a {background} background".replace("a orange", "an orange")


def sentences(subjects: tuple[Subject, ...], scenery: tuple[Scenery, ...] = ()) -> list[str]:
    """Every phrase that captions are made of: together they hold every word of every caption."""
    names = [phrase for subject in subjects for phrase in subject.phrases]
    plurals = [plural(bare(phrase)) for phrase in names if countable(phrase)]
    motions = [phrase for phrases in MOTION_PHRASES.values() for phrase in phrases]
    colours = [*BACKGROUNDS, *TINTS, *COLOUR_SYNONYMS]
    glue = ["a", "an", "the", *NUMBERS.values(), "and", "is", "are", "both", "all", "of", ".", ","]
    return [
        *RELATIONS,
        *(phrase for place in scenery for phrase in place.phrases),
        *names,
        *plurals,
        *motions,
        *colours,
        *BACKGROUND_PHRASES,
        *PREFIXES,
        *ADJECTIVES,
        *FILLERS,
        *glue,
    ]
