"""nbcore: a client framework for Nautobot, the network source of truth.

import nbcore
nb = nbcore.api("https://nautobot.example.com", token="...")
for device in nb.dcim.devices.filter(role="leaf"):
    print(device.name, device.location.name)
"""

from typing import TYPE_CHECKING

from .action import Action
from .api import Api
from .app import App
from .endpoint import Endpoint
from .errors import (
    AllocationError,
    AmbiguousWriteError,
    AuthenticationError,
    CallError,
    CertificateError,
    ConflictError,
    ConnectError,
    ContentError,
    DeadlineError,
    DriftError,
    EverythingError,
    GraphQLError,
    InputError,
    JobTimeoutError,
    MultipleObjectsError,
    NbcoreError,
    NotFoundError,
    NotLoadedError,
    PartialResult,
    PermissionDeniedError,
    PluginError,
    ProtocolError,
    RateLimitError,
    RedirectError,
    RequestError,
    RetriesExhaustedError,
    RouteNotFoundError,
    ServerError,
    ShapeError,
    StatusConflictError,
    TimeoutError,
    TooLargeError,
    TransportError,
    UnknownFieldError,
    UnknownFilterError,
    ValidationError,
    VersionError,
)
from .fields import IgnoredFieldWarning
from .graphql import GraphQLRecord
from .hookspecs import hookimpl
from .journal import Journal
from .options import Options
from .plugins import PluginInfo, PluginWarning
from .record import Choice, Record
from .recordset import RecordSet
from .spec import ActionSpec, AppSpec, EndpointSpec
from .sync import Plan
from .transport import Call, Change, Reply

if TYPE_CHECKING:
    __version__: str

api = Api

__all__ = [
    "Action",
    "ActionSpec",
    "AllocationError",
    "AmbiguousWriteError",
    "Api",
    "App",
    "AppSpec",
    "AuthenticationError",
    "Call",
    "CallError",
    "CertificateError",
    "Change",
    "Choice",
    "ConflictError",
    "ConnectError",
    "ContentError",
    "DeadlineError",
    "DriftError",
    "Endpoint",
    "EndpointSpec",
    "EverythingError",
    "GraphQLError",
    "GraphQLRecord",
    "IgnoredFieldWarning",
    "InputError",
    "JobTimeoutError",
    "Journal",
    "MultipleObjectsError",
    "NbcoreError",
    "NotFoundError",
    "NotLoadedError",
    "Options",
    "PartialResult",
    "PermissionDeniedError",
    "Plan",
    "PluginError",
    "PluginInfo",
    "PluginWarning",
    "ProtocolError",
    "RateLimitError",
    "Record",
    "RecordSet",
    "RedirectError",
    "Reply",
    "RequestError",
    "RetriesExhaustedError",
    "RouteNotFoundError",
    "ServerError",
    "ShapeError",
    "StatusConflictError",
    "TimeoutError",
    "TooLargeError",
    "TransportError",
    "UnknownFieldError",
    "UnknownFilterError",
    "ValidationError",
    "VersionError",
    "__version__",
    "api",
    "hookimpl",
]


def __getattr__(name: str) -> str:
    if name == "__version__":
        from importlib.metadata import version

        return version("nbcore")
    raise AttributeError(f"module 'nbcore' has no attribute {name!r}")
