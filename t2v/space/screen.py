"""The screen as HTML: the empty screen, the work, the video, the error, the shelves.

Every piece of text that isn't ours goes through `escape`. The page's `gr.HTML` keeps the elements that stay
the same between two versions, so bars glide and previews play on. `data-say` is what page.js tells those who
listen, `data-percent` what it puts into the title.
"""

import base64
from collections.abc import Sequence
from html import escape

from t2v.defaults import ModelDefaults
from t2v.interpolation import SMOOTH
from t2v.measures import size
from t2v.request import Complete, Request
from t2v.service.jobs import Job
from t2v.service.messages import Fault, Stage
from t2v.service.outputs import Record
from t2v.service.sentences import quicker
from t2v.service.service import Service
from t2v.space import actions, origin, strings
from t2v.space.form import LABELS, settings_of

MEMORY_WORTH_SAYING = 0.7  # of the device's
WORTH_NOTIFYING = 20.0  # seconds
NEARLY = 0.97  # of the bar
Ways = Sequence[tuple[str, str]]  # ways out of a failure: the name that `Making.way` knows, and the words


def working(service: Service, job: Job) -> str:
    """The job's place or stage, a bar, the time left, the frames so far."""
    left = None if job.stopping else service.seconds_left(job)
    time = strings.LEFT.format(seconds=duration(left)) if left is not None and job.started else ""
    line = status(stage_text(service, job), time, stoppable=not job.stopping)
    notify = actions.notify() if left is None or left > WORTH_NOTIFYING else ""
    done = over(service, job)
    body = frame(job.request.width, job.request.height, preview(job)) + bar(done) + line
    say = stage_text(service, job) if job.stage in (Stage.WAITING, Stage.LOADING) else strings.MAKING
    ahead = "" if job.stopping else actions.ahead()
    return section("working", body + _caption(job.request) + ahead + notify, done, say)


def over(service: Service, job: Job) -> float:
    """The share of a job's time that is over, if it is known how many seconds are left; else of its steps.

    Never all of it before the file is written, as an estimate may be too short.
    """
    left = service.seconds_left(job)
    if left is None or job.started is None:
        return share(job)
    if job.stage == Stage.WRITING:
        return 1.0
    spent = service.jobs.clock() - job.started
    return min(NEARLY, spent / max(spent + left, 1e-9))


def share(job: Job) -> float:
    """How much of a job's steps is done."""
    return job.step / job.steps if job.steps else 0.0


def stage_text(service: Service, job: Job) -> str:
    """What happens to a job just now."""
    if job.stopping:
        return strings.STOPPING
    match job.stage:
        case Stage.WAITING:
            return _waiting(service, job)
        case Stage.LOADING:
            return _loading(service, job)
        case Stage.READING | Stage.DENOISING:
            return _walking(job)
        case Stage.DECODING:
            return strings.DECODING
    return strings.WRITING


def _walking(job: Job) -> str:
    """The step of a job; a single one is begun as soon as the prompt has been read."""
    steps = job.steps or job.request.walked
    if steps == 1:
        return strings.DRAWING
    return strings.DENOISING.format(step=job.step, steps=steps) if job.step else strings.READING


def _waiting(service: Service, job: Job) -> str:
    """The jobs of others ahead, and when this one begins."""
    if service.jobs.awaited(job):
        return strings.AWAITS
    made, before = service.jobs.line()[0], service.forecast.ahead(job)
    others = sum(each.owner != job.owner for each in before)
    text = strings.PLACE.format(ahead=others) if others else strings.NEXT
    if not others and any(each.owner == job.owner for each in made + before):
        text = strings.AFTER_OWN
    seconds = service.forecast.until_begun(job)
    return text + (strings.BEGINS.format(seconds=duration(seconds)) if seconds else "")  # 0: it is late


def _loading(service: Service, job: Job) -> str:
    text = strings.LOADING.format(model=escape(service.choices[job.model].title))
    fetched = job.worker.fetched if job.worker else None
    return text + (
        strings.FETCHED.format(done=size(fetched.done), total=size(fetched.total)) if fetched else ""
    )


def finished(record: Record, folder: str = "video", grouped: int = 0, pictures: Sequence[str] = ()) -> str:
    """The video, the line of its settings, what can be done with it.

    `grouped`: videos made along with it; `pictures`: names of the thumbnails of what it was made from.
    """
    request, address = record.request, f"{folder}/{record.name}"
    assert request.width and request.height  # it has been made
    alt = escape(strings.VIDEO_ALT.format(prompt=request.prompt), quote=True)
    body = frame(request.width, request.height, player(address, alt, record.suffix, "controls data-play"))
    made = strings.DONE.format(seconds=record.seconds) if record.seconds else strings.OPENED
    notes = "".join(
        f"<p class='note' title='{escape(note, quote=True)}'>{escape(note)}</p>" for note in record.notes
    )
    words = _caption(request) + f"<p class='summary'>{summary(request)}{_versions(request)}</p>" + notes
    about = "".join(origin.thumbnail(record, folder, name) for name in pictures) + words
    return section(
        "done", body + status(made) + about + actions.of(record, folder, grouped, bool(pictures)), say=made
    )


