"""Jobs as scripts for pynautobot run them."""

from __future__ import annotations

import pytest

import nbcore

JOB = "Refresh Dynamic Group Caches"


@pytest.fixture
def job(nb):
    found = nb.extras.jobs.get(name=JOB)
    if found is None:
        pytest.skip("the sandbox has no jobs")
    return found


def test_a_job_is_run_by_its_name_or_its_id(nb, job):
    for named in ({"job_name": JOB}, {"job_id": job.id}):
        run = nb.extras.jobs.run(**named, data={})
        assert run.id == run.job_result.id
        assert run.job_result.job_model == job
        run.wait(60)
    assert nb.extras.jobs.run({"data": {}}, job_id=job.id).wait(60).ok


def test_a_job_without_a_name_is_a_value_error(nb):
    with pytest.raises(ValueError, match="job_id or job_name"):
        nb.extras.jobs.run(data={})


def test_a_job_runs_itself(job):
    assert job.run(data={}).wait(60).ok


def test_a_job_is_run_and_waited_for(nb, job):
    run = nb.extras.jobs.run_and_wait(job_id=job.id, interval=0.5, max_rechecks=100)
    assert run.job_result.status == "SUCCESS"
    assert str(run.job_result.status) == "SUCCESS"
    with pytest.raises(ValueError, match="positive"):
        nb.extras.jobs.run_and_wait(job_id=job.id, max_rechecks=0)


def test_a_job_that_takes_too_long_keeps_its_result(nb, job):
    with pytest.raises(ValueError, match="did not end") as caught:
        nb.extras.jobs.run_and_wait(job_id=job.id, interval=0, max_rechecks=1)
    assert isinstance(caught.value, nbcore.JobTimeoutError)
    assert caught.value.job_result.handle().wait(60).ok


def test_the_json_of_a_job_result_is_plain(job):
    result = job.run(data={}).wait(60).job_result
    assert result.task_kwargs == {"single_group": None}
    assert type(result.celery_kwargs) is dict
    assert type(result.meta) is dict
    assert result.task_args == []
    assert result.result is None


def test_data_that_the_job_does_not_know_is_refused(job):
    with pytest.raises(nbcore.ValidationError, match="unknown property"):
        job.run(data={"typo": 1})
