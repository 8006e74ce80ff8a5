"""The motion of a source, in the words of a model to which a prompt without any says that nothing moves.

The captions of the embedded model name every motion, so under "a cat" it draws a cat that stands still, also
over a panda that moves. A changed video is to keep the motion: where the prompt names none, the model is told
the one under which it predicts the source best.
"""

from collections.abc import Callable
from dataclasses import replace

from t2v.request import Complete
from t2v.scenes import scenes
from t2v.vocabulary import Vocabulary

SHARES = (1.0,)  # of the schedule's times: earlier, what shows of the source moves it whatever the words say
NOTE = "The source's motion was told to the model: {sentence}."


def carried(
    request: Complete,
    vocabulary: Vocabulary,
    sentence: Callable[[str], str],
    misfit: Callable[[Complete], float],
) -> Complete:
    """The request with the motion in its prompt under which `misfit` is least; as it is if it names one, or
    scenes."""
    said = sentence(request.prompt)
    if len(scenes(request.prompt)) > 1 or vocabulary.motion(said):
        return request
    return min((replace(request, prompt=f"{said} {motion}") for motion in vocabulary.motions), key=misfit)


def carried_note(request: Complete, told: Complete) -> tuple[str, ...]:
    """Say what the model was told, where that is more than the prompt."""
    return () if told.prompt == request.prompt else (NOTE.format(sentence=told.prompt),)
