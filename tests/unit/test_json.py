"""Reading JSON: strict, and the same with orjson as with the standard library."""

from __future__ import annotations

import contextlib
import gc
import json
import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcore.values import json_text as body

LARGE = b" " * (1 << 20)  # so much that orjson is used from then on


@pytest.fixture(scope="module", autouse=True)
def _fast():
    assert body.loads(LARGE + b"1") == 1


def test_little_is_read_without_orjson():
    code = "import sys; from nbcore.values import loads; loads(b'[1]'); print('orjson' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda below: st.lists(below) | st.dictionaries(st.text(), below),
    max_leaves=20,
)


@given(values)
def test_orjson_gives_what_json_gives(value):
    assert "orjson" in sys.modules, "orjson is part of the test dependencies"
    text = json.dumps(value).encode()
    found = body.loads(text)
    assert found == json.loads(text)
    assert repr(found) == repr(json.loads(text))


@pytest.mark.parametrize("text", [b"18446744073709551616", b'{"a": -123456789012345678901}', b"9223372036854775808"])
def test_long_integers_stay_integers(text):
    assert repr(body.loads(text)) == repr(json.loads(text))


def test_a_lone_surrogate_is_read_as_json_reads_it():
    assert body.loads(b'"\\ud800"') == "\ud800"


@pytest.mark.parametrize("text", [b"NaN", b"Infinity", b'{"a": NaN}', b"", b"[1,]", b"\xff"])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  any ValueError: the caller makes a ContentError of it
        body.loads(text)


def test_floats_stay_floats():
    assert math.isclose(body.loads(b"1.5"), 1.5)


@pytest.mark.parametrize("collecting", [True, False])
@pytest.mark.parametrize("content", [b"[1]", b"[1"])
def test_the_garbage_collector_is_left_as_it_was(collecting, content):
    (gc.enable if collecting else gc.disable)()
    try:
        with contextlib.suppress(ValueError):
            body.loads(content)
        assert gc.isenabled() is collecting
    finally:
        gc.enable()