def ended(service: Service, job: Job) -> str:
    """After a job without a video: stopped on purpose, or what went wrong, and the ways on."""
    native = service.native(job.model)
    if job.stage == Stage.STOPPED and not job.problem:
        again = [("again", strings.MAKE_AGAIN)]
        return failed(strings.STOPPED, "", native, again, "stopped", job.request.prompt)
    title = strings.STOPPED if job.stage == Stage.STOPPED else strings.FAILED
    return failed(title, job.problem, native, _ways(service, job), prompt=job.request.prompt)


def _ways(service: Service, job: Job) -> Ways:
    """What a visitor can do after a failure: a smaller video, fewer steps, another model, the same again."""
    ways = []
    if job.fault == Fault.MEMORY:
        smaller = service.made_to_fit(job.model, job.request)
        ways += [("fit", strings.MAKE_SMALLER)] if smaller and smaller != job.request else []
    if job.stage == Stage.STOPPED and (shorter := service.made_in_time(job.model, job.request)):
        fewer = shorter.steps < job.request.steps
        steps = strings.counted(shorter.steps, strings.STEP)
        ways += [("fewer", strings.FEWER_STEPS.format(steps=steps))] if fewer else []
    if job.model != service.default:
        ways.append(("default", strings.use(service.choices[service.default].title)))
    return [*ways, ("again", strings.TRY_AGAIN)]


def failed(
    title: str, problem: str, native: ModelDefaults, ways: Ways, kind: str = "failed", prompt: str = ""
) -> str:
    """What went wrong, with which prompt, and a button for each way on."""
    buttons = "".join(
        f"<button type='button' data-way='{way}'>{escape(words)}</button>" for way, words in ways
    )
    why = f"<p>{escape(problem)}</p>" if problem else ""
    words = f"<div class='words'><p class='lead'>{title}</p>{why}<p class='ways'>{buttons}</p></div>"
    named = f"<p class='prompt'>{escape(prompt)}</p>" if prompt else ""
    return section(kind, frame(native.width, native.height, words) + named, say=f"{title}. {problem}")


def shelf(
    records: Sequence[Record], title: str, name: str, folder: str, hint: str = "", more: bool = False
) -> str:
    """Rows of small videos; a click on one sends its id. `more`: with a button that asks for more of them."""
    items = "".join(_tile(record, folder) for record in records)
    tiles = f"<div class='tiles' role='toolbar' aria-label='{title}'>{items}</div>"
    body = tiles if items else f"<p>{escape(hint)}</p>"
    body += (
        f"<p class='links'><button type='button' data-more=''>{strings.SHOW_MORE}</button></p>"
        if more
        else ""
    )
    return f"<section class='shelf {name}' aria-label='{title}'><h2>{title}</h2>{body}</section>"


def cost_line(service: Service, model: str, request: Complete) -> str:
    """The line under the button: what the video will cost here, and what speaks against it."""
    cost = service.cost(model, request)
    if not cost.fits:
        return _cost(strings.NOT_FITTING.format(memory=size(cost.memory)), warn=True)
    if cost.seconds is None:
        return _cost(strings.NOT_KNOWN if service.is_planned(model) else strings.ASKING)
    text, deadline = strings.EXPECTED.format(seconds=duration(cost.seconds)), service.jobs.limits.deadline
    if cost.seconds > deadline:
        minutes, advice = max(1, round(deadline / 60)), quicker(request.steps)
        return _cost(text + strings.TOO_LONG.format(minutes=minutes, advice=advice), warn=True)
    if cost.peak and cost.memory and cost.peak > MEMORY_WORTH_SAYING * cost.memory:
        text += strings.EXPECTED_MEMORY.format(peak=size(cost.peak), memory=size(cost.memory))
    return _cost(text)


def _cost(text: str, warn: bool = False) -> str:
    say = escape(text, quote=True) if warn else ""
    return f"<p class='cost{' warn' if warn else ''}' data-say='{say}'>{text}</p>"


def problems_line(problems: dict[str, str]) -> str:
    """The line under the button where settings would be refused."""
    lines = (f"{LABELS[name]}: {escape(text[0].lower() + text[1:])}" for name, text in problems.items())
    return f"<p class='cost warn'>{'<br>'.join(lines)}</p>"


