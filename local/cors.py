"""CORS as an HTTP API does it: by its configuration alone, whatever a function says about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Self

from local.messages import Answer, Request

_PREFIX = "access-control-"


@dataclass(frozen=True, slots=True)
class Cors:
    """The CorsConfiguration of a template, with its lists joined as headers have them; without origins it is off."""

    origins: frozenset[str] = frozenset()
    methods: str = ""
    headers: str = ""
    exposed: str = ""
    max_age: str = ""

    @classmethod
    def from_configuration(cls, configuration: Mapping[str, Any]) -> Self:
        """Reads the property of an `AWS::Serverless::HttpApi`, empty where there is none."""
        return cls(
            origins=frozenset(configuration.get("AllowOrigins", ())),
            methods=",".join(configuration.get("AllowMethods", ())),
            headers=",".join(configuration.get("AllowHeaders", ())),
            exposed=",".join(configuration.get("ExposeHeaders", ())),
            max_age=str(configuration.get("MaxAge", "")),
        )

    def preflight(self, request: Request) -> Answer | None:
        """The answer to a browser that asks beforehand; None where nobody asks, or nothing is configured."""
        is_asking = request.method == "OPTIONS" and "access-control-request-method" in request.headers
        if not (self.origins and is_asking and "origin" in request.headers):
            return None
        return Answer(HTTPStatus.NO_CONTENT)

    def marked(self, request: Request, answer: Answer) -> Answer:
        """The answer with what tells the browser whether the page that asked may see it."""
        if not self.origins:
            return answer
        headers = [each for each in answer.headers if not each[0].lower().startswith(_PREFIX)]
        origin = request.headers.get("origin")
        if origin in self.origins:
            allowed = {"allow-origin": origin, "expose-headers": self.exposed}
            if self.preflight(request):
                allowed |= {"allow-methods": self.methods, "allow-headers": self.headers, "max-age": self.max_age}
            headers += [(f"{_PREFIX}{name}", value) for name, value in allowed.items() if value]
        return replace(answer, headers=headers)
