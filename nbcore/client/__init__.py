"""What a person holds: the Api, its apps, endpoints, actions and record sets."""

from typing import TYPE_CHECKING

from ..lazy import lazily as _lazily

if TYPE_CHECKING:
    from .action import Action
    from .api import Api
    from .app import App
    from .base import ApiBase
    from .endpoint import Endpoint
    from .graphql import GraphQLRecord
    from .projecting import Explanation
    from .record import Record
    from .recordset import RecordSet

__all__ = ["Action", "Api", "ApiBase", "App", "Endpoint", "Explanation", "GraphQLRecord", "Record", "RecordSet"]

# Each is imported when it is first used: an Api does without what explains and what reads in GraphQL until somebody asks.
if not TYPE_CHECKING:
    __getattr__ = _lazily(
        __name__,
        {
            "action": ("Action",),
            "api": ("Api",),
            "app": ("App",),
            "base": ("ApiBase",),
            "endpoint": ("Endpoint",),
            "graphql": ("GraphQLRecord",),
            "projecting": ("Explanation",),
            "record": ("Record",),
            "recordset": ("RecordSet",),
        },
    )
