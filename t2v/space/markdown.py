"""The little Markdown of our own texts as HTML: headings, paragraphs, bold, emphasis, code and links.

Gradio's component for Markdown brings 30 kB of code for every visitor.
"""

import re
from html import escape

RULES = (
    (re.compile(r"\*\*(.+?)\*\*"), r"<b>\1</b>"),
    (re.compile(r"\*(.+?)\*"), r"<i>\1</i>"),
    (re.compile(r"`(.+?)`"), r"<code>\1</code>"),
    (re.compile(r"\[([^]]+)\]\((https?://[^\s)\"']+)\)"), r"<a href='\2' rel='noopener'>\1</a>"),
)


def html(text: str) -> str:
    """A text in Markdown as HTML; its own HTML is shown as it is written."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text) if block.strip()]
    return f"<div class='told'>{''.join(map(_block, blocks))}</div>"


def _block(block: str) -> str:
    marks = len(block) - len(block.lstrip("#"))
    words = escape(block[marks:].strip(), quote=True)
    for pattern, instead in RULES:
        words = pattern.sub(instead, words)
    name = f"h{min(marks, 6)}" if marks else "p"
    return f"<{name}>{words}</{name}>"
