"""The generated files: what each should hold, and whether it does."""

from __future__ import annotations

import difflib
from pathlib import Path

from tools.openapi.document import build_document
from tools.openapi.render import to_json, to_yaml

ROOT = Path(__file__).parents[2]
YAML = ROOT / "openapi.yaml"
JSON = ROOT / "functions" / "service_info" / "openapi.json"


def stale() -> dict[Path, str]:
    """The files that are not what the code says, and what they should hold."""
    document = build_document()
    wanted = {YAML: to_yaml(document), JSON: to_json(document)}
    return {path: text for path, text in wanted.items() if _current(path) != text}


def difference(path: Path, wanted: str) -> str:
    """What would change in a file, for people; the JSON is one line and says nothing that the YAML does not."""
    if path == JSON:
        return ""
    before, after = _current(path).splitlines(keepends=True), wanted.splitlines(keepends=True)
    return "".join(difflib.unified_diff(before, after, f"{path.name} (committed)", f"{path.name} (from the code)"))


def _current(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
