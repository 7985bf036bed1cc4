"""The handle of a job's run, and what is sent to start one."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

import nbcore
from nbcore.testing import reply, row, sent
from nbcore_apps._runs import JobRun

JOB = row("extras/jobs", "extras.job", name="Audit")
RESULT = row("extras/job-results", "extras.jobresult", status={"value": "PENDING", "label": "PENDING"}, result=None, date_created=None)
SCHEDULE = row("extras/scheduled-jobs", "extras.scheduledjob", state={"value": "pending", "label": "Pending Approval"}, start_time=None)
STARTED = {"job_result": RESULT, "scheduled_job": None}
HELD = {"job_result": None, "scheduled_job": SCHEDULE}


def result(status: str, value: Any = None) -> dict[str, Any]:
    return {**RESULT, "status": {"value": status, "label": status}, "result": value}


class Answers:
    """A route that answers differently each time; the last answer stays."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def __call__(self, call: nbcore.Call) -> Any:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def job(server, memory):
    server.serve("extras/jobs", [JOB])
    server.on("POST", f"extras/jobs/{JOB['id']}/run/", STARTED, status=201)
    return memory.extras.jobs.get(JOB["id"])


def states(server, *statuses: str, value: Any = None) -> None:
    server.on("GET", f"extras/job-results/{RESULT['id']}/", Answers(*(result(status, value) for status in statuses)))


def test_what_is_sent_to_start_a_job(server, job):
    run = job.start({"dryrun": True}, schedule={"interval": "future", "start_time": datetime.date(2030, 1, 1)}, job_queue="slow")
    assert sent(server.calls[-1]) == {
        "data": {"dryrun": True}, "schedule": {"interval": "future", "start_time": "2030-01-01"}, "job_queue": "slow",
    }  # fmt: skip
    assert (run.id, run.status, run.done, run.ok, run.result, run.schedule, run.approval) == (
        RESULT["id"],
        "PENDING",
        False,
        False,
        None,
        None,
        None,
    )
    assert server.calls[-1].idempotent is False


@pytest.mark.parametrize(
    ("name", "path"), [("Audit", "Audit"), ("Who? 100%", "Who%3F%20100%25"), (JOB["id"], JOB["id"])], ids=["name", "quoted", "id"]
)
def test_a_job_is_named_in_the_route(server, memory, name, path):
    server.on("POST", f"extras/jobs/{path}/run/", STARTED, status=201)
    assert memory.extras.jobs.run(job_name=name).id == RESULT["id"]
    assert [call.method for call in server.calls] == ["POST"]
    assert not sent(server.calls[-1])


def test_a_job_whose_name_has_a_slash_is_looked_up(server, memory, job):
    server.serve("extras/jobs", [{**JOB, "name": "Check/Fix"}])
    assert memory.extras.jobs.start("Check/Fix").id == RESULT["id"]
    with pytest.raises(nbcore.NotFoundError, match="no job named 'a/b'"):
        memory.extras.jobs.start("a/b")


def test_files_are_sent_as_a_form(server, job):
    job.start(
        {"count": 5, "really": True, "options": {"a": 1}, "none": None, "text": "x"}, files={"csv": ("a.csv", b"1,2")}, job_queue="slow"
    )
    call = server.calls[-1]
    assert call.files == {"csv": ("a.csv", b"1,2", "text/csv")}
    assert sent(call) == {"count": "5", "really": "true", "options": '{"a": 1}', "text": "x", "_job_queue": "slow"}
    job.start({"job": job}, files={"csv": b""}, schedule={"name": "n", "start_time": datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)})
    assert sent(server.calls[-1]) == {"job": JOB["id"], "_schedule_name": "n", "_schedule_start_time": "2030-01-01T00:00:00+00:00"}
    with pytest.raises(nbcore.InputError, match="several values"):
        job.start({"devices": ["a", "b"]}, files={"csv": b""})


def test_a_run_is_waited_for(server, job):
    states(server, "STARTED", "STARTED", "SUCCESS", value={"found": 3})
    run = job.start().wait(interval=0)
    assert (run.ok, run.status, run.result) == (True, "SUCCESS", {"found": 3})


@pytest.mark.parametrize("status", ["FAILURE", "REVOKED"])
def test_a_run_that_ends_badly_has_ended(server, job, status):
    states(server, status)
    run = job.start().wait(interval=0)
    assert (run.ok, run.done, run.status) == (False, True, status)


def test_a_time_out_keeps_the_result(server, job):
    states(server, "STARTED")
    with pytest.raises(nbcore.JobTimeoutError, match=f"{RESULT['id']} did not end within 0.01 s; it is STARTED") as caught:
        job.start().wait(timeout=0.01, interval=0)
    assert caught.value.job_result.id == RESULT["id"]


def test_run_and_wait_looks_as_often_as_told(server, memory, job):
    states(server, "STARTED")
    with pytest.raises(nbcore.JobTimeoutError, match="within 3 looks"):
        memory.extras.jobs.run_and_wait(job_id=JOB["id"], interval=0, max_rechecks=3)
    assert sum(call.path == f"extras/job-results/{RESULT['id']}/" for call in server.calls) == 3


