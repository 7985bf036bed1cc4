"""How much fits into one request line: a long list of values is split into several requests, where that asks the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote_plus

Params = tuple[tuple[str, str], ...]

# Characters of a list of values in one request line, and of the whole query. uWSGI keeps path and query twice, beside the headers, in a
# buffer of 4,096 bytes by default: of query strings sent to one so configured, 1,800 characters passed and 2,000 were reset.
_LIST = 1400
_QUERY = 1700
IDS_A_REQUEST = _LIST // 40

# Filters of Nautobot that ask for objects with all of their values (besides those of content types), or that take one text.
_NOT_ANY_OF = frozenset({"tags", "q", "source_type", "destination_type", "sort", "include", "depth", "exclude_m2m", "format"})
_CONTENT_TYPES = ("content_type", "content_types", "object_type", "object_types")


def asks_any_of(name: str) -> bool:
    """Whether a filter with several values asks for the objects that match one of them, so that it may be asked in parts.

    Nautobot reads `name`, `address`, `role` and the lookups `__ic`, `__isw` and so on so. `tags` and content types mean all of the values,
    and the lookups that begin with an n (`name__n`, `name__nic`) mean none of them.
    """
    field, _, lookup = name.rpartition("__")
    if not field:
        return name not in _NOT_ANY_OF and not name.endswith(_CONTENT_TYPES)
    return not lookup.startswith("n") and asks_any_of(field)


def length(params: Iterable[tuple[str, str]]) -> int:
    """The characters of parameters in a request line."""
    return sum(len(quote_plus(name)) + len(quote_plus(value)) + 2 for name, value in params)


def is_long(params: Params) -> bool:
    """Whether parameters are more than every server takes in a request line."""
    return length(params) > _QUERY


def split(params: Params) -> Iterator[Params]:
    """Parameters in parts that fit a request line each, and together ask for the same objects; an object may be in several of them.

    What cannot be asked in parts stays as it is.
    """
    lists: dict[str, list[tuple[str, str]]] = {}
    for pair in params:
        if asks_any_of(pair[0]):
            lists.setdefault(pair[0], []).append(pair)
    sizes = {name: length(pairs) for name, pairs in lists.items() if len({value for _, value in pairs}) > 1}
    longest = max(sizes, key=sizes.__getitem__, default="")
    if not longest or not (is_long(params) or sizes[longest] > _LIST):
        yield params
        return
    rest = tuple(pair for pair in params if pair[0] != longest)
    room = max(min(_LIST, _QUERY - length(rest)), _LIST // 2)
    for chunk in chunked((value for _, value in lists[longest]), longest, room):
        yield from split((*rest, *((longest, value) for value in chunk)))


def chunked(values: Iterable[str], name: str = "id", room: int = _LIST) -> Iterator[list[str]]:
    """Distinct values of a filter in lists that fit one request line.

    Args:
        values: the values, such as ids.
        name: the filter's name.
        room: how many characters a list may take.
    """
    chunk: list[str] = []
    size = 0
    for value in dict.fromkeys(values):
        needed = length(((name, value),))
        if chunk and size + needed > room:
            yield chunk
            chunk, size = [], 0
        chunk.append(value)
        size += needed
    if chunk:
        yield chunk
