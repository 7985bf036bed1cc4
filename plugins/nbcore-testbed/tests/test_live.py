"""The fixtures with the real Nautobot of `make testbed`; it restores the data that all integration tests begin with."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from nbcore_testbed import redis, state, testbed

pytestmark = pytest.mark.integration
PAGE = Path(__file__).resolve().parents[3] / "docs" / "testing-with-a-real-nautobot.md"


@pytest.fixture(autouse=True)
def of_make():
    """Only a testbed that runs already: these tests start none."""
    found = state.read("default")
    if not found or found.url != os.environ.get("NBCORE_TEST_URL"):
        pytest.skip("NBCORE_TEST_URL is not the testbed 'default'; make test-integration starts it")


def test_what_it_gives(nautobot):
    with nautobot.api() as nb:
        assert nautobot.version.startswith(nb.version)
        served = nb.status()["nautobot-version"]
    assert served == nautobot.version
    found = testbed.running("default")
    assert nautobot.redis_url == found.redis
    assert redis.send(found, ("PING",)) == ["+PONG"]
    assert set(nautobot.apps) == {"nautobot_bgp_models", "nautobot_dns_models", "nautobot_firewall_models"}


def test_the_data_is_back_at_once_in_every_process(nautobot_db):
    """More rows, a custom field (cached and in the GraphQL schema), a changed and a deleted row, asked by many at the same time."""
    with nautobot_db.api() as nb:
        tenants, fields = nb.endpoint("tenancy/tenants"), nb.endpoint("extras/custom-fields")
        before = sorted(tenant.name for tenant in tenants.all())
        for turn in range(3):
            tenants.create([{"name": f"Turn {turn}, {number}"} for number in range(20)])
            tenants.get(name="Acme").update({"description": "changed"})
            tenants.get(name="Initech").update({"name": "Renamed"})
            fields.create({"label": "Passing", "key": "passing", "type": "text", "content_types": ["tenancy.tenant"]})
            assert "passing" in tenants.get(name="Acme").custom_fields
            nautobot_db.reset()

            def look(_: int) -> tuple[list[str], str, bool]:
                with nautobot_db.api() as nb:
                    found = {tenant.name: tenant for tenant in nb.endpoint("tenancy/tenants").all()}
                    return sorted(found), found["Acme"].description, "passing" in found["Acme"].custom_fields

            with ThreadPoolExecutor(8) as pool:
                assert list(pool.map(look, range(24))) == [(before, "The first customer", False)] * 24


def ask(nautobot, path: str, body: object = None) -> dict[str, Any]:
    """A GET, or a POST where there is a body, by the standard library alone."""
    headers = {"Authorization": f"Token {nautobot.token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{nautobot.url}/api/{path}", data, headers), timeout=60) as reply:
        return json.load(reply)


def test_jobs_run_right_after_it(nautobot_db):
    """Again and again: a session that ended under Celery's main process would end the worker."""
    (job,) = ask(nautobot_db, "extras/jobs/?name=Testbed+Report")["results"]
    for _ in range(4):
        run = ask(nautobot_db, f"extras/jobs/{job['id']}/run/", {"data": {"title": "After", "lines": 1, "color": "red"}})
        path, deadline = f"extras/job-results/{run['job_result']['id']}/", time.monotonic() + 60
        while (status := ask(nautobot_db, path)["status"]["value"]) not in ("SUCCESS", "FAILURE"):
            assert time.monotonic() < deadline, status
            time.sleep(0.2)
        assert status == "SUCCESS"
        nautobot_db.reset()
        with pytest.raises(urllib.error.HTTPError, match="404"):
            ask(nautobot_db, path)
    assert not testbed.running("default").ended()


def test_it_takes_a_second(nautobot_db):
    """A second, alone on the machine; the rest is room for a busy one."""
    started = time.monotonic()
    nautobot_db.reset()
    assert time.monotonic() - started < 15


def test_the_sample_project_of_the_docs(tmp_path):
    """The script and its test, as the page has them, run as a user runs them."""
    files = re.findall(r'^```python title="([^"]+)"\n(.*?)^```$', PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert {name for name, _ in files} == {"decommission.py", "test_decommission.py"}
    for name, text in files:
        (tmp_path / name).write_text(text)
    words = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout
