"""What can be done with a finished video, as HTML: smoother, download, share, link, delete.

page.js acts on the data attributes; the files are `versions` of the video.
"""

import json
from collections.abc import Sequence
from html import escape

from t2v.checkpoints.catalogue import find
from t2v.interpolation import SMOOTH
from t2v.service.files import LARGER
from t2v.service.outputs import SUFFIXES, Record
from t2v.space import strings
from t2v.space.form import link, settings_of
from t2v.space.origin import started


def of(record: Record, folder: str, grouped: int = 0, source: bool = False) -> str:
    """The buttons under a video that lies in `folder`; an example is nobody's, so it can't be deleted.

    A link would bring another video where this one started from a source, which no link holds.
    """
    href = escape(link(record.request, record.model), quote=True)
    group = f"<button type='button' data-group=''>{strings.GROUP.format(count=grouped)}</button>"
    first, *others = SUFFIXES
    parts = [
        group if grouped > 1 else "",
        _download(record, folder, first, strings.DOWNLOAD, "save"),
        f"<button type='button' data-way='another'>{strings.AGAIN}</button>",
        "" if source else _link(href),
    ]
    return f"<div class='links'>{''.join(parts)}{_more(record, folder, others, source)}</div>"


def _link(href: str) -> str:
    """The address that makes the video again, to be opened, copied by a click, or given on."""
    return (
        f"<a role='button' href='{href}' class='settings-link' data-copy='{href}' "
        f"data-copied='{strings.COPIED}'>{strings.COPY}</a>"
        f"<button type='button' data-share='{href}' hidden>{strings.SHARE}</button>"
    )


def _more(record: Record, folder: str, suffixes: Sequence[str], source: bool) -> str:
    """The folded rest: a smoother video, other formats, what starts from this video, its settings.

    Of a video that has no link it says why.
    """
    formats = [
        _download(record, folder, each, strings.DOWNLOAD_AS.format(format=_format(each))) for each in suffixes
    ]
    rows = f"<div class='links'>{_smooth(record)}{_larger(record)}{''.join(formats)}</div>"
    start = f"<button type='button' data-from='{folder}/{record.id}.mp4'>{strings.START_FROM_THIS}</button>"
    rows += _further(record) if record.owner else ""
    rows += f"<div class='links'>{start}{_delete(record) if record.owner else ''}</div>" + _json(record)
    rows += f"<p class='aside'>{strings.NO_LINK}</p>" if source else ""
    return f"<details class='more'><summary>{strings.MORE}</summary>{rows}</details>"


def ahead() -> str:
    """Buttons for a video that starts from the one that is being made, and waits for it."""
    ways = [("continue", strings.THEN_CONTINUE), ("vary", strings.THEN_VARY)]
    buttons = "".join(f"<button type='button' data-way='{way}'>{words}</button>" for way, words in ways)
    return f"<div class='links'>{buttons}</div>"


def notify() -> str:
    """A button that asks for a notification at the end; page.js shows it where the browser has them."""
    words = {"done": strings.NOTICE_DONE, "failed": strings.NOTICE_FAILED, "on": strings.NOTIFIED}
    data = " ".join(f'data-{name}="{text}"' for name, text in words.items())
    return f"<p class='links'><button type='button' data-notify {data} hidden>{strings.NOTIFY}</button></p>"


def _smooth(record: Record) -> str:
    """A switch between the video and its smoother version; nothing where it has enough frames a second."""
    if (record.request.fps or 0) >= SMOOTH:
        return ""
    shown = strings.SMOOTH.format(fps=SMOOTH)
    return _switch("smooth", f".{SMOOTH}", shown, strings.SMOOTH_WAIT, strings.SMOOTH_WRONG)


def _larger(record: Record) -> str:
    """A switch to twice the size; a job for the second model where one was made to enlarge such videos."""
    if record.request.larger:
        return ""
    entry = find(record.model)
    if record.owner and entry and entry.native.second:
        return f"<button type='button' data-way='larger'>{strings.LARGER}</button>"
    return _switch("larger", f".{LARGER}", strings.LARGER, strings.LARGER_WAIT, strings.LARGER_WRONG)


def _switch(kind: str, change: str, shown: str, wait: str, wrong: str) -> str:
    """A button that changes between the video and a version of it; `change` is in the version's name."""
    words = f"data-wait='{wait}' data-wrong='{wrong}'"
    data = f"class='{kind}' data-smooth='{change}' aria-pressed='false' {words}"
    return f"<button type='button' {data}>{shown}</button>"


def _further(record: Record) -> str:
    """Buttons for a video that starts from this one, or is this one as a loop; each makes it at once."""
    ways = [("continue", strings.CONTINUE), ("vary", strings.VARY), ("loop", strings.LOOP)]
    off = f" disabled title='{escape(strings.NO_LOOP, quote=True)}'"
    never = {"loop": off} if record.request.loop or started(record.request) else {}
    buttons = "".join(
        f"<button type='button' data-way='{way}'{never.get(way, '')}>{words}</button>" for way, words in ways
    )
    return f"<p class='aside'>{strings.FURTHER}</p><div class='links'>{buttons}</div>"


def _download(record: Record, folder: str, suffix: str, words: str, kind: str = "") -> str:
    """The link to a video in a format."""
    name, shown = escape(file_name(record), quote=True), strings.DOWNLOAD_AS.format(format=_format(suffix))
    return (
        f"<a href='{folder}/{record.id}{suffix}' download='{name}{suffix}' class='{kind}' "
        f"aria-label='{shown}'>{words}</a>"
    )


def _format(suffix: str) -> str:
    return strings.FORMATS.get(suffix) or suffix.lstrip(".").upper()


def _delete(record: Record) -> str:
    sure = escape(strings.DELETE_SURE, quote=True)
    return f"<button type='button' data-delete='{record.id}' data-sure='{sure}'>{strings.DELETE}</button>"


def file_name(record: Record) -> str:
    """A name without suffix for the visitor's own disk: plain letters of the prompt, and the seed."""
    letters = "".join(
        letter if letter.isascii() and letter.isalnum() else "-" for letter in record.request.prompt
    )
    words = "-".join(filter(None, letters.lower().split("-")))[:40].strip("-") or "video"
    return f"{words}-{record.request.seed}"


def _json(record: Record) -> str:
    settings = settings_of(record.request, started(record.request)) | {"model": record.model}
    text = escape(json.dumps(settings, indent=2, ensure_ascii=False))
    return f"<details><summary>{strings.JSON}</summary><pre tabindex='0'>{text}</pre></details>"
