"""openapi.yaml as a judge: whether an answer is one of those that the document promises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from tests.support.events import Event
from tests.support.world import Answer

ROOT = Path(__file__).parents[2]
METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
GATEWAYS_OWN = frozenset({"429", "431"})
"""Statuses that API Gateway answers, to any operation, before a function is asked."""

Json = dict[str, Any]


class Contract:
    """The committed document.

    Its answers are open to members of later versions; here they are closed, so that an answer of this version has none
    that the document does not name.
    """

    def __init__(self) -> None:
        self.document: Json = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
        self._components = _closed(self.document["components"])

    def operations(self) -> Iterator[tuple[str, str, Json]]:
        """Every (METHOD, path, operation)."""
        for path, item in self.document["paths"].items():
            for method in METHODS & item.keys():
                yield method.upper(), path, item[method]

    def resolve(self, part: Json) -> Json:
        """The part itself, or what it refers to."""
        while "$ref" in part:
            found: Any = self.document
            for name in part["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            part = found
        return part

    def is_ours(self, response: Json) -> bool:
        """Whether a function gives this answer, and not API Gateway alone."""
        return "headers" in self.resolve(response)

    def faults(self, schema: Json, value: object) -> list[str]:
        """What is wrong with a value, for people."""
        validator = Draft202012Validator(schema | {"components": self._components})
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]

    def request_faults(self, event: Event) -> list[str]:
        """What is wrong with the body of a request."""
        content = self._path_of(event)[_method(event)]["requestBody"]["content"]
        schema = content[event["headers"]["content-type"].partition(";")[0]]["schema"]
        return self.faults(schema, Answer(0, {}, event["body"]).json)

    def check(self, event: Event, answer: Answer) -> None:
        """Fails where the document does not promise this answer to this request."""
        item = self._path_of(event)
        operation = item.get(_method(event))
        if operation is None:
            # No operation: the two refusals that the document describes for every path there is not.
            response = self.document["components"]["responses"]["Problem405" if item else "Problem404"]
            assert answer.status == (405 if item else 404)
        else:
            assert str(answer.status) in operation["responses"], f"{answer.status} is not documented"
            response = self.resolve(operation["responses"][str(answer.status)])
        self._check_headers(response, answer)
        self._check_body(response, answer)

    def _path_of(self, event: Event) -> Json:
        path: str = event["requestContext"]["http"]["path"]
        templates: dict[str, Json] = self.document["paths"]
        patterns = ((re.sub(r"\\{\w+\\}", "[^/]+", re.escape(each)), item) for each, item in templates.items())
        return next((item for pattern, item in patterns if re.fullmatch(pattern, path)), {})

    def _check_headers(self, response: Json, answer: Answer) -> None:
        sent = {name.lower(): value for name, value in answer.headers.items()}
        for name, reference in response["headers"].items():
            header = self.resolve(reference)
            assert name.lower() in sent or not header["required"], f"{name} is missing"
            assert name.lower() not in sent or self.faults(header["schema"], sent[name.lower()]) == []
        assert sent.keys() <= {name.lower() for name in response["headers"]} | {"content-type"}

    def _check_body(self, response: Json, answer: Answer) -> None:
        if "content" not in response:
            assert answer.text == ""
            return
        media_type = answer.headers["Content-Type"].partition(";")[0]
        assert media_type in response["content"], f"{media_type} is not documented"
        value = answer.json if media_type.endswith("json") else answer.text
        assert self.faults(response["content"][media_type]["schema"], value) == []


def _method(event: Event) -> str:
    method: str = event["requestContext"]["http"]["method"]
    return method.lower()


def _closed(components: Json) -> Json:
    components = deepcopy(components)
    for schema in components["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return components
