"""How many ids fit into one request: a list of them is split into parts that fit the server's buffer for a request line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

# Characters of ids in one request line. uWSGI keeps path and query twice, beside the headers, in a buffer of 4,096 bytes by default: of
# query strings sent to one so configured, 1,800 characters passed and 2,000 were reset.
_LINE = 1400
IDS_A_REQUEST = _LINE // 40


def fits(values: Iterable[str]) -> bool:
    """Whether some ids fit into one request line."""
    return sum(len(value) + 4 for value in values) <= _LINE


def chunked(ids: Iterable[str]) -> Iterator[list[str]]:
    """Distinct ids in lists that fit one request line."""
    chunk: list[str] = []
    size = 0
    for value in dict.fromkeys(ids):
        if chunk and size + len(value) + 4 > _LINE:
            yield chunk
            chunk, size = [], 0
        chunk.append(value)
        size += len(value) + 4
    if chunk:
        yield chunk
