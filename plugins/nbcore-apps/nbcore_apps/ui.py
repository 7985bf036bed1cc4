"""nb.ui: the routes of the web interface; `nb.ui.core` has the same helpers as `nb.core`."""

from __future__ import annotations

from nbcore import AppSpec

from ._common import NautobotApp
from ._server import CoreApp, routes


class UiApp(NautobotApp):
    """The routes below `ui/`."""

    @property
    def core(self) -> CoreApp:
        """The helpers below `ui/core/`."""
        return CoreApp(self.api, AppSpec("core", "ui/core", routes(), app=CoreApp))


app = AppSpec("ui", "ui", routes("core/"), app=UiApp)
