"""nb.graphql: what a query sends, and its errors as errors."""

from __future__ import annotations

import pytest

import nbcore
from nbcore import GraphQLError, GraphQLRecord
from nbcore.testing import reply

from .lab import sent

QUERY = "query ($n: String) { devices(name: [$n]) { name } }"


def answer(wire, data, status=200):
    wire.on("POST", "graphql/", lambda _call: data, status=status)


def test_a_query_gives_json_and_status(nb, wire):
    answer(wire, {"data": {"devices": [{"name": "d1"}]}})
    found = nb.graphql.query(QUERY, {"n": "d1"})
    assert isinstance(found, GraphQLRecord)
    assert (found.json, found.status_code) == ({"data": {"devices": [{"name": "d1"}]}}, 200)
    assert found.data == {"devices": [{"name": "d1"}]}
    assert "d1" in repr(found)
    assert "d1" in str(found)
    assert [(call.method, call.path, call.writes) for call in wire.calls] == [("POST", "graphql/", False)]
    assert sent(wire.calls[0]) == {"query": QUERY, "variables": {"n": "d1"}}


def test_without_variables(nb, wire):
    answer(wire, {"data": {}})
    assert nb.graphql.query("{ a }").data == {}
    assert not sent(wire.calls[0])["variables"]


@pytest.mark.parametrize(
    ("query", "variables"), [(7, None), (None, None), ({"query": "x"}, None), ("{ a }", "x"), ("{ a }", [1]), (b"{ a }", None)]
)
def test_wrong_types_are_type_errors(nb, wire, query, variables):
    with pytest.raises(TypeError, match=r"query|variables"):
        nb.graphql.query(query, variables)
    assert not wire.calls


def test_200_with_errors_is_an_error_with_the_partial_data(nb, wire):
    answer(wire, {"errors": [{"message": "no such field"}], "data": {"a": 1, "b": None}})
    with pytest.raises(GraphQLError, match="no such field") as caught:
        nb.graphql.query("{ a b }")
    assert caught.value.data == {"a": 1, "b": None}
    assert caught.value.errors == [{"message": "no such field"}]
    assert caught.value.status_code == 200


def test_400_is_a_graphql_error_with_what_scripts_read(nb, wire):
    body = {"errors": [{"message": "Syntax Error"}]}
    answer(wire, body, 400)
    with pytest.raises(GraphQLError, match="Syntax Error") as caught:
        nb.graphql.query("{ a")
    error = caught.value
    assert (error.json, error.status_code, error.errors, error.reason) == (body, 400, body["errors"], "Bad Request")
    assert error.url == "https://nautobot.test/api/graphql/"
    assert error.body["query"] == "{ a"


@pytest.mark.parametrize("data", [{"detail": "bad"}, ["bad"], "bad", {}])
def test_400_without_errors_is_no_key_error(nb, wire, data):
    answer(wire, data, 400)
    with pytest.raises(GraphQLError) as caught:
        nb.graphql.query("{ a }")
    assert caught.value.status_code == 400
    assert caught.value.json == data
    assert caught.value.errors


@pytest.mark.parametrize("data", [{}, [], "text", {"datum": 1}, None])
def test_200_without_data_is_an_error(nb, wire, data):
    wire.on("POST", "graphql/", reply(data if data is not None else b"null"))
    with pytest.raises(nbcore.CallError):
        nb.graphql.query("{ a }")


@pytest.mark.parametrize(("status", "error"), [(403, nbcore.PermissionDeniedError), (404, nbcore.NotFoundError), (500, nbcore.ServerError)])
def test_other_statuses_are_the_errors_of_every_request(nb, wire, status, error):
    answer(wire, {"detail": "no"}, status)
    with pytest.raises(error) as caught:
        nb.graphql.query("{ a }")
    assert caught.value.req.status_code == status
