"""Links: the video that one brings, shown if it has been made, else made at once where that takes seconds."""

from collections.abc import Mapping, Sequence

from t2v.errors import RequestError
from t2v.request import Complete
from t2v.service.jobs import Job, QueueFull
from t2v.service.outputs import NoSpace, Record
from t2v.service.service import Service
from t2v.space import form, screen, start, strings
from t2v.space.browser import VisitorState

AT_ONCE = 20.0  # seconds that a video may take which nobody has asked for by a click


def wanted(service: Service, query: Mapping[str, str]) -> tuple[str, Complete] | None:
    """-> a link's model and complete request; None without prompt and seed, or if it can't be made."""
    values, wrong = form.from_link(service, query)
    if wrong or not str(values["prompt"] or "").strip() or values["random"] is True:
        return None
    try:
        filled = form.read(values)
        return service.validate(filled.model, filled.request)
    except RequestError:
        return None


def made(service: Service, query: Mapping[str, str], visitor: str | None = None) -> Record | None:
    """The video of a link if it has been made: by this visitor, or by anybody if none is named."""
    found = wanted(service, query)
    return service.outputs.find_made(*found, visitor) if found else None


def quick(service: Service, model: str, request: Complete) -> bool:
    """Return whether a video would be there within seconds."""
    cost = service.cost(model, request)
    if cost.seconds is None:  # nobody has said yet, as in the first seconds of a server
        return service.choices[model].vocabulary is not None
    ahead = sum(map(len, service.jobs.line()))
    return cost.fits and cost.seconds * (1 + ahead) <= AT_ONCE


def opened(
    service: Service,
    kept: VisitorState,
    model: str,
    request: Complete,
    examples: Mapping[str, Record],
    pending: Sequence[Job],
) -> VisitorState | None:
    """The visitor with a link's video on the screen: an own one, an example, or one that is made now.

    None where it would take long, or can't be made now.
    """
    if record := service.outputs.find_made(model, request, kept.visitor):
        return kept.showing(record.id)
    of_link = (model, request)
    if shown := next((each for each in examples.values() if (each.model, each.request) == of_link), None):
        return kept.showing(example=shown.id)
    if job := next((job for job in pending if (job.model, job.request) == of_link), None):
        return kept.showing(job.id)
    if not quick(service, model, request):
        return None
    try:
        return kept.showing(service.submit(kept.visitor, model, request).id)
    except (QueueFull, NoSpace, RequestError):
        return None


def offered(service: Service, model: str, request: Complete) -> str:
    """The screen of a link whose video takes long: a button that makes it, and the time that it takes."""
    cost = service.cost(model, request)
    seconds = strings.EXPECTED.format(seconds=screen.duration(cost.seconds)) if cost.seconds else ""
    return start.waiting(request, service.native(model), seconds)
