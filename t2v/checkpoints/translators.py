"""What a model reads prompts with, found by its name without loading it."""

from functools import lru_cache

from t2v.translation import Translator
from t2v.vocabulary import Vocabulary

from .adapter_names import split
from .catalogue import EMBEDDED_FOLDER
from .errors import CheckpointError
from .model_names import is_embedded, local_path


@lru_cache(8)
def translator_of(model: str) -> Translator | None:
    """The translator of a model with a vocabulary; None for any other, and for what is no model here."""
    try:
        base, _ = split(model)
        folder = EMBEDDED_FOLDER if is_embedded(base) else local_path(base)
        return Translator(Vocabulary.open(folder)) if folder else None
    except (CheckpointError, OSError, ValueError, KeyError, TypeError):
        return None
