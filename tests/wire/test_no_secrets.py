"""Wrong arguments of every kind: neither the token nor a password is in the error, in what it came from, or in a frame of ours."""

from __future__ import annotations

import logging
import traceback
import types

import pytest

import nbcore
from nbcore import hookimpl

from .loopback import TOKEN, Answer, rows

PASSWORD = "hunter2-is-no-password"
PROXY = f"http://someone:{PASSWORD}@127.0.0.1:9"
URL = "http://127.0.0.1:9"


class Failing:
    """A plugin whose session hook fails."""

    @hookimpl
    def nbcore_configure_session(self, session, options):
        raise OSError("no such vault")


class NoHooks:
    """Nothing that an Api could use."""


class BadVault:
    """A vault whose secret has a line break at its end."""

    @hookimpl
    def nbcore_auth(self, options):
        return found()


def found():
    return f"{TOKEN}\n"


MAKING = {
    "a misspelt argument": lambda: nbcore.Api(URL, TOKEN, timout=5),
    "the token under another name": lambda: nbcore.Api(URL, tokn=TOKEN),
    "url and token mixed up": lambda: nbcore.Api(TOKEN, URL),
    "a password in the url": lambda: nbcore.Api(f"https://someone:{PASSWORD}@nautobot.example.com", TOKEN),
    "a password in an address that cannot be read": lambda: nbcore.Api(f"https://someone:{PASSWORD}@nautobot:port", TOKEN),
    "a password that reads as a port": lambda: nbcore.Api(f"https://someone:{PASSWORD}", TOKEN),
    "a line break in the token": lambda: nbcore.Api(URL, f"{TOKEN}\n"),
    "a token that is bytes": lambda: nbcore.Api(URL, TOKEN.encode()),
    "the token as api_version": lambda: nbcore.Api(URL, "", False, TOKEN),
    "the token as retries": lambda: nbcore.Api(URL, "", False, None, TOKEN),
    "the token as timeout": lambda: nbcore.Api(URL, TOKEN, timeout=TOKEN),
    "the token in a pair as timeout": lambda: nbcore.Api(URL, TOKEN, timeout=(5, TOKEN)),
    "the token as deadline": lambda: nbcore.Api(URL, TOKEN, deadline=TOKEN),
    "the token as lazy": lambda: nbcore.Api(URL, TOKEN, lazy=TOKEN),
    "the token as prefer": lambda: nbcore.Api(URL, TOKEN, prefer=TOKEN),
    "the token as page_size": lambda: nbcore.Api(URL, TOKEN, page_size=TOKEN),
    "the token as max_workers": lambda: nbcore.Api(URL, TOKEN, max_workers=[TOKEN]),
    "the token as plugins": lambda: nbcore.Api(URL, TOKEN, plugins=TOKEN),
    "a number as plugins": lambda: nbcore.Api(URL, TOKEN, plugins=5),
    "the token as disable": lambda: nbcore.Api(URL, TOKEN, disable=TOKEN),
    "a number as allow": lambda: nbcore.Api(URL, TOKEN, allow=5),
    "settings that are no dict": lambda: nbcore.Api(URL, TOKEN, settings=[TOKEN]),
    "settings of a plugin that is not there": lambda: nbcore.Api(URL, TOKEN, settings={"vualt": {"password": PASSWORD}}),
    "a plugin without hooks": lambda: nbcore.Api(URL, TOKEN, plugins=[NoHooks()]),
    "proxies as text": lambda: nbcore.Api(URL, TOKEN, proxies=PROXY),
    "proxies that hold a number": lambda: nbcore.Api(URL, TOKEN, proxies={"http": PROXY, "https": 5}),
    "proxies and something wrong": lambda: nbcore.Api(URL, TOKEN, proxies={"http": PROXY}, retries=-1),
    "with_options: a bad token": lambda: nbcore.Api(URL, TOKEN).with_options(token=f"{TOKEN} "),
    "with_options: a misspelt name": lambda: nbcore.Api(URL, TOKEN).with_options(tokn=TOKEN),
    "with_options: a bad url": lambda: nbcore.Api(URL, TOKEN).with_options(url=f"https://someone:{PASSWORD}@x", token=TOKEN),
    "with_options: a bad plugin": lambda: nbcore.Api(URL, TOKEN).with_options(plugins=[NoHooks()], token=TOKEN),
    "options.with_: a bad token": lambda: nbcore.Api(URL, TOKEN).options.with_(token=f"{TOKEN}\t"),
    "a reserved app": lambda: nbcore.Api(URL, TOKEN, plugins=[nbcore.AppSpec("options", "options")]),
}
USING = {
    "a vault's bad token": lambda: nbcore.Api(URL, plugins=[BadVault()]).endpoint("lab/devices").count(),
    "a session hook that fails": lambda: nbcore.Api(URL, TOKEN, plugins=[Failing()]).endpoint("lab/devices").count(),
    "a proxy that is not there": lambda: nbcore.Api("http://192.0.2.1", TOKEN, proxies={"http": PROXY}).endpoint("lab/devices").count(),
    "a proxy for TLS that is not there": lambda: nbcore.Api("https://192.0.2.1", TOKEN, proxies={"https": PROXY}).status(),
    "a proxy that cannot be read": lambda: nbcore.Api(URL, TOKEN, proxies={"http": f"http://someone:{PASSWORD}@:x"}).status(),
    "a proxy of an unknown kind": lambda: nbcore.Api(URL, TOKEN, proxies={"http": f"gopher://someone:{PASSWORD}@x:1"}).status(),
    "a proxy that only the session names": lambda: through_session().status(),
}


