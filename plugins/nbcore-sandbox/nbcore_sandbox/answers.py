"""What a request is answered, and the refusals that end it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer.

    Attributes:
        status: the HTTP status.
        body: what is sent as JSON; None for nothing.
        headers: besides those that every answer has.
        versioned: whether it carries the API-Version header, as those of a Nautobot view do.
    """

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    versioned: bool = True


class Refused(Exception):
    """A request ends here with an error status.

    Args:
        status: the HTTP status.
        body: what is sent as JSON.
        versioned: whether the answer carries the API-Version header.
    """

    def __init__(self, status: int, body: Any, *, versioned: bool = True) -> None:
        super().__init__(status, body)
        self.answer = Answer(status, body, versioned=versioned)


class Invalid(Refused):
    """400: what was sent is refused; `errors` says why, as the server words it."""

    def __init__(self, errors: Any) -> None:
        super().__init__(400, errors)
        self.errors = errors


def missing(model: str) -> Refused:
    """404 from a view: no such object."""
    return Refused(404, {"detail": f"No {model} matches the given query."})


def no_route() -> Refused:
    """404 from the URL resolver, which no view has seen."""
    return Refused(404, {"detail": "Not found."}, versioned=False)


def not_served(what: str) -> Refused:
    """501: a real Nautobot does this, the sandbox does not."""
    return Refused(501, {"detail": f"The sandbox does not serve {what}; a real Nautobot does."})


def broken(nautobot: str, error: str, exception: str) -> Refused:
    """500 as Nautobot's middleware words it, for what a real server fails at in the same way."""
    body = {"error": error, "exception": exception, "nautobot_version": nautobot, "python_version": "3.11.7"}
    return Refused(500, body, versioned=False)
