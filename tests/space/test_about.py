"""The About text says what a model is, and what it must not be used for."""

import pytest

from t2v.checkpoints.catalogue import CATALOGUE
from t2v.service import backend
from t2v.space import about


@pytest.mark.parametrize("model", CATALOGUE)
def test_every_model_is_explained(model: str):
    text = about.text(next(choice for choice in backend.choices(None) if choice.id == model))
    for word in ("Trained on", "Not for", "Licence", CATALOGUE[model].title, CATALOGUE[model].limits):
        assert word in text