def through_session():
    nb = nbcore.Api(URL, TOKEN)
    nb.http_session.proxies["http"] = PROXY
    return nb


def secrets_shown(error):
    """The places in an error, what led to it, and the frames of nbcore, in which a secret can be read."""
    shown = []
    queue, seen = [error], set()
    while queue:
        exc = queue.pop()
        if exc is None or id(exc) in seen:
            continue
        seen.add(id(exc))
        queue += [exc.__cause__, exc.__context__]
        places = {"text": f"{exc} {exc!r} {exc.args} {getattr(exc, '__notes__', '')} {vars(exc)}"}
        for frame, line in traceback.walk_tb(exc.__traceback__):
            if "nbcore" in frame.f_globals.get("__name__", "") and isinstance(frame, types.FrameType):
                places[f"{frame.f_code.co_filename}:{line}"] = repr(frame.f_locals)
        shown += [f"{type(exc).__name__}, {place}" for place, text in places.items() if TOKEN in text or PASSWORD in text]
    return shown


@pytest.mark.parametrize("what", [*MAKING, *USING])
def test_no_secret_is_shown(what, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises((nbcore.NbcoreError, TypeError, OSError)) as raised:
        {**MAKING, **USING}[what]()
    assert isinstance(raised.value, nbcore.NbcoreError) or what in ("a misspelt argument", "the token under another name") or "hook" in what
    assert secrets_shown(raised.value) == []
    assert TOKEN not in caplog.text
    assert PASSWORD not in caplog.text


@pytest.mark.parametrize("variable", ["NAUTOBOT_TOKEN", "NAUTOBOT_URL"])
def test_nor_one_of_the_environment(monkeypatch, variable):
    monkeypatch.setenv(variable, {"NAUTOBOT_TOKEN": f"{TOKEN}\n", "NAUTOBOT_URL": f"https://someone:{PASSWORD}@x"}[variable])
    with pytest.raises(nbcore.InputError) as raised:
        nbcore.Api(*((URL,) if variable == "NAUTOBOT_TOKEN" else ()))
    assert secrets_shown(raised.value) == []


@pytest.mark.parametrize("proxy", [PROXY, f"someone:{PASSWORD}@127.0.0.1:9", f"socks5h://someone:{PASSWORD}@x:1", f"http://{PASSWORD}@x"])
def test_a_proxys_password_is_not_in_the_options(proxy):
    nb = nbcore.Api(URL, TOKEN, proxies={"https": proxy}, settings={})
    assert PASSWORD not in repr(nb.options)
    assert "[hidden]@" in repr(nb.options)
    assert nb.options.proxies == {"https": proxy}


def test_nor_what_plugins_are_configured_with():
    options = nbcore.Api(URL, TOKEN).options.with_(settings={"cache": {"url": f"redis://:{PASSWORD}@x"}})
    assert PASSWORD not in repr(options)
    assert "'cache'" in repr(options)


def test_a_refusal_names_the_value_where_it_cannot_be_a_secret(server):
    server.on("GET", "lab/devices/", Answer({"count": 0, "next": None, "previous": None, "results": rows(0)}))
    with pytest.raises(nbcore.InputError, match="'many'"):
        nbcore.Api(URL, TOKEN, retries="many")
    with pytest.raises(nbcore.InputError, match="a text of 39 characters"):
        nbcore.Api(URL, TOKEN, retries=TOKEN)
