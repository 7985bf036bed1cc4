"""After a fork: children of an Api that was used get their own answers, and so does the parent."""

from __future__ import annotations

import os

import pytest

from ..distributions import Site
from .loopback import TOKEN, rows

SCRIPT = """
import os, sys, time

nb = nbcore.Api({url!r}, {token!r}, threading={threading}, page_size=10)
endpoint = nb.endpoint("lab/devices")
ids = [record.id for record in endpoint.all()]

def wrong_answers(first):
    wrong = 0
    for number in range(first, first + 20):
        record = endpoint.get(ids[number])
        wrong += record is None or record.name != f"d{{number}}"
    wrong += [record.name for record in endpoint.all()] != [f"d{{number}}" for number in range(100)]
    return wrong

children = []
for number in range(4):
    child = os.fork()
    if not child:
        code = 99
        try:
            code = wrong_answers(20 * number)
        finally:
            os._exit(code)
    children.append(child)
codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
print(json.dumps([wrong_answers(80), *codes]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("threading", [False, True])
def test_children_get_right_answers(server, tmp_path, threading):
    server.serve("lab/devices", rows(100))
    # Python 3.12 warns of any fork of a process with threads.
    flags = ("-W", "error", "-W", "ignore::DeprecationWarning")
    script = SCRIPT.format(url=server.url, token=TOKEN, threading=threading)
    assert Site(tmp_path / "site").run(script, flags=flags) == [0, 0, 0, 0, 0]
    assert len({request.connection for request in server.requests}) >= 5
    assert {request.headers["authorization"] for request in server.requests} == {f"Token {TOKEN}"}
