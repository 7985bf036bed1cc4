"""nb.core: helpers of the server that belong to no model."""

from __future__ import annotations

from nbcore import AppSpec

from ._server import CoreApp, routes

app = AppSpec("core", "core", routes(), app=CoreApp)
