"""How plugins come in: what they declare, the hooks they implement, how they are found, and what is told of them."""

from ..forks import ForkLock
from ..private_files import FileWarning, check_private, open_private
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
    "FileWarning",
    "ForkLock",
    "Method",
    "PluginInfo",
    "PluginWarning",
    "Plugins",
    "check_private",
    "each",
    "hookimpl",
    "named",
    "open_private",
    "plain",
    "who",
]
