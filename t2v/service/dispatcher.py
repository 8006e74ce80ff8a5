"""Gives the queue's jobs to the workers: a thread for each worker takes one after the other."""

import logging
from collections.abc import Callable
from threading import Event, Thread

from t2v.service import sentences
from t2v.service.jobs import Job, Jobs
from t2v.service.messages import Stage
from t2v.service.worker import Worker
from t2v.service.workers import AnyWorker

log = logging.getLogger("t2v.service")


class Dispatcher:
    """Runs `make(worker, job)` for every job until `closing` is set. `workers` may come and go."""

    def __init__(
        self, jobs: Jobs, workers: list[AnyWorker], make: Callable[[AnyWorker, Job], None], closing: Event
    ):
        self._jobs, self._workers, self._make, self._closing = jobs, workers, make, closing

    def thread(self, worker: AnyWorker) -> Thread:
        """A thread, yet to be started, that gives jobs to a worker until it is gone."""
        return Thread(target=self._dispatch, args=(worker,), daemon=True)

    def join(self, worker: Worker) -> None:
        """Add a worker, and give jobs to it."""
        self._workers.append(worker)
        self.thread(worker).start()

    def run(self, worker: AnyWorker, job: Job) -> None:
        """Run one job; whatever happens, it ends or waits again, and the next one can run."""
        off_device = job.off_device  # another where it is made again
        try:
            self._make(worker, job)
        except Exception:
            if not self._closing.is_set():  # else its worker was ended under it
                log.exception("a dispatcher failed")
            if not off_device.is_set():
                worker.close()
        if job.off_device is off_device and not job.over and not self._closing.is_set():
            self._jobs.end(job, Stage.FAILED, sentences.WORKER_ENDED)
        off_device.set()

    def _dispatch(self, worker: AnyWorker) -> None:
        making = Thread()  # makes the latest job
        while not (self._closing.is_set() or worker.gone):
            job = self._jobs.take(0.5, worker)
            if job is not None:
                self._settle(making, job)
                off_device = job.off_device
                making = Thread(target=self.run, args=(worker, job), daemon=True)
                making.start()
                off_device.wait()  # while its video is written, the next is computed
                self._settle(making, job)
        if worker.gone:
            self._workers.remove(worker)
            worker.close()

    def _settle(self, making: Thread, job: Job) -> None:
        """Wait for the end of a video, if the job is one that a worker was lost with.

        Such a job is made alone: whichever of two killed their worker, the other isn't killed twice by it.
        """
        if job.lost and making.ident is not None:
            making.join()
