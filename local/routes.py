"""Which function a request goes to, as in an HTTP API: the most specific route wins, `$default` takes the rest."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

DEFAULT = "$default"
ANY = "ANY"

_VARIABLE = re.compile(r"\{(\w+)(\+?)\}")


@dataclass(frozen=True, slots=True)
class Match:
    """The route that a request takes; `is_signed` where only IAM lets requests in."""

    function: str
    method: str = ""
    path: str = DEFAULT
    path_parameters: dict[str, str] = field(default_factory=dict)
    is_signed: bool = False

    @property
    def route_key(self) -> str:
        """The route as API Gateway names it."""
        return f"{self.method} {self.path}".strip()


@dataclass(frozen=True, slots=True)
class _Route:
    function: str
    method: str
    path: str
    pattern: re.Pattern[str]
    is_signed: bool

    @property
    def rank(self) -> tuple[bool, int, bool]:
        return "+}" in self.path, self.path.count("{"), self.method == ANY


class Routes:
    """The routes of all functions, asked one request at a time."""

    def __init__(self, routes: Iterable[tuple[str, str, str]], signed: Collection[tuple[str, str]] = ()) -> None:
        """Takes (function, method, path) of each route; `$default` as a path takes what no other does.

        Args:
            routes: All routes.
            signed: Method and path of those that only IAM lets in.
        """
        self._default: str | None = None
        found = []
        for function, method, path in routes:
            if path == DEFAULT:
                self._default = function
            else:
                found.append(_Route(function, method.upper(), path, _compile(path), (method, path) in signed))
        self._routes = sorted(found, key=lambda route: route.rank)

    def match(self, method: str, path: str) -> Match | None:
        """The route of a request, or None where nothing takes it."""
        for route in self._routes:
            fits = route.pattern.fullmatch(path)
            if fits and route.method in {method, ANY}:
                return Match(route.function, route.method, route.path, fits.groupdict(), route.is_signed)
        return Match(self._default) if self._default else None


def _compile(path: str) -> re.Pattern[str]:
    parts: list[str] = []
    end = 0
    for variable in _VARIABLE.finditer(path):
        name, greedy = variable.groups()
        parts += [re.escape(path[end : variable.start()]), f"(?P<{name}>{'.+' if greedy else '[^/]+'})"]
        end = variable.end()
    return re.compile("".join([*parts, re.escape(path[end:])]))
