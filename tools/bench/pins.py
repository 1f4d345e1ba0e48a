"""What peers need besides the code, in the very versions that the project pins."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

from tools.verify_build import BuildError

LOCKED = Path(__file__).resolve().parents[2] / "requirements" / "test.txt"

_PINNED = re.compile(r"^([\w.-]+)==(?:.*\\\n)*.*\n", re.MULTILINE)


def pins_of(*distributions: str) -> str:
    """The lines of requirements/test.txt for distributions and all that they require.

    Raises:
        BuildError: one of them is not pinned there.
    """
    locked = {_normal(found[1]): found[0] for found in _PINNED.finditer(LOCKED.read_text(encoding="utf-8"))}
    missing = [each for each in distributions if _normal(each) not in locked]
    if missing:
        raise BuildError(f"{LOCKED.name} does not pin {', '.join(missing)}, which the bench compares with")
    needed = _closure(*distributions)
    return "".join(pin for name, pin in locked.items() if name in needed)


def _closure(*distributions: str) -> set[str]:
    # By the environment this runs in: it was installed from the same file.
    needed: set[str] = set()
    ahead = list(distributions)
    while ahead:
        name = _normal(ahead.pop())
        if name in needed:
            continue
        needed.add(name)
        try:
            requires = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        ahead += [re.split(r"[^\w.-]", each, maxsplit=1)[0] for each in requires if "extra ==" not in each]
    return needed


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
