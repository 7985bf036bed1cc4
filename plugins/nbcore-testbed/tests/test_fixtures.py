"""The pytest fixtures without a Nautobot: inert until used, adopting what runs, refusing what is something else."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nbcore_testbed import places, testbed, versions
from nbcore_testbed.errors import UsageError

SLEEP = "import time; time.sleep(300)"
PLAIN = """
import sys

def test_nothing_was_imported():
    assert "nbcore_testbed.fixtures" in sys.modules
    assert not {"nbcore_testbed.testbed", "nbcore_testbed.database", "uv"} & set(sys.modules)
"""


@pytest.fixture
def run(tmp_path, cache):
    """pytest in a process of its own, in a project with one test file."""

    def pytest_of(text: str, *arguments: str, ini: str = "") -> subprocess.CompletedProcess[str]:
        (tmp_path / "test_it.py").write_text(text)
        (tmp_path / "pytest.ini").write_text(f"[pytest]\n{ini}")
        words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=120)

    return pytest_of


@pytest.fixture
def running(bed, server):
    """A testbed whose Nautobot is a stand-in that answers /api/status/."""

    class Status(BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps({"nautobot-version": "3.2.7"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    stand_in = ThreadingHTTPServer(("127.0.0.1", 0), Status)
    threading.Thread(target=stand_in.serve_forever, daemon=True).start()
    state = bed("lab", uwsgi=server(SLEEP))
    state.url, state.token, state.requirements = f"http://127.0.0.1:{stand_in.server_port}", "t" * 40, versions_of("3.2.7")
    state.write()
    yield state
    stand_in.shutdown()
    stand_in.server_close()


def versions_of(release: str) -> tuple[str, ...]:
    return versions.requirements(release, versions.NEWEST, None)


def test_a_run_that_does_not_use_it_imports_nothing(run, cache):
    done = run(PLAIN)
    assert done.returncode == 0, done.stdout
    assert not cache.exists()


def test_one_that_runs_is_used_and_left_running(run, running):
    text = f"""
def test_it(nautobot):
    assert nautobot.url == "{running.url}" and nautobot.token == "{running.token}"
    assert nautobot.version == "3.2.7" and "3.2.7" in repr(nautobot)
    with nautobot.api(token="other") as nb:
        assert nb.base_url.startswith(nautobot.url)
"""
    done = run(text, ini="nautobot_name = lab\nnautobot_version = 3.2\n")
    assert done.returncode == 0, done.stdout
    assert testbed.running("lab").url == running.url


def test_one_that_is_something_else_is_refused(run, running):
    done = run("def test_it(nautobot): pass", "--nautobot-name", "lab", "--nautobot-version", "2.4")
    assert done.returncode == 1
    assert "The testbed 'lab' that runs is Nautobot 3.2.7 rather than 2.4.44." in done.stdout
    assert "down --name lab" in done.stdout
    assert testbed.running("lab").url == running.url


def test_what_is_compared(running):
    assert testbed.adopt("lab") is not None
    assert testbed.adopt("lab", nautobot="3.2.7", apps=["default"], seed="small") is not None
    assert testbed.adopt("other") is None
    with pytest.raises(UsageError, match="seeded with small rather than large"):
        testbed.adopt("lab", seed="large")
    with pytest.raises(UsageError, match=r"one with nautobot-bgp-models==.* rather than none"):
        testbed.adopt("lab", apps=["none"])


def test_what_cannot_be_started_fails_the_test_with_the_reason(run):
    done = run("def test_it(nautobot): pass", "--nautobot-version", "1.6")
    assert done.returncode == 1
    assert "There is no Nautobot to test against. Nautobot 1.6 is too old." in done.stdout
    assert "Traceback" not in done.stdout


def test_workers_of_xdist_do_not_restore_what_they_share(run, running):
    text = "def test_it(nautobot_db): pass\ndef test_that(nautobot_db): pass\n"
    done = run(text, "-n", "2", ini="nautobot_name = lab\n")
    assert done.returncode == 1
    assert "all workers share one Nautobot" in done.stdout


def test_what_a_run_started_is_taken_down_at_its_end(run, running):
    text = """
from nbcore_testbed import fixtures, state

def test_it(request):
    found = state.read("lab")
    found.owner = request.config.stash[fixtures._OWNER]
    found.write()
"""
    assert run(text, "--nautobot-keep").returncode == 0
    assert testbed.running("lab")
    assert run(text).returncode == 0
    assert not (places.cache() / "beds" / "lab").exists()


def test_what_a_worker_of_xdist_started_is_taken_down_at_the_end_of_the_run(run, running):
    text = """
from nbcore_testbed import fixtures, state

def test_it(request):
    assert hasattr(request.config, "workerinput")
    found = state.read("lab")
    found.owner = request.config.stash[fixtures._OWNER]
    found.write()
"""
    assert run(text, "-n", "1").returncode == 0
    assert not (places.cache() / "beds" / "lab").exists()
