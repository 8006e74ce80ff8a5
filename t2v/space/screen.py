"""The screen as HTML: the empty screen, the work, the video, the error, the shelves.

Every piece of text that isn't ours goes through `escape`. The page's `gr.HTML` keeps the elements that stay
the same between two versions, so bars glide and previews play on.
"""

import base64
import json
from collections.abc import Sequence
from html import escape

from t2v.defaults import ModelDefaults
from t2v.request import Complete, Request
from t2v.service.jobs import Job
from t2v.service.messages import Reading, Stage
from t2v.service.outputs import Record
from t2v.service.service import Service
from t2v.space import strings
from t2v.space.form import LABELS, link, settings_of


def empty(native: ModelDefaults, examples: bool) -> str:
    """Before the first video; `examples`: whether there are some to pick from."""
    hint = strings.EMPTY_HINT_EXAMPLES if examples else strings.EMPTY_HINT
    words = f"<p class='lead'>{strings.EMPTY}</p><p>{hint}</p>"
    return _screen("empty", _frame(native.width, native.height, f"<div class='words'>{words}</div>"))


def working(service: Service, job: Job) -> str:
    """The job's place or stage, a bar, the time left, the frames so far."""
    left = None if job.stopping else service.seconds_left(job)
    time = strings.LEFT.format(seconds=duration(left)) if left is not None and job.started else ""
    status = f"<p class='status' role='status'><b>{stage_text(service, job)}</b><span>{time}</span></p>"
    frame = _frame(job.request.width, job.request.height, _preview(job))
    return _screen("working", frame + _bar(job.step / job.request.steps) + status)


def stage_text(service: Service, job: Job) -> str:
    if job.stopping:
        return strings.STOPPING
    match job.stage:
        case Stage.WAITING:
            ahead = service.jobs.place(job) - 1
            return strings.PLACE.format(ahead=ahead) if ahead > 0 else strings.NEXT
        case Stage.LOADING:
            return _loading(service, job)
        case Stage.READING if job.step == 0:
            return strings.READING
        case Stage.READING | Stage.DENOISING:
            return strings.DENOISING.format(step=job.step, steps=job.request.steps)
        case Stage.DECODING:
            return strings.DECODING
    return strings.WRITING


def _loading(service: Service, job: Job) -> str:
    text = strings.LOADING.format(model=escape(service.choices[job.model].title))
    fetched = job.worker.fetched if job.worker else None
    return text + (
        strings.FETCHED.format(done=size(fetched.done), total=size(fetched.total)) if fetched else ""
    )


def finished(record: Record, folder: str = "video") -> str:
    """The video, the line of its settings, its link, its JSON."""
    request, source = record.request, f"{folder}/{record.name}"
    assert request.width and request.height  # it has been made
    alt = escape(strings.VIDEO_ALT.format(prompt=request.prompt), quote=True)
    frame = _frame(request.width, request.height, _player(source, alt, record.suffix, controls=True))
    href = escape(link(request, record.model, record.suffix), quote=True)
    head = f"<p class='status' role='status'><b>{strings.DONE.format(seconds=record.seconds)}</b></p>"
    links = (
        f"<p class='links'><a href='{source}' download='{file_name(record)}'>{strings.DOWNLOAD}</a>"
        f"<a href='{href}' class='settings-link'>{strings.LINK}</a>"
        f"<button type='button' data-copy='{href}' data-copied='{strings.COPIED}'>{strings.COPY}</button></p>"
    )
    notes = "".join(f"<p class='note'>{escape(note)}</p>" for note in record.notes)
    caption = f"<p class='prompt'>{escape(request.prompt)}</p><p class='summary'>{summary(request)}</p>"
    return _screen("done", frame + head + caption + notes + links + _json(record))


def ended(job: Job, native: ModelDefaults) -> str:
    """After a job without a video: stopped on purpose, or what went wrong."""
    if job.stage == Stage.STOPPED and not job.problem:
        return _screen(
            "stopped", _frame(native.width, native.height, f"<p class='words'>{strings.STOPPED}</p>")
        )
    return failed(strings.STOPPED if job.stage == Stage.STOPPED else strings.FAILED, job.problem, native)


def failed(title: str, problem: str, native: ModelDefaults) -> str:
    words = f"<div class='words'><p class='lead'>{title}</p><p role='alert'>{escape(problem)}</p></div>"
    return _screen("failed", _frame(native.width, native.height, words))


def shelf(records: Sequence[Record], title: str, name: str, folder: str, hint: str = "") -> str:
    """A row of small videos; a click on one sends its id."""
    items = "".join(_tile(record, folder) for record in records)
    body = f"<div class='tiles'>{items}</div>" if items else f"<p>{escape(hint)}</p>"
    return f"<section class='shelf {name}' aria-label='{title}'><h2>{title}</h2>{body}</section>"


def cost_line(service: Service, model: str, request: Complete) -> str:
    """The line under the button: what the video will cost here."""
    cost = service.cost(model, request)
    if not cost.fits:
        memory = size(cost.memory)
        return f"<p class='cost warn' role='status'>{strings.NOT_FITTING.format(memory=memory)}</p>"
    if cost.seconds is None:
        return f"<p class='cost'>{strings.NOT_KNOWN}</p>"
    text = strings.EXPECTED.format(seconds=duration(cost.seconds))
    if cost.peak and cost.memory:
        text += strings.EXPECTED_MEMORY.format(peak=size(cost.peak), memory=size(cost.memory))
    return f"<p class='cost'>{text}</p>"


def problems_line(problems: dict[str, str]) -> str:
    """The line under the button where settings would be refused."""
    lines = (f"{LABELS[name]}: {escape(text[0].lower() + text[1:])}" for name, text in problems.items())
    return f"<p class='cost warn' role='status'>{'<br>'.join(lines)}</p>"


def reading(found: Reading | None, prompt: str) -> str:
    """The prompt's token count, what is cut off, and a word on what the model doesn't know."""
    if not found or not prompt.strip():
        return "<p class='tokens'></p>"
    over = bool(found.cut) or found.count > found.limit
    parts = [strings.TOKENS.format(count=found.count, limit=found.limit)]
    parts += [strings.WEIGHT.format(words=escape(text[:30]), weight=f"{w:.3g}") for text, w in found.weights]
    if over:
        parts.append(strings.CUT.format(words=escape(found.cut[:120])))
    remark = f"<p class='remark' role='status'>{escape(found.remark)}</p>" if found.remark else ""
    return f"<p class='tokens{' warn' if over else ''}'>{' · '.join(parts)}</p>{remark}"


def summary(request: Request) -> str:
    return strings.SUMMARY.format(**settings_of(request))


def file_name(record: Record) -> str:
    """A name for the visitor's own disk: plain letters of the prompt, and the seed."""
    letters = "".join(
        letter if letter.isascii() and letter.isalnum() else "-" for letter in record.request.prompt
    )
    words = "-".join(filter(None, letters.lower().split("-")))[:40].strip("-") or "video"
    return f"{words}-{record.request.seed}{record.suffix}"


def duration(seconds: float) -> str:
    """In words that don't pretend to be exact."""
    if seconds < 0.95:
        return strings.SHORT
    if seconds < 90:
        return strings.ABOUT_SECONDS.format(n=seconds)
    if seconds < 5400:
        return strings.ABOUT_MINUTES.format(n=seconds / 60)
    return strings.ABOUT_HOURS.format(n=seconds / 3600)


def size(bytes: float) -> str:
    return f"{bytes / 1e9:.1f} GB" if bytes >= 1e9 else f"{max(1, round(bytes / 1e6))} MB"


def _screen(kind: str, body: str) -> str:
    return f"<section class='screen is-{kind}' data-state='{kind}'>{body}</section>"


def _frame(width: int, height: int, body: str) -> str:
    return f"<div class='frame' style='--ratio:{width}/{height}; --wide:{width / height:.3f}'>{body}</div>"


def _bar(done: float) -> str:
    percent = round(100 * done)
    return (
        f"<div class='bar' role='progressbar' aria-label='{strings.PROGRESS}' aria-valuemin='0' "
        f"aria-valuemax='100' aria-valuenow='{percent}'><i style='width:{percent}%'></i></div>"
    )


def _preview(job: Job) -> str:
    if job.preview is None:
        return "<div class='dots' aria-hidden='true'><i></i><i></i><i></i></div>"
    alt = escape(strings.PREVIEW_ALT.format(prompt=job.request.prompt), quote=True)
    data = base64.b64encode(job.preview.jpeg).decode()
    seconds = job.preview.frames / job.request.fps
    style = (
        f"--strip:url(data:image/jpeg;base64,{data}); --frames:{job.preview.frames}; "
        f"--seconds:{seconds:.3f}s; --blur:{6 * (1 - job.step / job.request.steps):.1f}px"
    )
    return f"<div class='preview' role='img' aria-label='{alt}' style='{style}'></div>"


def _player(source: str, alt: str, suffix: str, *, controls: bool) -> str:
    if suffix != ".mp4":
        return f"<img src='{source}' alt='{alt}'>"
    more = "controls autoplay" if controls else "preload='auto'"
    return f"<video src='{source}' aria-label='{alt}' loop muted playsinline {more}></video>"


def _tile(record: Record, folder: str) -> str:
    prompt = escape(record.request.prompt, quote=True)
    player = _player(f"{folder}/{record.name}", prompt, record.suffix, controls=False)
    return (
        f"<button type='button' class='tile' data-pick='{record.id}' title='{prompt}' aria-label='{prompt}'>"
        f"{player}<span>{prompt}</span></button>"
    )


def _json(record: Record) -> str:
    settings = settings_of(record.request) | {"model": record.model, "format": record.suffix.lstrip(".")}
    text = escape(json.dumps(settings, indent=2, ensure_ascii=False))
    return f"<details><summary>{strings.JSON}</summary><pre>{text}</pre></details>"
