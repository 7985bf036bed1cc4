"""Puts the pages that mkdocs.yml does not name into its navigation, so that a new page needs no entry there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any


def on_config(config: Any) -> Any:
    """Fill the sections that mkdocs.yml leaves empty."""
    docs = Path(config["docs_dir"])
    named = set(_pages(config["nav"]))
    found = {
        "Guides": sorted(page.name for page in docs.glob("*.md") if page.name not in named),
        "Packages": sorted(f"plugins/{page.name}" for page in docs.glob("plugins/*.md")),
    }
    for section in config["nav"]:
        if isinstance(section, dict):
            for title, pages in section.items():
                section[title] = pages or found.get(title, [])
    config["nav"] = [section for section in config["nav"] if not isinstance(section, dict) or all(section.values())]
    return config


def _pages(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict):
        yield from _pages(list(nav.values()))
    else:
        for item in nav or []:
            yield from _pages(item)
