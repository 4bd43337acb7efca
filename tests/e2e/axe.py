"""Accessibility by axe-core, on whatever state the page is in."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SOURCE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
#: WCAG 2.2 AA and axe's own good practices.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """Everything that axe finds wrong now, one line each."""
    if not page.evaluate("() => 'axe' in window"):
        # evaluated, not injected as an element: the page's CSP refuses scripts in its text
        page.evaluate(SOURCE.read_text())
    result: dict[str, Any] = page.evaluate(
        "(rules) => axe.run({ runOnly: rules, resultTypes: ['violations'] })", RULES
    )
    return [
        f"{found['id']}: {node['html'][:160]} ({node['failureSummary'][:300]})"
        for found in result["violations"]
        for node in found["nodes"]
    ]
