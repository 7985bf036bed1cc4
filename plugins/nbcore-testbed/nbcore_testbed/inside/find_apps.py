"""Prints as JSON which Nautobot apps this virtual environment holds; runs in it, with the names of distributions as arguments.

    apps          the Django module of each app, what others need first, with its version
    installed     the distributions that were named, as NAME==VERSION
    without_app   those of them that have no app

An app is a package whose __init__.py sets `config`, which is how Nautobot itself knows one. The file is read, not run: running it
needs Nautobot's settings. An app that another one needs is an app too, and has to be named in the settings as well.
"""

import json
import re
import sys
from importlib.metadata import Distribution, distributions

IS_APP = re.compile(r"^config\s*(:[^=]+)?=", re.MULTILINE)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def app_of(distribution: Distribution) -> str:
    """The Django module of a distribution's app; empty when it has none."""
    for file in distribution.files or ():
        if len(file.parts) == 2 and file.parts[1] == "__init__.py":
            text = file.locate().read_text(encoding="utf-8", errors="replace")
            if IS_APP.search(text) and re.search(r"\b(NautobotAppConfig|PluginConfig)\b", text):
                return file.parts[0]
    return ""


def main() -> None:
    found = {canonical(one.metadata["Name"]): one for one in distributions()}
    modules = {name: app_of(one) for name, one in found.items() if name != "nautobot"}
    ordered: dict[str, str] = {}
    seen = {"nautobot"}

    def add(name: str) -> None:
        if name not in found or name in seen:
            return
        seen.add(name)
        for need in found[name].requires or ():
            add(canonical(re.match(r"[A-Za-z0-9._-]+", need)[0]))
        if modules.get(name):
            ordered.setdefault(modules[name], found[name].version)

    asked = [canonical(word) for word in sys.argv[1:]]
    for name in asked:
        add(name)
    installed = [f"{name}=={found[name].version}" for name in asked]
    print(json.dumps({"apps": ordered, "installed": installed, "without_app": [name for name in asked if not modules.get(name)]}))


if __name__ == "__main__":
    main()
