"""The elevation of a rack: its units as records, or as a drawing."""

from __future__ import annotations

from typing import Any, NoReturn

from nbcore import Action, InputError, Record


class RackUnit(Record):
    """A unit of a rack: `id` (its number), `name`, `face` and `occupied`. It is no object of its own, and equal only to itself."""

    __slots__ = ()
    __eq__ = object.__eq__
    __hash__ = object.__hash__


class Elevation(Action):
    """The units of a rack."""

    def list(self, api_version: str | None = None, **params: Any) -> Any:
        """The units, from the top.

        Args:
            api_version: the version to ask for, for this read.
            **params: `face` ("front" or "rear"), `q`, `exclude` (a device's id), `expand_devices`, `is_occupied`;
                `render="svg"` for a drawing.

        Returns:
            RackUnit records, all of them; with `render="svg"` the drawing's text.
        """
        if params.get("render") == "svg":
            del params["render"]
            return self.svg(api_version=api_version, **params)
        return [RackUnit(row, self.endpoint) for row in super().list(api_version, **params)]

    def svg(self, api_version: str | None = None, **params: Any) -> str:
        """The elevation as an SVG drawing (one GET).

        Args:
            api_version: the version to ask for, for this request.
            **params: `face`, `unit_width`, `unit_height`, `legend_width`, `include_images`, `display_fullname`.

        Returns:
            The SVG document.
        """
        query = {**params, "render": "svg"}
        drawing: str = self.api.request(
            "GET", self.path, params=query, api_version=api_version, endpoint=self.endpoint.path, action=self.spec.name, operation="action",
            returns="text",
        )  # fmt: skip
        return drawing


class GoneAction:
    """A route that the server no longer has.

    Args:
        text: what to use in its place.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def list(self, **params: Any) -> NoReturn:
        """Raise an InputError that names what to use; nothing is sent."""
        raise InputError(self._text)

    def create(self, data: Any = None, **fields: Any) -> NoReturn:
        """Raise an InputError that names what to use; nothing is sent."""
        raise InputError(self._text)

    def __repr__(self) -> str:
        return f"<{self._text}>"
