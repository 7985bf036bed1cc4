"""The nbcore command: `nbcore plugins`, `nbcore new app`, `nbcore new hook`."""
