"""The limit in one process."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time

import pytest

import nbcore
from nbcore.testing import Wire, make_api, reply
from nbcore_ratelimit import RateLimit, RateWaitError
from nbcore_ratelimit.rates import parse, shown


class Clocked(Wire):
    """A wire that knows when each call came, and that comes as late as the core's own sending."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []
        self.on("GET", "status/", self.note)
        self.on("POST", "dcim/devices/", self.note)

    @nbcore.hookimpl
    def nbcore_send(self, call):
        return super().nbcore_send(call)

    def note(self, call):
        self.times.append(time.monotonic())
        return reply({"id": "1"})

    def most_within(self, seconds: float) -> int:
        """The largest number of calls in a period; ask for less than the limit's, since a call comes a little after it is counted."""
        return max(sum(start <= moment < start + seconds for moment in self.times) for start in self.times)


@pytest.fixture
def wire() -> Clocked:
    return Clocked()


def ask(nb, times: int) -> None:
    for _ in range(times):
        nb.request("GET", "status/")


def in_threads(count: int, work, *arguments) -> None:
    threads = [threading.Thread(target=work, args=arguments) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# 0.4 s has no text, so that the tests take no longer than they must.
def limit(many: int, seconds: float) -> RateLimit:
    made = RateLimit(f"{many}/s")
    made.rates = ((many, seconds),)
    made._forget()
    return made


def test_no_more_leave_than_the_rate_allows(wire):
    with make_api(wire, limit(5, 0.4)) as nb:
        started = time.monotonic()
        ask(nb, 12)
    assert len(wire.times) == 12
    assert wire.most_within(0.3) <= 5
    assert 0.8 <= wire.times[-1] - started < 10


def test_up_to_the_rate_nobody_waits(wire):
    with make_api(wire, RateLimit("20/h"), deadline=20) as nb:
        ask(nb, 20)
    assert len(wire.times) == 20


def test_threads_share_the_limit(wire):
    with make_api(wire, limit(5, 0.3)) as nb:
        in_threads(4, ask, nb, 4)
    assert len(wire.times) == 16
    assert wire.most_within(0.22) <= 5


def test_several_rates_hold_together(wire):
    made = RateLimit("3/s,5/10s")
    made.rates = ((3, 0.1), (5, 0.5))
    made._forget()
    with make_api(wire, made) as nb:
        ask(nb, 9)
    assert wire.most_within(0.07) <= 3
    assert wire.most_within(0.4) <= 5
    assert 0.5 <= wire.times[-1] - wire.times[0] < 10


def test_one_limit_for_all_apis_it_is_given_to(wire):
    made = limit(4, 0.3)
    first, second = make_api(wire, made), make_api(wire, made, url="http://other.test")
    in_threads(1, ask, first, 5)
    ask(second, 4)
    ask(first.with_options(retries=1), 4)
    assert wire.most_within(0.22) <= 4


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("retries", [0, 2])
def test_a_wait_beyond_the_deadline_is_an_error_at_once(wire, method, retries):
    path = "status/" if method == "GET" else "dcim/devices/"
    with make_api(wire, RateLimit("1/h"), deadline=5, retries=retries) as nb:
        nb.request(method, path)
        started = time.monotonic()
        text = rf"{method} {path} was not sent: the rate limit 1/h .* \(there is room in 3[56]\d\d\.\d s\)"
        with pytest.raises(nbcore.CallError, match=text) as caught:
            nb.request(method, path)
        assert time.monotonic() - started < 4.9
    assert len(wire.times) == 1
    error = caught.value if not retries else caught.value.__cause__
    assert isinstance(error, RateWaitError)
    assert isinstance(error, nbcore.DeadlineError)
    assert isinstance(error, nbcore.ConnectError)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_those_in_line_end_at_their_deadline(wire):
    errors = []

    def one(nb):
        try:
            ask(nb, 1)
        except nbcore.CallError as exc:
            errors.append(type(exc))

    with make_api(wire, limit(1, 0.4), deadline=0.5) as nb:
        started = time.monotonic()
        in_threads(5, one, nb)
        assert time.monotonic() - started < 10
    assert len(wire.times) == 2
    assert errors == [RateWaitError] * 3


def test_those_in_line_do_not_wait_for_one_that_may_wait_longer(wire):
    made = limit(1, 3.0)
    with make_api(wire, made, deadline=None) as patient, make_api(wire, made, deadline=0.3) as nb:
        ask(patient, 1)
        waiting = threading.Thread(target=ask, args=(patient, 1))
        waiting.start()
        time.sleep(0.1)
        started = time.monotonic()
        with pytest.raises(RateWaitError, match="other calls stand before it"):
            ask(nb, 1)
        assert time.monotonic() - started < 2
        waiting.join()


def test_without_a_deadline_it_waits(wire):
    with make_api(wire, limit(1, 0.3), deadline=None) as nb:
        ask(nb, 3)
    assert 0.55 <= wire.times[-1] - wire.times[0] < 10


def test_each_attempt_counts(wire, monkeypatch):
    monkeypatch.setattr("random.uniform", lambda *_: 0.0)
    answers = iter([nbcore.ConnectError("refused"), nbcore.ConnectError("refused"), {"ok": 1}])

    def answer(call):
        wire.note(call)
        return next(answers)

    wire.on("GET", "status/", answer)
    with make_api(wire, limit(1, 0.3), retries=3) as nb:
        ask(nb, 1)
    assert wire.times[-1] - wire.times[0] >= 0.55


class Answers:
    """As a cache does."""

    @nbcore.hookimpl(tryfirst=True)
    def nbcore_send(self, call):
        return reply({"kept": 1})


class Refuses:
    """As a guard does."""

    @nbcore.hookimpl(wrapper=True)
    def nbcore_send(self, call):
        raise nbcore.CallError("refused", call)
        yield


@pytest.mark.parametrize("order", [1, -1])
def test_what_another_plugin_answers_or_refuses_costs_nothing(wire, order):
    made = RateLimit("1/h")
    for _ in range(3):
        with make_api(wire, *[Answers(), made][::order]) as nb:
            assert nb.request("GET", "status/") == {"kept": 1}
        with make_api(wire, *[Refuses(), made][::order]) as nb, pytest.raises(nbcore.CallError, match="refused"):
            ask(nb, 1)
    with make_api(wire, made) as nb:
        ask(nb, 1)
        with pytest.raises(RateWaitError):
            ask(nb, 1)


# --- configuration -----------------------------------------------------------------------------------------------------


def test_by_environment_all_apis_of_a_server_share_it(servers, monkeypatch):
    monkeypatch.setenv("NBCORE_RATELIMIT", "3/h")
    for _ in range(3):
        with make_api(url=servers[0], deadline=5) as nb:
            ask(nb, 1)
    with make_api(url=servers[0], deadline=5) as nb, pytest.raises(RateWaitError):
        ask(nb, 1)
    with make_api(url=servers[1], deadline=5) as nb:
        ask(nb, 3)


def test_settings_win_over_the_environment(servers, monkeypatch):
    monkeypatch.setenv("NBCORE_RATELIMIT", "1/h")
    with make_api(url=servers[0], settings={"ratelimit": {"rates": "2/h"}}, deadline=5) as nb:
        ask(nb, 2)
        with pytest.raises(RateWaitError, match="rate limit 2/h"):
            ask(nb, 1)


def test_inert_without_configuration(wire):
    with make_api(wire) as nb:
        ask(nb, 50)
        assert {info.name: info.state for info in nb.plugin_report() if info.group == "nbcore.hooks"}["ratelimit"] == "inert"
    program = (
        "import sys, nbcore; nbcore.api('http://x.test'); print('pyrate_limiter' in sys.modules, 'nbcore_ratelimit.hooks' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False True\n"


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({}, "names no rates"),
        ({"rates": "fast"}, "'fast' is not a rate"),
        ({"rates": "1/s", "rate": 1}, "unexpected keyword argument 'rate'"),
        ({"rates": "1/s", "url": "http://x"}, "http://x is not the address of a Redis"),
        ({"rates": "1/s", "key": ""}, "key must be a name"),
    ],
)
def test_settings_that_cannot_be_used(settings, text):
    with pytest.raises(nbcore.PluginError, match=text):
        make_api(settings={"ratelimit": settings})


