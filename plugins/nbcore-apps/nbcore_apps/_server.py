"""Nautobot's helpers that belong to no model: `core/` and, the same ones, `ui/core/`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbcore import EndpointSpec

from ._common import NautobotApp

RENDER = "render-jinja-template"


class CoreApp(NautobotApp):
    """Templates rendered by the server, and what it tells of its filters and CSV columns."""

    def render_jinja_template(
        self, template_code: str, context: Mapping[str, Any] | None = None, api_version: str | None = None
    ) -> dict[str, Any]:
        """Render a Jinja template on the server.

        Args:
            template_code: the template.
            context: its variables.
            api_version: the version to ask for, for this request.

        Returns:
            `rendered_template`, `rendered_template_lines`, `template_code` and `context`.

        Raises:
            ValidationError: the template cannot be rendered; the text says why.
        """
        body = {"template_code": template_code, "context": dict(context or {})}
        # It changes nothing, so it may be sent twice.
        return self._ask("POST", f"{RENDER}/", body=body, api_version=api_version, resend=True)

    def lookup_choices(self, content_type: str, field_name: str) -> list[dict[str, str]]:
        """The filters that a model has for one of its fields, such as "name__ic".

        Args:
            content_type: the model, such as "dcim.device".
            field_name: the field.
        """
        found = self._ask("GET", "filterset-fields/lookup-choices/", params={"content_type": content_type, "field_name": field_name})
        rows: list[dict[str, str]] = found["results"]
        return rows

    def lookup_value_dom_element(self, content_type: str, field_name: str) -> dict[str, Any]:
        """The form field for a filter's value, as the web interface shows it: its type, attributes and choices."""
        return self._ask(
            "GET", "filterset-fields/lookup-value-dom-element/", params={"content_type": content_type, "field_name": field_name}
        )

    def csv_import_fields(self, content_type: int) -> list[dict[str, Any]]:
        """The columns that a CSV import of a model takes.

        Args:
            content_type: the number of its content type (the id in `nb.extras.content_types`).
        """
        rows: list[dict[str, Any]] = self._ask("GET", "csv-import-fields/", params={"content-type-id": content_type})["fields"]
        return rows

    def settings_schema(self) -> dict[str, Any]:
        """The JSON schema of Nautobot's settings (route `settings-schema/`)."""
        schema: dict[str, Any] = self.api.request("GET", "settings-schema/", operation="get")
        return schema

    def _ask(self, method: str, route: str, **arguments: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.api.request(method, f"{self.path}/{route}", operation="action", **arguments)
        return answer


def routes(prefix: str = "") -> tuple[EndpointSpec, ...]:
    """The routes of the helpers, below an app's own route."""
    names = (RENDER, "csv-import-fields", "filterset-fields/lookup-choices", "filterset-fields/lookup-value-dom-element")
    return tuple(EndpointSpec(f"{prefix}{name}", key="singleton") for name in names)
