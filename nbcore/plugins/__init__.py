"""How plugins come in: what they declare, the hooks they implement, how they are found, and what is told of them."""

from typing import TYPE_CHECKING

from ..forks import ForkLock
from ..lazy import lazily as _lazily
from ..private_files import FileWarning, check_private, open_private
from .calling import each, named, plain, who
from .connections import Connections
from .hookspecs import hookimpl
from .registry import Plugins
from .report import PluginInfo, PluginWarning
from .spec import ActionSpec, AppSpec, EndpointSpec, Method

if TYPE_CHECKING:
    from .projection import Projection

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
    "Projection",
    "check_private",
    "each",
    "hookimpl",
    "named",
    "open_private",
    "plain",
    "who",
]

if not TYPE_CHECKING:
    __getattr__ = _lazily(__name__, {"projection": ("Projection",)})  # a program that reads whole records does without
