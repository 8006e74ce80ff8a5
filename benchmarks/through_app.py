"""Make many videos through a running app: by its queue and worker, and over `/generate`."""

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from t2v.request import Request
from t2v.service.jobs import Job, Limits, Stage
from t2v.service.outputs import Outputs
from t2v.service.service import Service

ME = "the visitor who measures"
PLACES = 64
PATIENCE = 120.0  # seconds
POLL = 0.02


def measured(
    model: Path, outputs: Path, request: Request, count: int, device: str
) -> Iterator[tuple[str, float]]:
    """Yield each way through the app, and the seconds that `count` videos take by it, from asking to files.

    Without Gradio there is only the way by the queue and the worker.
    """
    if find_spec("gradio") is None:
        yield from _by_service_alone(model, outputs, request, count, device)
        return
    from t2v.space.launch import App, arguments

    given = {"--model": model, "--models": model, "--outputs": outputs, "--queue": PLACES}
    given |= {"--per-visitor": PLACES, "--device": "cuda:0" if device == "cuda" else device}
    app = App(arguments([str(word) for option in given.items() for word in option]))
    try:
        url = app.launch()
        by_queue(app.service, request, 2)  # kernels and graphs
        yield "queue and worker", by_queue(app.service, request, count)
        with ProcessPoolExecutor(
            1, get_context("spawn")
        ) as client:  # beside the page's process, as callers are
            yield "/generate", client.submit(by_client, url, request, count).result()
    finally:
        app.close()


def _by_service_alone(
    model: Path, outputs: Path, request: Request, count: int, device: str
) -> Iterator[tuple[str, float]]:
    where = "cuda:0" if device == "cuda" else device
    limits, name = Limits(PLACES, PLACES), str(model)
    service = Service(
        "t2v.service.backend", Outputs(outputs), devices=[where], model=name, models=[name], limits=limits
    ).start()
    try:
        by_queue(service, request, 2)
        yield "queue and worker", by_queue(service, request, count)
    finally:
        service.close()


def by_queue(service: Service, request: Request, count: int) -> float:
    """Submit all at once -> seconds until the last file is there"""
    start = time.perf_counter()
    jobs = [service.submit(ME, None, _seeded(request, seed)) for seed in range(count)]
    follow(service, jobs)
    if problems := [job.problem or job.stage for job in jobs if job.stage != Stage.DONE]:
        raise RuntimeError(f"{len(problems)} of {count} jobs failed: {problems[0]}")
    return time.perf_counter() - start


def follow(service: Service, jobs: list[Job]) -> None:
    """Wait until all jobs are over; TimeoutError after PATIENCE."""
    end = time.monotonic() + PATIENCE
    while any(not job.over for job in jobs):
        for job in jobs:
            service.jobs.follow(ME, job.id)
        if time.monotonic() > end:
            raise TimeoutError(f"{sum(not job.over for job in jobs)} jobs aren't over")
        time.sleep(POLL)


def by_client(url: str, request: Request, count: int) -> float:
    """Ask for all at once by Gradio's client -> seconds until the last file is downloaded

    `ssl_verify`: the client reads the system's certificates anew for each call, 25 ms of its own time.
    """
    from gradio_client import Client

    client = Client(url, verbose=False, ssl_verify=False, httpx_kwargs={"timeout": PATIENCE})
    start = time.perf_counter()
    calls = [
        client.submit(**_seeded(request, seed).without_source(), api_name="/generate")
        for seed in range(count)
    ]
    for call in calls:
        call.result(timeout=PATIENCE)
    return time.perf_counter() - start


def _seeded(request: Request, seed: int) -> Request:
    settings: dict[str, Any] = request.without_source()
    return Request(**settings | {"seed": seed})