def test_a_result_that_was_deleted_is_an_error(server, job):
    server.on("GET", f"extras/job-results/{RESULT['id']}/", reply({"detail": "No JobResult matches"}, 404))
    with pytest.raises(nbcore.NotFoundError):
        job.start().wait(interval=0)


def test_logs_come_as_they_are_written(server, job):
    entries = [
        row("extras/job-logs", "extras.joblogentry", message=f"m{number}", created=f"2030-01-01T00:00:0{number}Z") for number in range(4)
    ]
    states(server, "STARTED", "STARTED", "SUCCESS")
    pages = Answers(entries[:1], entries[:2], entries[1:3])

    def page(call):
        rows = pages(call)
        return {"count": len(rows), "next": None, "previous": None, "results": rows}

    server.on("GET", "extras/job-logs/", page)
    server.on("GET", f"extras/job-results/{RESULT['id']}/logs/", entries)
    run = job.start()
    following = run.logs(follow=True, interval=0)
    assert next(following).message == "m0"
    assert not run.done
    assert [entry.message for entry in following] == ["m1", "m2", "m3"]
    assert run.ok
    assert [entry.message for entry in run.logs()] == ["m0", "m1", "m2", "m3"]
    asked = [dict(call.params).get("created__gte") for call in server.calls if call.path == "extras/job-logs/"]
    assert asked == [None, "2030-01-01T00:00:00Z", "2030-01-01T00:00:01Z"]


def test_following_a_log_ends_at_its_time_out(server, job):
    states(server, "STARTED")
    server.serve("extras/job-logs", [])
    with pytest.raises(nbcore.JobTimeoutError):
        list(job.start().logs(follow=True, interval=0, timeout=0.01))


def test_a_run_is_cancelled(server, job):
    states(server, "REVOKED")
    server.on("POST", f"extras/job-results/{RESULT['id']}/cancel/", result("REVOKED"))
    assert job.start().cancel().status == "REVOKED"


def held(server, **fields: Any) -> None:
    server.on("POST", f"extras/jobs/{JOB['id']}/run/", {**HELD, "scheduled_job": {**SCHEDULE, **fields}}, status=201)


def test_a_run_that_awaits_approval_says_so(server, memory, job):
    held(server)
    workflow = row("extras/approval-workflows", "extras.approvalworkflow", object_under_review_object_id=SCHEDULE["id"])
    server.serve("extras/approval-workflows", [workflow])
    run = job.start()
    assert (run.id, run.job_result, run.status, run.done, run.result) == (None, None, "AWAITING APPROVAL", False, None)
    assert run.schedule.id == run.scheduled_job.id == SCHEDULE["id"]
    assert run.approval.id == workflow["id"]
    assert list(run.logs()) == []
    assert repr(run) == "<JobRun without a job result AWAITING APPROVAL>"


def test_a_run_that_is_approved_gets_its_result(server, job):
    held(server)
    server.on("GET", f"extras/scheduled-jobs/{SCHEDULE['id']}/", {**SCHEDULE, "state": {"value": "active", "label": "Active"}})
    empty = {"count": 0, "next": None, "previous": None, "results": []}
    there = {"count": 1, "next": None, "previous": None, "results": [{**RESULT, "scheduled_job": None}]}
    server.on("GET", "extras/job-results/", Answers(empty, there))
    states(server, "SUCCESS")
    run = job.start()
    assert run.refresh().status == "SCHEDULED"
    assert run.wait(interval=0).ok
    assert run.id == RESULT["id"]


@pytest.mark.parametrize(("state", "status"), [("denied", "DENIED"), ("canceled", "CANCELED")])
def test_a_run_that_is_denied_ends(server, job, state, status):
    held(server)
    server.serve("extras/job-results", [])
    server.on("GET", f"extras/scheduled-jobs/{SCHEDULE['id']}/", {**SCHEDULE, "state": {"value": state, "label": "x"}})
    run = job.start().wait(interval=0)
    assert (run.status, run.ok, run.job_result) == (status, False, None)


def test_a_schedule_that_somebody_deleted_ends_too(server, job):
    held(server)
    server.serve("extras/job-results", [])
    server.serve("extras/scheduled-jobs", [])
    assert job.start().wait(interval=0).status == "CANCELED"


def test_a_run_of_next_year_is_not_waited_for(server, job):
    held(server, state={"value": "active", "label": "Active"}, start_time="2999-01-01T00:00:00Z")
    server.serve("extras/job-results", [])
    server.on(
        "GET", f"extras/scheduled-jobs/{SCHEDULE['id']}/", {**SCHEDULE, "state": {"value": "active"}, "start_time": "2999-01-01T00:00:00Z"}
    )
    with pytest.raises(nbcore.JobTimeoutError, match="did not begin") as caught:
        job.start().wait(timeout=60)
    assert caught.value.job_result is None
    assert SCHEDULE["id"] in str(caught.value)


