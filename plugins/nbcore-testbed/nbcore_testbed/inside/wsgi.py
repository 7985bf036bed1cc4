"""Nautobot for uWSGI, with the GraphQL schema built once, before the processes fork, rather than by each one's first query."""

from nautobot.core.wsgi import application  # noqa: I001  (sets Django up for the imports below)

from django.db import connections
from graphene_django.settings import graphene_settings

__all__ = ["application"]

# The schema of Nautobot 2.4 is whole when it is named; that of 3.0 and later has to be asked for its content.
getattr(graphene_settings.SCHEMA, "graphql_schema", None)
connections.close_all()
