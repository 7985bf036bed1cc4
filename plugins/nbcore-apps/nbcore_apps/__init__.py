"""Nautobot's own apps for nbcore, one module each; `nb.dcim` loads `nbcore_apps.dcim` when it is first used."""
