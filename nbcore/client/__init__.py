"""What a person holds: the Api, its apps, endpoints, actions and record sets."""

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
