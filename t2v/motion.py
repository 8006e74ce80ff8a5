"""The motion of a source, in the words of a model to which a prompt without any says that nothing moves.

The captions of the embedded model name every motion, so under "a cat" it draws a cat that stands still, also
over a panda that moves. A changed video is to keep the motion: where the prompt names none, the model is
asked which of its motions makes it predict the source best, and is told that one. Asking is one step more: a
run of the network for each motion.
"""

from t2v.request import Complete
from t2v.scenes import scenes
from t2v.translation import Translator

FRAMES = 16  # of a longer source are asked about, evenly spread: as many as captions were learnt with
SHARES = (1.0,)  # of the schedule's times: earlier, what shows of the source moves it whatever the words say
NOTE = "The source's motion was told to the model: {sentence}."


def asked(request: Complete, translator: Translator | None) -> list[str]:
    """The sentences of which the model is asked how well they fit the source, one a motion.

    None where nothing is changed, where the prompt names a motion or has scenes, and for a model without a
    vocabulary, whose `translator` is None.
    """
    if translator is None or not 0 < request.strength < 1 or len(scenes(request.prompt)) > 1:
        return []
    said, words = translator.read(request.prompt).sentence, translator.vocabulary
    return [] if words.motion(said) else [f"{said} {motion}" for motion in words.motions]


def asked_frames(request: Complete, translator: Translator | None) -> int:
    """Frames that the network predicts while it is asked, under all sentences together."""
    return min(FRAMES, request.frames) * len(asked(request, translator))