def test_a_run_that_awaits_approval_is_withdrawn(server, job):
    held(server)
    workflow = row("extras/approval-workflows", "extras.approvalworkflow", object_under_review_object_id=SCHEDULE["id"])
    server.serve("extras/approval-workflows", [workflow])
    server.serve("extras/job-results", [])
    server.on("GET", f"extras/scheduled-jobs/{SCHEDULE['id']}/", {**SCHEDULE, "state": {"value": "canceled", "label": "x"}})
    server.on("POST", f"extras/approval-workflows/{workflow['id']}/cancel/", workflow)
    assert job.start().cancel().status == "CANCELED"


def test_a_scheduled_run_is_taken_off_the_schedule(server, job):
    held(server, state={"value": "active", "label": "Active"})
    server.serve("extras/scheduled-jobs", [SCHEDULE])
    run = job.start().cancel()
    assert (run.status, run.done) == ("CANCELED", True)
    assert server.calls[-1].method == "DELETE"


@pytest.mark.parametrize("answer", [{}, {"job_result": None, "scheduled_job": None}, [], "x"])
def test_an_answer_that_names_no_run_is_a_shape_error(memory, answer):
    with pytest.raises(nbcore.ShapeError, match="did not say"):
        JobRun.of(memory, answer)


# --- somebody else acts ------------------------------------------------------------------------------------------------------


def strict_results(server):
    """The list of job results as Nautobot serves it: it refuses the id of a schedule that is not there."""
    server.serve("extras/job-results", [])
    server.on("GET", "extras/job-results/", reply({"scheduled_job": ["Select a valid choice. That is not one of them."]}, 400))


@pytest.mark.parametrize("ask", [lambda run: run.refresh(), lambda run: run.wait(interval=0), lambda run: run.cancel()])
def test_a_schedule_that_somebody_deleted_is_canceled(server, job, ask):
    held(server)
    strict_results(server)
    server.serve("extras/scheduled-jobs", [])
    server.serve("extras/approval-workflows", [])
    run = ask(job.start())
    assert (run.status, run.done, run.ok, run.job_result) == ("CANCELED", True, False, None)
    assert list(run.logs(follow=True, interval=0)) == []


def test_a_schedule_that_is_deleted_between_two_requests(server, job):
    held(server)
    strict_results(server)
    answers = [SCHEDULE, reply({"detail": "No object matches the given query."}, 404)]
    server.on("GET", f"extras/scheduled-jobs/{SCHEDULE['id']}/", lambda call: answers.pop(0))
    assert job.start().refresh().status == "CANCELED"


def test_another_refusal_stays_one(server, job):
    held(server)
    strict_results(server)
    server.on("GET", f"extras/scheduled-jobs/{SCHEDULE['id']}/", SCHEDULE)
    with pytest.raises(nbcore.ValidationError):
        job.start().refresh()


def test_a_result_that_somebody_deleted_while_it_was_followed(server, job):
    server.serve("extras/job-results", [])
    server.on("GET", "extras/job-logs/", reply({"job_result": ["Select a valid choice."]}, 400))
    with pytest.raises(nbcore.NotFoundError):
        list(job.start().logs(follow=True, interval=0))


def test_a_run_that_does_not_begin_says_so(server, job, caplog, monkeypatch):
    monkeypatch.setattr("nbcore_apps._runs._PATIENCE", 0.02)
    states(server, *["PENDING"] * 12, "SUCCESS")
    server.serve("extras/job-logs", [])
    run = job.start()
    server.on("GET", f"extras/job-results/{run.id}/logs/", [])
    assert list(run.logs(follow=True, interval=0.02)) == []
    told = [record.getMessage() for record in caplog.records if record.name == "nbcore.jobs"]
    assert 1 <= len(told) <= 5
    assert f"job result {run.id} has been PENDING for" in told[0]
    assert "no worker" in told[0]


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_an_action_that_answers_nothing_is_done(server, memory, status):
    server.serve("extras/approval-workflow-stages", [row("extras/approval-workflow-stages", id=JOB["id"])])
    stage = memory.extras.approval_workflow_stages.get(JOB["id"])
    server.on("POST", f"extras/approval-workflow-stages/{JOB['id']}/approve/", reply(None, status))
    assert stage.approve(comments="ok") is None


def test_what_a_run_has_come_to_is_asked_past_every_cache(server, job):
    """A session that caches would tell the first state for ever."""
    states(server, "STARTED", "SUCCESS")
    server.on("GET", "extras/job-logs/", {"count": 0, "next": None, "previous": None, "results": []})
    server.on("GET", f"extras/job-results/{RESULT['id']}/logs/", [])
    run = job.start()
    number = len(server.calls)
    run.wait(interval=0.01, timeout=5)
    list(run.logs())
    asked = [call for call in server.calls[number:] if call.method == "GET"]
    assert {call.path.split("/")[1] for call in asked} == {"job-results"}
    assert all(call.fresh for call in asked)
