"""The About text says what a model is, and what it must not be used for."""

import pytest

from t2v.checkpoints.catalogue import CATALOGUE
from t2v.service import backend
from t2v.space import about, markdown


@pytest.mark.parametrize("model", CATALOGUE)
def test_every_model_is_explained(model: str):
    text = about.text(next(choice for choice in backend.choices(None) if choice.id == model))
    for word in ("Trained on", "Not for", "Licence", CATALOGUE[model].title, CATALOGUE[model].limits):
        assert word in text


def test_our_markdown_is_shown_as_it_is_meant():
    shown = markdown.html(
        "### Title\n\n**Bold**, *soft*, `code` and [a link](https://example.org/a_b).\n<b>x"
    )
    assert shown == (
        "<div class='told'><h3>Title</h3><p><b>Bold</b>, <i>soft</i>, <code>code</code> and "
        "<a href='https://example.org/a_b' rel='noopener'>a link</a>.\n&lt;b&gt;x</p></div>"
    )
    assert "javascript" not in markdown.html("[x](javascript:alert(1))").replace("(javascript", "")
