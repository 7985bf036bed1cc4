"""The handle of a job's run: its state, its log as it comes, and its end."""

from __future__ import annotations

import contextlib
import datetime
import logging
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from nbcore import JobTimeoutError, NotFoundError, Record, ShapeError, ValidationError
from nbcore.transport import deciding

if TYPE_CHECKING:
    from nbcore.contracts import Api

_ENDED = frozenset({"SUCCESS", "FAILURE", "REVOKED"})
_BEFORE = frozenset({"PENDING", "RECEIVED", "AWAITING APPROVAL", "SCHEDULED"})
_PATIENCE = 5.0  # seconds of silence before it is said that a run has not begun
_log = logging.getLogger("nbcore.jobs")
_NEVER = frozenset({"DENIED", "CANCELED", "ERRORED", "COMPLETED"})
_STATES = {"pending": "AWAITING APPROVAL", "active": "SCHEDULED"}


class JobRun:
    """A run of a job.

    A run that needs approval, or was scheduled, has no job result yet: `job_result` is None, `status` says why ("AWAITING APPROVAL",
    "SCHEDULED"), and refresh() finds the result once there is one. Only refresh(), logs(), wait(), cancel() and `approval` ask the server.

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
        found: Record | None = (
            self.api.endpoint("extras/approval-workflows").filter(object_under_review_object_id=self.schedule["id"]).first()
        )
        return found

    def refresh(self) -> JobRun:
        """Ask for the newest state (one GET; two while there is no job result).

        A run whose schedule somebody deleted, as Nautobot does with one that was denied, is "CANCELED".

        Returns:
            This handle.

        Raises:
            NotFoundError: the job result was deleted.
        """
        if self.job_result is not None:
            self.job_result = self._read(self.job_result)
        elif self.schedule is not None:
            self._refresh_schedule(self.schedule)
        return self

    def logs(self, follow: bool = False, interval: float = 1.0, timeout: float | None = None) -> Iterator[Record]:
        """The log entries of the run, oldest first.

        While a run that is followed has not begun, a warning of the logger "nbcore.jobs" says so after some seconds, and then ever more
        seldom: a job without a worker would be silent for ever.

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
        silence = _Silence()
        while follow and not self.done:
            silence.told(self)
            for entry in self._fresh(seen, newest):
                newest = max(newest, str(entry["created"]))
                yield entry
            self._pause(interval, end, timeout)
            self.refresh()
        if self.job_result is not None:
            # The whole log once more, so that no entry is missed that was written out of order.
            with deciding():
                entries = list(self.job_result.detail_action("logs").list())
            for entry in entries:
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
        """Stop the run: a running or queued one is revoked, one that awaits approval withdrawn, a scheduled one taken off the schedule.

        Returns:
            This handle, with the newest state.

        Raises:
            StatusConflictError: it has ended already.
        """
        if self.job_result is not None:
            self.job_result.detail_action("cancel").create()
        elif self.status == "AWAITING APPROVAL" and (approval := self.approval) is not None:
            with contextlib.suppress(NotFoundError):  # it was decided, or deleted, at the same moment: refresh() tells
                approval.detail_action("cancel").create()
        elif self.schedule is not None:
            with contextlib.suppress(NotFoundError):  # somebody else was quicker
                self.schedule.delete()
            self.schedule["state"] = "canceled"
            return self
        return self.refresh()

    def timed_out(self, when: str) -> JobTimeoutError:
        """The error of a run that did not end in time."""
        if self.job_result is not None:
            what = f"job result {self.id} did not end {when}; it is {self.status}, and goes on"
        else:
            scheduled = self.schedule["id"] if self.schedule is not None else ""
            what = f"the run did not begin {when}; it is {self.status} (scheduled job {scheduled})"
        return JobTimeoutError(f"{what}. Wait again with the handle, or look at nb.extras.job_results.", self.job_result)

    def _refresh_schedule(self, schedule: Record) -> None:
        # The schedule first: the server refuses to look for the results of one that is not there.
        try:
            self.schedule = schedule = self._read(schedule)
            self.job_result = self._of_schedule(schedule)
        except NotFoundError:
            schedule["state"] = "canceled"
        except ValidationError:
            if schedule.endpoint.get(schedule["id"]) is not None:
                raise
            schedule["state"] = "canceled"  # deleted between the two requests

    def _of_schedule(self, schedule: Record) -> Record | None:
        """The newest job result of a scheduled job."""
        with deciding():
            found: Record | None = (
                self.api.endpoint("extras/job-results").filter(scheduled_job=schedule["id"], sort="-date_created").first()
            )
        return found

    def _fresh(self, seen: set[str], newest: str) -> Iterator[Record]:
        if self.job_result is None:
            return
        since = {"created__gte": newest} if newest else {}
        try:
            with deciding():  # a session that caches would give the same entries for ever
                entries = list(self.api.endpoint("extras/job-logs").filter(job_result=self.id, **since))
        except ValidationError:
            self.refresh()  # a result that somebody deleted is a NotFoundError
            raise
        for entry in entries:
            if entry["id"] not in seen:
                seen.add(entry["id"])
                yield entry

    def _read(self, record: Record) -> Record:
        endpoint = record.endpoint
        path = endpoint.detail_path(record["id"])
        return endpoint.make(self.api.request("GET", path, endpoint=endpoint.path, operation="get", fresh=True))

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


class _Silence:
    """Tells, by log, that a run has not begun."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._next = _PATIENCE

    def told(self, run: JobRun) -> None:
        """Say what a run waits for, where it has waited long enough since it was said last."""
        waited = time.monotonic() - self._since
        if run.status in _BEFORE and waited >= self._next:
            what = f"job result {run.id}" if run.job_result is not None else "the run"
            why = "no worker of its queue has taken it yet" if run.job_result is not None else "its log begins when it does"
            _log.warning("%s has been %s for %.0f s: %s", what, run.status, waited, why)
            self._next = 2 * waited


def _word(value: Any) -> str:
    """A choice's value, whether the server sends it with its label or not."""
    return str(value["value"] if isinstance(value, dict) else value)
