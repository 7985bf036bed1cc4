"""nbcore: a client framework for Nautobot, the network source of truth.

import nbcore
nb = nbcore.api("https://nautobot.example.com", token="...")
for device in nb.dcim.devices.filter(role="leaf"):
    print(device.name, device.location.name)
"""

from typing import TYPE_CHECKING

from .lazy import lazily as _lazily

if TYPE_CHECKING:
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
        UnansweredError,
        UnknownFieldError,
        UnknownFilterError,
        ValidationError,
        VersionError,
    )
    from .messages import Call, Change, Reply
    from .options import Options
    from .plugins import ActionSpec, AppSpec, EndpointSpec, PluginInfo, PluginWarning, Projection, hookimpl
    from .values import Choice
    from .writing import IgnoredFieldWarning, Journal, Plan

    api = Api
    __version__: str

# Where each name is. A module is imported when a name of it is first used, so that a start pays only for what the program uses.
_HOMES = {
    "client": ("Action", "Api", "App", "Endpoint", "Explanation", "GraphQLRecord", "Record", "RecordSet"),
    "errors": (
        "AllocationError",
        "AmbiguousWriteError",
        "AuthenticationError",
        "CallError",
        "CertificateError",
        "ConflictError",
        "ConnectError",
        "ContentError",
        "DeadlineError",
        "DriftError",
        "EverythingError",
        "GraphQLError",
        "InputError",
        "JobTimeoutError",
        "MultipleObjectsError",
        "NbcoreError",
        "NotFoundError",
        "NotLoadedError",
        "PartialResult",
        "PermissionDeniedError",
        "PluginError",
        "ProtocolError",
        "RateLimitError",
        "RedirectError",
        "RequestError",
        "RetriesExhaustedError",
        "RouteNotFoundError",
        "ServerError",
        "ShapeError",
        "StatusConflictError",
        "TimeoutError",
        "TooLargeError",
        "TransportError",
        "UnansweredError",
        "UnknownFieldError",
        "UnknownFilterError",
        "ValidationError",
        "VersionError",
    ),
    "messages": ("Call", "Change", "Reply"),
    "options": ("Options",),
    "plugins": ("ActionSpec", "AppSpec", "EndpointSpec", "PluginInfo", "PluginWarning", "Projection", "hookimpl"),
    "values": ("Choice",),
    "writing": ("IgnoredFieldWarning", "Journal", "Plan"),
}

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
    "UnansweredError",
    "UnknownFieldError",
    "UnknownFilterError",
    "ValidationError",
    "VersionError",
    "__version__",
    "api",
    "hookimpl",
]

if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    _load = _lazily(__name__, _HOMES)

    def __getattr__(name: str) -> object:
        if name == "__version__":
            from importlib.metadata import PackageNotFoundError, version

            try:
                return version("nbcore")
            except PackageNotFoundError:  # a frozen application without metadata
                return "unknown"
        if name == "api":
            return globals().setdefault(name, _load("Api"))
        return _load(name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
