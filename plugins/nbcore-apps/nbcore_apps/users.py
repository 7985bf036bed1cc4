"""nb.users: users, groups, permissions, tokens, and the settings of the user whose token it is."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbcore import AppSpec, Endpoint, EndpointSpec, InputError, Record, hookimpl

from ._common import NautobotApp, field

if TYPE_CHECKING:
    import requests

    from nbcore import Options


class User(Record):
    """A user; its text is the user name."""

    __slots__ = ()

    def __str__(self) -> str:
        return field(self, "username") or super().__str__()


class ObjectPermission(Record):
    """What users and groups may do with objects of some types."""

    __slots__ = ()


class UsersApp(NautobotApp):
    """Users, and the settings of the user whose token it is."""

    def update_config(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Change settings of the user whose token it is (one PATCH).

        Args:
            changes: merged by the server into what is there, at every depth.

        Returns:
            All settings after the change.
        """
        path = f"{self.path}/config/"
        settings: dict[str, Any] = self.api.request("PATCH", path, body=dict(changes), endpoint=path.rstrip("/"), operation="update")
        return settings


class Tokens(Endpoint):
    """API tokens of the user who asks."""

    def provision(self, username: str, password: str, **fields: Any) -> Record:
        """Make a token for a user who has none yet, by name and password (one POST with Basic authentication, without any token).

        Name and password are used for this one request, kept nowhere, and in no log, error or record.

        Args:
            username: the user's name.
            password: the user's password.
            **fields: fields of the token, such as description, expires or write_enabled=False.

        Returns:
            The token; `.key` is what `Api(token=...)` takes.

        Raises:
            InputError: a name with a colon, or none, or no password.
            PermissionDeniedError: the server does not accept name and password.
        """
        if not username or ":" in username or not password:
            raise InputError("a user name (without a colon) and a password are needed")
        basic = _Basic(username, password, self.api.http_session)
        del username, password  # in no frame of a traceback below this one
        with self.api.with_options(token="", plugins=(*self.api.options.plugins, basic)) as asking:
            data = asking.request("POST", f"{self.path}/", body=fields, endpoint=self.path, operation="create")
        return self.make(data)


class _Basic:
    """Basic authentication in place of a token, in a session that is otherwise as the one given."""

    def __init__(self, username: str, password: str, like: requests.Session) -> None:
        self._header = base64.b64encode(f"{username}:{password}".encode()).decode()
        self._like = like

    @hookimpl(tryfirst=True)
    def nbcore_auth(self, options: Options) -> str:
        """No token."""
        return ""

    @hookimpl(trylast=True)
    def nbcore_configure_session(self, session: requests.Session, options: Options) -> None:
        """The header, and what was set on the other session."""
        session.verify, session.cert, session.trust_env = self._like.verify, self._like.cert, self._like.trust_env
        session.proxies.update(self._like.proxies)
        session.headers["Authorization"] = f"Basic {self._header}"

    def __repr__(self) -> str:
        return "<Basic authentication>"


app = AppSpec(
    "users",
    "users",
    (
        EndpointSpec("config", key="singleton"),
        EndpointSpec("groups", key="integer"),
        EndpointSpec("permissions", ObjectPermission, json_fields=("constraints",), m2m_fields=("groups", "users")),
        EndpointSpec("tokens", endpoint=Tokens),
        EndpointSpec(
            "users",
            User,
            json_fields=("config_data",),
            m2m_fields=("default_saved_views", "groups"),
            assigned_by={"default_saved_views": "extras/user-saved-view-associations"},
        ),
    ),
    app=UsersApp,
)
