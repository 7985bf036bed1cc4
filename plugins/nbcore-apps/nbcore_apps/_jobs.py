"""Jobs: starting one, with data, files or a schedule."""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from nbcore import Endpoint, InputError, NotFoundError, Record

from ._files import File, part
from ._runs import JobRun


class Job(Record):
    """A job that the server can run."""

    __slots__ = ()

    def start(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        files: Mapping[str, File] | None = None,
        schedule: Mapping[str, Any] | None = None,
        job_queue: str | None = None,
        api_version: str | None = None,
    ) -> JobRun:
        """Start the job; see Jobs.start."""
        return _jobs(self).start(self, data, files=files, schedule=schedule, job_queue=job_queue, api_version=api_version)

    def run(self, **payload: Any) -> JobRun:
        """Start the job with a payload as pynautobot sends it, such as `data={...}`."""
        return _jobs(self).run(job_id=self["id"], **payload)


def _jobs(job: Record) -> Jobs:
    assert isinstance(job.endpoint, Jobs)  # noqa: S101  Job is the record class of that endpoint only
    return job.endpoint


class Jobs(Endpoint):
    """The jobs of the server."""

    def start(
        self,
        job: Record | str,
        data: Mapping[str, Any] | None = None,
        *,
        files: Mapping[str, File] | None = None,
        schedule: Mapping[str, Any] | None = None,
        job_queue: str | None = None,
        api_version: str | None = None,
    ) -> JobRun:
        """Start a job (one POST, never sent twice).

        Args:
            job: a Job, its id, or its name.
            data: the job's variables; see `job.variables()`.
            files: files for its file variables, each a path, bytes, a file opened in binary mode, or (name, bytes).
            schedule: when to run, such as `{"name": "nightly", "interval": "daily", "start_time": "2030-01-01T02:00:00Z"}`.
            job_queue: the queue to run in.
            api_version: the version to ask for, for this request.

        Returns:
            The handle of the run.

        Raises:
            ValidationError: the data are not what the job takes.
            AmbiguousWriteError: the connection broke, and the job may or may not run.
        """
        given: dict[str, Any] = {"data": dict(data or {}), "schedule": dict(schedule) if schedule else None, "job_queue": job_queue}
        body = {name: value for name, value in given.items() if value}
        if not files:
            return self._post(job, body, api_version)
        parts = {name: part(file) for name, file in files.items()}
        return self._post(job, _form(given["data"], given["schedule"], job_queue), api_version, parts)

    def run(self, *args: Any, api_version: str | None = None, **payload: Any) -> JobRun:
        """Start a job with a payload as pynautobot sends it.

        Args:
            *args: the payload as one dict, in place of keywords.
            api_version: the version to ask for, for this request.
            **payload: `job_id` or `job_name`, and what the server takes: `data`, `schedule`, `job_queue`.

        Returns:
            The handle of the run: `.job_result.id`, and see JobRun.

        Raises:
            InputError: neither job_id nor job_name (a ValueError).
        """
        name, identity = payload.pop("job_name", None), payload.pop("job_id", None)
        job = name or identity
        if not job:
            raise InputError("job_id or job_name is needed to run a job")
        return self._post(job, dict(args[0]) if args else payload, api_version)

    def run_and_wait(
        self, *args: Any, api_version: str | None = None, interval: float = 5, max_rechecks: int = 50, **payload: Any
    ) -> JobRun:
        """Start a job and wait until it has ended.

        Args:
            *args: as for run().
            api_version: the version to ask for, when starting.
            interval: seconds between two looks.
            max_rechecks: how often to look.
            **payload: as for run().

        Returns:
            The handle of the run, ended.

        Raises:
            InputError: max_rechecks is not positive.
            JobTimeoutError: it did not end in that time (a ValueError); `.job_result` is there to go on with.
        """
        if max_rechecks <= 0:
            raise InputError("max_rechecks must be a positive number")
        run = self.run(*args, api_version=api_version, **payload)
        for _ in range(max_rechecks):
            time.sleep(interval)
            if run.refresh().done:
                return run
        raise run.timed_out(f"within {max_rechecks} looks, {interval:g} s apart")

    def _post(self, job: Any, body: dict[str, Any], api_version: str | None, files: Any = None) -> JobRun:
        key = str(job["id"]) if isinstance(job, Record) else str(job)
        if "/" in key:
            key = self._id_of(key)
        answer = self.api.request(
            "POST", f"{self.path}/{quote(key, safe='')}/run/", body=body, files=files, api_version=api_version, endpoint=self.path,
            action="run", operation="run", resend=False,
        )  # fmt: skip
        return JobRun.of(self.api, answer)

    def _id_of(self, name: str) -> str:
        """The id of a job whose name cannot stand in a route."""
        if (found := self.get(name=name)) is None:
            raise NotFoundError(f"there is no job named {name!r}")
        return str(found["id"])


def _form(data: Mapping[str, Any], schedule: Mapping[str, Any] | None, job_queue: str | None) -> dict[str, str]:
    """The fields of a multipart form: Nautobot takes one text for each."""
    given = {**data, **{f"_schedule_{name}": value for name, value in (schedule or {}).items()}, "_job_queue": job_queue}
    form = {}
    for name, value in given.items():
        if isinstance(value, (list, tuple, set, frozenset)):
            raise InputError(f"{name!r} holds several values, which Nautobot cannot take together with files")
        if value is not None:
            form[name] = _text(value)
    return form


def _text(value: Any) -> str:
    if hasattr(value, "__json__"):
        return str(value.__json__())
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return json.dumps(value) if isinstance(value, (Mapping, bool)) else str(value)
