"""nb.graphql: queries in GraphQL, with its errors as errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import GraphQLError, ValidationError, describe, snippet
from ..messages import Call, Reply

if TYPE_CHECKING:
    from ..contracts import Connection, Row


class GraphQLRecord:
    """The answer to a query.

    Attributes:
        json: the whole answer, `{"data": {...}}`.
        status_code: its HTTP status.
    """

    def __init__(self, json: Row, status_code: int) -> None:
        self.json = json
        self.status_code = status_code

    @property
    def data(self) -> Any:
        """What was asked for."""
        return self.json.get("data")

    def __repr__(self) -> str:
        return f"GraphQLRecord(json={self.json}, status_code={self.status_code})"

    def __str__(self) -> str:
        return str(self.json)


class GraphQL:
    """Queries in GraphQL (route `graphql/`), as `nb.graphql`.

    Args:
        connection: what they are sent with.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def query(self, query: str, variables: Mapping[str, Any] | None = None) -> GraphQLRecord:
        """Run a query (one POST; it changes nothing, so it may be sent again).

        Args:
            query: the query's text.
            variables: values for its variables.

        Raises:
            TypeError: a query that is no text, or variables that are no dict.
            GraphQLError: the answer has errors, also beside data: `.errors`, `.data`.
        """
        if not isinstance(query, str):
            raise TypeError(f"query must be text, not {type(query).__name__}")
        if variables is not None and not isinstance(variables, Mapping):
            raise TypeError(f"variables must be a dict, not {type(variables).__name__}")
        body = {"query": query, "variables": dict(variables) if variables is not None else None}
        call = self._connection.call("POST", "graphql/", body=body, operation="graphql")
        try:
            reply, data = self._connection.exchange(call)
        except ValidationError as exc:
            raise self._error(call, exc.reply, exc.reply and exc.reply.json_or_none()) from None
        if not isinstance(data, dict) or data.get("errors") or "data" not in data:
            raise self._error(call, reply, data)
        return GraphQLRecord(data, reply.status)

    def _error(self, call: Call, reply: Reply | None, data: Any) -> GraphQLError:
        """The error that an answer means: its "errors", or for an answer of another kind, what it says."""
        answer = data if isinstance(data, dict) else {}
        errors = answer.get("errors") or [answer.get("detail") or snippet(reply.text if reply is not None else "")]
        said = "; ".join(str(item.get("message", item)) if isinstance(item, dict) else str(item) for item in errors[:5])
        return GraphQLError(f"{describe(call)} was answered with errors: {said}", call, reply, errors=errors, data=answer.get("data"))

    def __repr__(self) -> str:
        return "<GraphQL>"
