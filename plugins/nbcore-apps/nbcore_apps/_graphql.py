"""Saved GraphQL queries."""

from __future__ import annotations

from typing import Any

from nbcore import Endpoint, GraphQLError, Record


class GraphQLQuery(Record):
    """A GraphQL query that is saved on the server."""

    __slots__ = ()

    def run(self, *args: Any, **payload: Any) -> dict[str, Any]:
        """Run it; see GraphQLQueries.run."""
        assert isinstance(self.endpoint, GraphQLQueries)  # noqa: S101  it is the record class of that endpoint only
        return self.endpoint.run(self["id"], *args, **payload)


class GraphQLQueries(Endpoint):
    """The saved GraphQL queries of the server."""

    def run(self, query_id: Any, *args: Any, **payload: Any) -> dict[str, Any]:
        """Run a saved query (one POST; it changes nothing, so it may be sent again).

        Args:
            query_id: the id of the query, or its record.
            *args: the payload as one dict, in place of keywords.
            **payload: `variables={...}`.

        Returns:
            The server's answer, with `data`.

        Raises:
            GraphQLError: the answer has errors, also beside data: `.errors`, `.data`.
        """
        path = f"{self.detail_path(query_id)}run/"
        call = self.api.call(
            "POST", path, body=args[0] if args else payload, endpoint=self.path, action="run", operation="graphql", resend=True
        )
        reply, answer = self.api.connection.exchange(call)
        if isinstance(answer, dict) and not answer.get("errors"):
            return answer
        errors: list[Any] = answer["errors"] if isinstance(answer, dict) else [reply.text[:300]]
        said = "; ".join(str(item.get("message", item)) if isinstance(item, dict) else str(item) for item in errors[:5])
        data = answer.get("data") if isinstance(answer, dict) else None
        raise GraphQLError(f"POST {path} was answered with errors: {said}", call, reply, errors=errors, data=data)