def test_without_the_redis_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(nbcore.PluginError, match=r'pip install "nbcore-ratelimit\[redis\]"'):
        RateLimit("1/s", "redis://127.0.0.1")


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("10/s", ((10, 1),)),
        (" 600 / 5 m ", ((600, 300),)),
        ("5000/h", ((5000, 3600),)),
        ("1/2days", ((1, 172800),)),
        ("7/Minutes", ((7, 60),)),
        ("5000/h,10/s", ((10, 1), (5000, 3600))),
        (["10/sec", "100/min"], ((10, 1), (100, 60))),
    ],
)
def test_rates(text, rates):
    assert parse(text) == rates
    assert parse(shown(rates)) == rates


@pytest.mark.parametrize(
    "text", ["", "10", "0/s", "-1/s", "1/0s", "10/x", "1.5/s", "10/s,", [], [5], "10/s,5/m", "10/s,600/m", "10/s,20/s"]
)
def test_what_is_no_rate(text):
    with pytest.raises(nbcore.InputError):
        parse(text)


def test_pickle_and_fork(wire):
    made = RateLimit("2/h", key="k")
    again = pickle.loads(pickle.dumps(made))
    assert (again.rates, again.key, repr(again)) == (((2, 3600),), "k", "<RateLimit 2/h>")
    with make_api(wire, made, deadline=0.3) as nb:
        ask(nb, 2)
        made._line.acquire()  # as if another thread stood in line when the process forks
        child = os.fork()
        if not child:
            status = 1
            try:
                ask(nb, 2)  # the child has a limit of its own
                status = 0
            finally:
                os._exit(status)
        assert os.waitpid(child, 0)[1] == 0


# --- the server's own limit ----------------------------------------------------------------------------------------------


def test_a_429_says_that_the_limit_is_above_the_servers(wire):
    wire.on("GET", "dcim/devices/", {"detail": "Request was throttled."}, status=429, headers={"Retry-After": "7"})
    with make_api(wire, RateLimit("20/s")) as nb, pytest.raises(nbcore.RateLimitError) as caught:
        nb.request("GET", "dcim/devices/")
    assert "Request was throttled. It was within the rate limit 20/s: the server's own is lower" in str(caught.value)
    assert "wait 7 s" in str(caught.value)
    assert caught.value.retry_after == 7
    assert caught.value.reply.status == 429


def test_a_429_is_sent_again_as_without_the_limit(wire):
    answers = [reply({}, 429, {"Retry-After": "0"}), reply({"id": "1"})]
    wire.on("GET", "dcim/devices/", lambda call: answers.pop(0))
    with make_api(wire, RateLimit("20/s"), retries=1) as nb:
        assert nb.request("GET", "dcim/devices/") == {"id": "1"}


def test_other_errors_are_the_cores(wire):
    wire.on("GET", "dcim/devices/", {"detail": "no"}, status=403)
    with make_api(wire, RateLimit("20/s")) as nb, pytest.raises(nbcore.PermissionDeniedError, match="permission"):
        nb.request("GET", "dcim/devices/")
