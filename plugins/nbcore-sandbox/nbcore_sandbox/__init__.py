"""An in-memory Nautobot."""
