"""Jobs: starting one, and the handle of a run."""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nbcore import Endpoint, InputError, JobTimeoutError, NotFoundError, Record, ShapeError

from ._files import File, part

if TYPE_CHECKING:
    from nbcore import Api

_ENDED = frozenset({"SUCCESS", "FAILURE", "REVOKED"})
_NEVER = frozenset({"DENIED", "CANCELED", "ERRORED"})
_STATES = {"pending": "AWAITING APPROVAL", "active": "SCHEDULED", "completed": "COMPLETED"}


class JobRun:
    """A run of a job.

    A run that needs approval, or was scheduled, has no job result yet: `job_result` is None, `status` says why ("AWAITING APPROVAL",
    "SCHEDULED"), and refresh() finds the result once there is one. Nothing but refresh(), logs(), wait(), cancel() and `approval` asks the server.

    Attributes:
        job_result: the JobResult, or None while there is none.
        schedule: the ScheduledJob that holds the run back, or None for one that was started at once.
    """

    def __init__(self, api: Api, job_result: Record | None, schedule: Record | None = None) -> None:
        self.api = api
        self.job_result = job_result
        self.schedule = schedule

    @classmethod
    def of(cls, api: Api, answer: Any) -> JobRun:
        """The handle of what a route that starts a job answers: `{"job_result": ..., "scheduled_job": ...}`."""
        if not isinstance(answer, Mapping) or not (answer.get("job_result") or answer.get("scheduled_job")):
            raise ShapeError("the server did not say which job result or scheduled job it made; look for it in nb.extras.job_results")
        return cls(api, api.wrap(answer.get("job_result")), api.wrap(answer.get("scheduled_job")))

    @property
    def id(self) -> str | None:
        """The id of the job result; None while there is none."""
        return None if self.job_result is None else str(self.job_result["id"])

    @property
    def scheduled_job(self) -> Record | None:
        """The same as schedule."""
        return self.schedule

    @property
    def status(self) -> str:
        """What was last known: the job result's status, else "AWAITING APPROVAL", "SCHEDULED", "DENIED" or "CANCELED"."""
        if self.job_result is not None:
            return _word(self.job_result["status"])
        state = _word(self.schedule["state"]) if self.schedule is not None and "state" in self.schedule else "active"
        return _STATES.get(state, state.upper())

    @property
    def done(self) -> bool:
        """Whether it ended, or will never begin, by what was last known."""
        return self.status in (_ENDED if self.job_result is not None else _NEVER)

    @property
    def ok(self) -> bool:
        """Whether it ended well, by what was last known."""
        return self.status == "SUCCESS"

    @property
    def result(self) -> Any:
        """What the job returned, as JSON; None before it ended."""
        return None if self.job_result is None else self.job_result["result"]

    @property
    def approval(self) -> Record | None:
        """The approval workflow that decides on the run, or None (one GET for a scheduled run)."""
        if self.schedule is None:
            return None
        found: Record | None = self.api.endpoint("extras/approval-workflows").filter(object_under_review_object_id=self.schedule["id"]).first()
        return found

    def refresh(self) -> JobRun:
        """Ask for the newest state (one GET; two while there is no job result).

        Returns:
            This handle.

        Raises:
            NotFoundError: the job result was deleted.
        """
        if self.job_result is not None:
            self.job_result = self._read(self.job_result)
        elif self.schedule is not None:
            self.job_result = self.api.endpoint("extras/job-results").filter(scheduled_job=self.schedule["id"]).first()
            if self.job_result is None:
                self.schedule = self._read(self.schedule)
        return self

    def logs(self, follow: bool = False, interval: float = 1.0, timeout: float | None = None) -> Iterator[Record]:
        """The log entries of the run, oldest first.

        Args:
            follow: go on with new entries as they come, until the run has ended.
            interval: seconds between two looks for new ones.
            timeout: seconds after which following ends with a JobTimeoutError; None for never.

        Yields:
            JobLogEntry records: `created`, `log_level`, `grouping`, `message`.
        """
        seen: set[str] = set()
        end = None if timeout is None else time.monotonic() + timeout
        newest = ""
        while follow and not self.done:
            for entry in self._fresh(seen, newest):
                newest = max(newest, str(entry["created"]))
                yield entry
            self._pause(interval, end, timeout)
            self.refresh()
        if self.job_result is not None:
            # The whole log once more, so that no entry is missed that was written out of order.
            for entry in self.job_result.action("logs").list():
                if entry["id"] not in seen:
                    yield entry

    def wait(self, timeout: float | None = 300.0, interval: float = 1.0) -> JobRun:
        """Wait until the run has ended, well or not, or was denied.

        Args:
            timeout: seconds to wait; None for as long as it takes.
            interval: seconds between two looks.

        Returns:
            This handle: see `status`, `ok` and `result`.

        Raises:
            JobTimeoutError: it did not end in time, or is scheduled for later. It is still to be run; this handle can go on.
        """
        end = None if timeout is None else time.monotonic() + timeout
        self.refresh()
        while not self.done:
            if end is not None and self._begins() > time.time() + end - time.monotonic():
                raise self.timed_out(f"before its time-out of {timeout:g} s")
            self._pause(interval, end, timeout)
            self.refresh()
        return self

    def cancel(self) -> JobRun:
        """Stop the run: a running or waiting one is revoked, one that awaits approval is withdrawn, a scheduled one is taken off the schedule.

        Returns:
            This handle, with the newest state.

        Raises:
            StatusConflictError: it has ended already.
        """
        if self.job_result is not None:
            self.job_result.action("cancel").create()
        elif self.status == "AWAITING APPROVAL" and (approval := self.approval) is not None:
            approval.action("cancel").create()
        elif self.schedule is not None:
            self.schedule.delete()
            self.schedule["state"] = "canceled"
            return self
        return self.refresh()

    def timed_out(self, when: str) -> JobTimeoutError:
        """The error of a run that did not end in time."""
        if self.job_result is not None:
            what = f"job result {self.id} did not end {when}; it is {self.status}, and goes on"
        else:
            what = f"the run did not begin {when}; it is {self.status} (scheduled job {self.schedule['id'] if self.schedule is not None else ''})"
        return JobTimeoutError(f"{what}. Wait again with the handle, or look at nb.extras.job_results.", self.job_result)

    def _fresh(self, seen: set[str], newest: str) -> Iterator[Record]:
        if self.job_result is None:
            return
        since = {"created__gte": newest} if newest else {}
        for entry in self.api.endpoint("extras/job-logs").filter(job_result=self.id, **since):
            if entry["id"] not in seen:
                seen.add(entry["id"])
                yield entry

    def _read(self, record: Record) -> Record:
        endpoint = record.endpoint
        return endpoint.make(self.api.request("GET", endpoint.detail_path(record["id"]), endpoint=endpoint.path, operation="get"))

    def _begins(self) -> float:
        """When a scheduled run begins, in seconds since the epoch; 0 for one that may begin at any time."""
        if self.job_result is not None or self.schedule is None or not self.schedule["start_time"]:
            return 0.0
        return datetime.datetime.fromisoformat(self.schedule["start_time"]).timestamp()

    def _pause(self, interval: float, end: float | None, timeout: float | None) -> None:
        if end is not None and time.monotonic() >= end:
            raise self.timed_out(f"within {timeout:g} s")
        time.sleep(interval if end is None else max(0.0, min(interval, end - time.monotonic())))

    def __repr__(self) -> str:
        return f"<JobRun {self.id or 'without a job result'} {self.status}>"


def _word(value: Any) -> str:
    """A choice's value, whether the server sends it with its label or not."""
    return str(value["value"] if isinstance(value, dict) else value)


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

    def run_and_wait(self, *args: Any, api_version: str | None = None, interval: float = 5, max_rechecks: int = 50, **payload: Any) -> JobRun:
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
            raise InputError(f"{name!r} holds several values, which Nautobot cannot take together with files; run the job without files, or with one value")
        if value is not None:
            form[name] = value if isinstance(value, str) else json.dumps(value) if isinstance(value, (dict, bool)) else str(getattr(value, "id", value))
    return form
