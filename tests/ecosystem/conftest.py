"""The libraries that stand between nbcore and a server, each with a real answer. They are in a dependency group of their own."""

from __future__ import annotations

from importlib.util import find_spec

from ..wire.conftest import connect, nb, plain_environment, server

__all__ = ["connect", "nb", "plain_environment", "server"]

# `make test-ecosystem` has them; elsewhere nothing here is collected.
collect_ignore_glob = [] if find_spec("requests_mock") and find_spec("vcr") else ["test_*.py"]
