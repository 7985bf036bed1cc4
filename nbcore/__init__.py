"""nbcore: a client framework for Nautobot, the network source of truth.

import nbcore
nb = nbcore.api("https://nautobot.example.com", token="...")
for device in nb.dcim.devices.filter(role="leaf"):
    print(device.name, device.location.name)
"""

from typing import TYPE_CHECKING

from .client import Action, Api, App, Endpoint, Explanation, GraphQLRecord, Record, RecordSet
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
from .messages import Call, Change, Projection, Reply
from .options import Options
from .plugins import ActionSpec, AppSpec, EndpointSpec, PluginInfo, PluginWarning, hookimpl
from .values import Choice
from .writing import IgnoredFieldWarning, Journal, Plan

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
    "Explanation",
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
    "Projection",
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
