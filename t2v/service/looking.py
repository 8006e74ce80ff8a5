"""A look at a visitor's file when it is chosen: what a job of it would end with is said at once.

As for a job, a worker's process decodes it, and here only the first bytes are read.
"""

from collections.abc import Sequence
from typing import Any

from t2v.errors import RequestError
from t2v.service import sources
from t2v.service.faults import explain
from t2v.service.outputs import Outputs
from t2v.service.workers import AnyWorker


def problem_of(outputs: Outputs, workers: Sequence[AnyWorker], path: Any) -> str:
    """Say what is wrong with a file of the served folder; "" for nothing, and where no worker tells."""
    try:
        file = sources.checked(outputs, {"source": path}).source
    except RequestError as error:
        return explain(error)[1]
    said = (worker.look(file) for worker in workers if file)
    return next((each for each in said if each is not None), "")
