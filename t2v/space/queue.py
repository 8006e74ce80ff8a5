"""Several jobs as HTML: those under way beside the screen, and a group of variations on it."""

from collections.abc import Sequence
from html import escape

from t2v.service.jobs import Job
from t2v.service.outputs import Record
from t2v.service.service import Service
from t2v.space import screen, strings


def strip(service: Service, jobs: Sequence[Job]) -> str:
    """The visitor's jobs that aren't on the screen: a click shows one, another stops it."""
    if not jobs:
        return ""
    rows = "".join(_row(service, job) for job in jobs)
    name = strings.QUEUE
    return f"<section class='queue' aria-label='{name}'><h2>{name}</h2><ul>{rows}</ul></section>"


def _row(service: Service, job: Job) -> str:
    prompt = escape(job.request.prompt, quote=True)
    stop = escape(strings.STOP_ONE.format(prompt=job.request.prompt), quote=True)
    stage = screen.stage_text(service, job)
    return (
        f"<li><button type='button' class='job' data-pick='{job.id}'>"
        f"<span class='thumb'>{screen.preview(job)}</span>"
        f"<span class='job-words'><b>{prompt}</b><small>{stage}</small></span></button>"
        f"<button type='button' class='stop-one' data-stop='{job.id}' aria-label='{stop}' title='{stop}'>"
        "✕</button></li>"
    )


def group(service: Service, cells: Sequence[Record | Job]) -> str:
    """Variations side by side: each a video to pick, its work so far, or why it has none."""
    first = cells[0].request
    shown = "".join(_cell(service, cell) for cell in cells)
    assert first.width and first.height  # they have been completed
    body = screen.frame(first.width, first.height, f"<div class='grid'>{shown}</div>")
    jobs = [cell for cell in cells if isinstance(cell, Job) and not cell.over]
    caption = f"<p class='prompt'>{escape(first.prompt)}</p>"
    if not jobs:
        head = screen.status(strings.VARIATIONS_DONE)
        return screen.section("done", body + head + caption)
    done = (sum(screen.over(service, job) for job in jobs) + len(cells) - len(jobs)) / len(cells)
    stage = screen.stage_text(service, jobs[0])
    words = strings.VARIATIONS_UNDER_WAY.format(done=len(cells) - len(jobs), count=len(cells), stage=stage)
    line = screen.status(words, stoppable=not all(job.stopping for job in jobs))
    return screen.section("working", body + screen.bar(done) + line + caption, done)


def _cell(service: Service, cell: Record | Job) -> str:
    label = escape(strings.VARIATION.format(seed=cell.request.seed), quote=True)
    if isinstance(cell, Record):
        video = screen.player(f"video/{cell.name}", label, cell.suffix, "data-play")
        pick = f"data-pick='{cell.id}' aria-label='{label}'"
        return f"<button type='button' class='cell' {pick}>{video}</button>"
    if cell.over:
        return f"<div class='cell words'><p>{escape(cell.problem or strings.STOPPED)}</p></div>"
    return f"<div class='cell'>{screen.preview(cell)}<small>{screen.stage_text(service, cell)}</small></div>"