def _versions(request: Request) -> str:
    """What the video's larger and smoother versions have, hidden while they aren't shown."""
    larger = strings.SHOWN_SIZE.format(width=2 * (request.width or 0), height=2 * (request.height or 0))
    smooth = strings.SHOWN_FPS.format(fps=SMOOTH)
    return f"<span class='of-larger'>{larger}</span><span class='of-smooth'>{smooth}</span>"


def summary(request: Request) -> str:
    """The settings in a line."""
    frames = strings.counted(request.frames or 0, strings.FRAME)
    if request.keep and request.strength == 1:
        frames = strings.NEW.format(
            frames=strings.counted((request.frames or 0) - request.keep, strings.FRAME)
        )
    steps = strings.counted(request.steps or 0, strings.STEP)
    line = strings.SUMMARY.format(**settings_of(request) | {"frames": frames, "steps": steps})
    return line + (strings.LOOPED if request.loop else "")


def duration(seconds: float) -> str:
    """In words that don't pretend to be exact."""
    if seconds < 0.95:
        return strings.SHORT
    if seconds < 90:
        return strings.ABOUT_SECONDS.format(n=seconds)
    if seconds < 5400:
        return strings.ABOUT_MINUTES.format(n=seconds / 60)
    return strings.ABOUT_HOURS.format(n=seconds / 3600)


def section(kind: str, body: str, done: float | None = None, say: str = "") -> str:
    """The screen in a state; `done`: the share of the work, `say`: for those who listen.

    live.js puts the focus on it when the control that had it goes.
    """
    percent = f" data-percent='{round(100 * done)}'" if done is not None else ""
    told = escape(say, quote=True)
    data = f"data-state='{kind}'{percent} data-say='{told}' tabindex='-1' aria-label='{strings.SCREEN}'"
    return f"<section class='screen is-{kind}' {data}>{body}</section>"


def frame(width: int, height: int, body: str) -> str:
    """The place of a video of that size."""
    style = f"--ratio:{width}/{height}; --wide:{width / height:.3f}"
    return f"<div class='frame' style='{style}'>{body}</div>"


def status(text: str, beside: str = "", stoppable: bool = False) -> str:
    """The line under the frame; `stoppable`: with the button that stops all that is on the screen."""
    stop = f"<button type='button' id='stop' data-stop=''>{strings.STOP}</button>" if stoppable else ""
    return f"<p class='status'><span><b>{text}</b><i>{beside}</i></span>{stop}</p>"


def bar(done: float) -> str:
    """The bar of a share from 0 to 1."""
    percent = round(100 * done)
    return (
        f"<div class='bar' role='progressbar' aria-label='{strings.PROGRESS}' aria-valuemin='0' "
        f"aria-valuemax='100' aria-valuenow='{percent}'><i style='width:{percent}%'></i></div>"
    )


def preview(job: Job) -> str:
    """The frames so far, or dots before there are any."""
    if job.preview is None:
        return "<div class='dots' aria-hidden='true'><i></i><i></i><i></i></div>"
    alt = escape(strings.PREVIEW_ALT.format(prompt=job.request.prompt), quote=True)
    data = base64.b64encode(job.preview.jpeg).decode()
    seconds = job.preview.frames / job.request.fps
    blur = 6 * (1 - share(job)) if job.preview.frames > 1 else 0.0  # a single one is sharp
    style = (
        f"--strip:url(data:image/jpeg;base64,{data}); --frames:{job.preview.frames}; "
        f"--seconds:{seconds:.3f}s; --blur:{blur:.1f}px"
    )
    return f"<div class='preview' role='img' aria-label='{alt}' style='{style}'></div>"


def player(source: str, alt: str, suffix: str, more: str) -> str:
    """A video, or the picture that a GIF or WebP is. live.js plays a video with `data-play` in `more`."""
    if suffix != ".mp4":
        return f"<img src='{source}' alt='{alt}'>"
    return f"<video src='{source}' aria-label='{alt}' loop muted playsinline {more}></video>"


def _caption(request: Request) -> str:
    return f"<p class='prompt'>{escape(request.prompt)}</p>"


def _tile(record: Record, folder: str) -> str:
    """A small video that is loaded when it is pointed at: until then its still is shown."""
    prompt, still = escape(record.request.prompt, quote=True), f"still/{record.id}.webp"
    poster = f"data-still='{still}' preload='none'"
    video = f"<img src='{still}' alt='{prompt}' loading='lazy'>"
    if record.suffix == ".mp4":
        video = player(f"{folder}/{record.name}", prompt, record.suffix, poster)
    return (
        f"<button type='button' class='tile' data-pick='{record.id}' title='{prompt}' aria-label='{prompt}'>"
        f"{video}<span>{prompt}</span></button>"
    )
