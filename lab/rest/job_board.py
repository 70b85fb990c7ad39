"""All jobs of a served lab: started, found, stopped, and dropped when nobody has asked for them for their time to live."""

from __future__ import annotations

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from lab.rest.job import Job, JobRequest
from lab.rest.refusal import Refused
from lab.rest.settings import RestSettings


class JobBoard:
    """Jobs by their search number (sid), newest last."""

    def __init__(self, settings: RestSettings) -> None:
        self._settings = settings
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._threads = ThreadPoolExecutor(settings.jobs_at_once, thread_name_prefix="lab-job")

    def start(self, request: JobRequest, sid: str = "") -> Job:
        """A job that runs as soon as a thread is free. Raises Refused when there are too many, or the number is taken."""
        with self._lock:
            self._drop_expired()
            if len(self._jobs) >= self._settings.most_jobs:
                raise Refused(503, f"{len(self._jobs)} jobs are kept already; cancel some, or wait until they expire", "FATAL")
            number = sid or f"{int(time.time())}.{next(self._numbers)}"
            if number in self._jobs:
                raise Refused(409, f"A job with the sid {number[:80]!r} already exists", "FATAL")
            settings = replace(request.settings, sid=number, saved_search=request.saved)
            job = Job(number, replace(request, settings=settings), self._settings)
            self._jobs[number] = job
        self._threads.submit(job.run)
        return job

    def find(self, sid: str) -> Job:
        """A job; it counts as used. Raises Refused (404)."""
        with self._lock:
            self._drop_expired()
            job = self._jobs.get(sid)
        if job is None:
            raise Refused(404, f"Unknown sid {sid[:80]!r}: the job was cancelled, has expired or never was.", "FATAL")
        job.touched_s = time.monotonic()
        return job

    def all(self) -> list[Job]:
        with self._lock:
            self._drop_expired()
            return list(self._jobs.values())

    def cancel(self, job: Job) -> None:
        """Stops a job and forgets its rows."""
        with self._lock:
            self._jobs.pop(job.sid, None)
        job.close()

    def close(self) -> None:
        """Stops everything and waits until it has."""
        for job in self.all():
            job.stop()
        self._threads.shutdown(wait=True)
        for job in self.all():
            self.cancel(job)

    def _drop_expired(self) -> None:
        now_s = time.monotonic()
        for job in [job for job in self._jobs.values() if job.done.is_set() and now_s - job.touched_s > job.ttl_s]:
            del self._jobs[job.sid]
            job.close()
