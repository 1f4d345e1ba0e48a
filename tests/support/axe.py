"""axe-core, which tells what of a page somebody cannot use who sees, hears or points otherwise."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from tests.support.example_runs import ROOT, install_from_npm

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

MANIFEST = ROOT / "tests" / "support" / "axe-core" / "package.json"
_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
"""Of the one file that is used, so that nobody's registry decides what runs."""

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def installed_axe() -> Path:
    """axe-core, fetched only for another version of it."""
    folder = ROOT / ".local" / "axe"
    install_from_npm(MANIFEST, "axe-core", folder)
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    assert hashlib.sha256(script.read_bytes()).hexdigest() == _SHA256, (
        "this is another axe-core than the one that was read"
    )
    return script


def violations_on(page: Page) -> list[str]:
    """What axe-core finds wrong with a page, for people; a rule that it cannot decide is no violation."""
    # Not as a script of the page, whose policy lets in no other than its own.
    page.evaluate(installed_axe().read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate(
        "(rules) => axe.run(document, {runOnly: {type: 'tag', values: rules}})", _RULES
    )
    assert len(found["passes"]) > 10, "axe-core has looked at something"
    return [f"{each['id']}: {node['html']}" for each in found["violations"] for node in each["nodes"]]
