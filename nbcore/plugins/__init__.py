"""How plugins come in: what they declare, the hooks they implement, how they are found, and what is told of them."""

from .calling import each, named, plain, who
from .connections import Connections
from .hookspecs import hookimpl
from .registry import Plugins
from .report import PluginInfo, PluginWarning
from .spec import ActionSpec, AppSpec, EndpointSpec, Method

__all__ = [
    "ActionSpec",
    "AppSpec",
    "Connections",
    "EndpointSpec",
    "Method",
    "PluginInfo",
    "PluginWarning",
    "Plugins",
    "each",
    "hookimpl",
    "named",
    "plain",
    "who",
]
