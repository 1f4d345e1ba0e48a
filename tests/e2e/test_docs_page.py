"""`/docs` in a browser: the description is shown and can be tried, under a policy that lets nothing else in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import pytest

from tests.support.browser import Visit, chromium, fresh_visit

REMEMBER_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
"""


@pytest.fixture(name="docs")
def _docs(running: Mapping[str, str]) -> Iterator[Visit]:
    with chromium() as browser, fresh_visit(browser) as visit:
        visit.page.add_init_script(REMEMBER_VIOLATIONS)
        visit.page.goto(f"{running['BASE_URL']}/docs")
        visit.page.wait_for_selector(".opblock")
        yield visit


def test_page_shows_every_operation(docs: Visit) -> None:
    """All of the API is there, under its title."""
    assert docs.page.locator(".opblock").count() == 30
    assert "VoceSpace Connect" in docs.page.locator(".info .title").inner_text()


def test_page_runs_under_its_policy(docs: Visit) -> None:
    """The strict policy breaks nothing, and what it is there for is blocked."""
    assert docs.page.evaluate("window.violations") == []

    docs.page.evaluate("document.head.appendChild(document.createElement('script')).textContent = 'window.evil = 1'")
    assert docs.page.evaluate("window.evil") is None
    assert docs.page.evaluate("window.violations") == ["script-src-elem"]


def test_page_asks_nobody_else(docs: Visit) -> None:
    """Neither a font nor a validator nor a script of a third party is asked for."""
    assert docs.hosts() == {"127.0.0.1"}
    assert {urlsplit(request.url).path for request in docs.requests} == {"/docs", "/openapi.json"}


def test_operations_can_be_tried(docs: Visit) -> None:
    """What the page sends reaches the API, whose answer it shows."""
    block = docs.page.locator("#operations-Service-getHealth")
    block.click()
    block.get_by_role("button", name="Try it out").click()
    block.get_by_role("button", name="Execute").click()

    assert '"status": "ok"' in block.locator(".live-responses-table .highlight-code").inner_text()
    assert docs.page.evaluate("window.violations") == []
