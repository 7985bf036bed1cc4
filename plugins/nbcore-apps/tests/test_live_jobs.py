"""Runs of the testbed's own jobs: followed while they run, stopped, failing, and with files."""

from __future__ import annotations

import io
import time

import pytest

import nbcore

pytestmark = pytest.mark.integration


@pytest.fixture
def job(real):
    def find(name: str):
        found = real.extras.jobs.get(name=name)
        if found is None:
            pytest.skip(f"the server has no job {name!r}; make testbed has")
        return found

    return find


def test_entries_come_while_the_job_still_runs(job):
    run = job("Testbed Sleep").start({"seconds": 4})
    came: list[tuple[str, bool]] = [(entry.message, run.done) for entry in run.logs(follow=True, interval=0.3, timeout=60)]
    assert ("slept 0 s", False) in came
    assert [message for message, _ in came if message.startswith("slept")] == [f"slept {second} s" for second in range(4)]
    assert (run.ok, run.result) == (True, 4)


def test_a_time_out_leaves_the_job_running_until_it_is_cancelled(job):
    run = job("Testbed Sleep").start({"seconds": 60})
    started = time.monotonic()
    with pytest.raises(nbcore.JobTimeoutError, match=f"{run.id} did not end within 2 s") as caught:
        run.wait(timeout=2, interval=0.5)
    assert time.monotonic() - started < 10
    again = caught.value.job_result.handle()
    assert again.refresh().status == "STARTED"
    preview = again.job_result.cancel.list()
    assert preview["job_status"] in ("RUNNING", "NOT RUNNING", "UNKNOWN")
    again.cancel()
    assert again.wait(30).status == "REVOKED"
    assert not again.ok


def test_a_job_that_fails_has_ended(job):
    run = job("Testbed Fail").start({"message": "as asked"}).wait(60)
    assert (run.status, run.ok, run.done) == ("FAILURE", False, True)
    assert "as asked" in run.job_result.traceback
    assert "about to fail" in [entry.message for entry in run.logs()]


def test_what_a_job_returns_is_plain_json(job):
    run = (
        job("Testbed Report")
        .start({"title": "Leaf", "lines": 2, "color": "red", "options": {"id": 1, "url": None}, "shapes": ["circle"]})
        .wait(60)
    )
    assert (run.result["title"], run.result["options"], run.result["shapes"]) == ("Leaf", {"id": 1, "url": None}, ["circle"])
    names = {one["name"]: one["type"] for one in job("Testbed Report").variables()}
    assert names["shapes"] == "MultiChoiceVar"


@pytest.mark.parametrize("file", [b"a\nb\n", io.BytesIO(b"a\nb\n"), ("lines.txt", b"a\nb\n")])
def test_a_job_reads_a_file_and_hands_one_back(job, file):
    run = job("Testbed Count Lines").start(files={"source": file}).wait(60)
    assert run.result["lines"] == 2
    (made,) = run.job_result.files
    assert made.download() == b"2\n"


def test_a_file_and_other_variables_go_together(job, tmp_path):
    path = tmp_path / "lines.txt"
    path.write_bytes(b"a")
    with pytest.raises(nbcore.ValidationError, match="unknown property"):
        job("Testbed Count Lines").start({"typo": 1}, files={"source": path})
    later = {"name": "apps-form", "interval": "future", "start_time": "2099-01-01T00:00:00Z"}
    run = job("Testbed Count Lines").start(files={"source": path}, schedule=later)
    assert run.status == "SCHEDULED"
    assert run.cancel().done
