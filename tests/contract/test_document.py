"""The document itself: valid, what the code says, and complete."""

from __future__ import annotations

import json
import sys
from collections import Counter

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from local.integrations import DEFAULT_ROUTE
from local.template import Template
from tests.contract.contract import GATEWAYS_OWN, ROOT, Contract
from tests.support.stack import PARAMETERS, TEMPLATE
from tools.openapi import __main__ as command
from tools.openapi import files
from vocespace.problem import ERROR_MAP, INTERNAL_ERROR

OPERATIONS = [(method, path) for method, path, _ in Contract().operations()]


def test_document_is_valid_openapi(contract: Contract) -> None:
    """It is OpenAPI 3.1 by the specification's own schema."""
    assert contract.document["openapi"] == "3.1.0"
    assert [error.message for error in OpenAPIV31SpecValidator(contract.document).iter_errors()] == []


@pytest.fixture(autouse=True)
def _own_path(monkeypatch: pytest.MonkeyPatch) -> None:
    # The command puts the layer on the path, where it already is for the tests.
    monkeypatch.setattr(sys, "path", [*sys.path])


def test_files_are_what_the_code_says() -> None:
    """Both files are up to date, and the check says so."""
    assert files.stale() == {}
    assert command.main(["--check"]) == 0


def test_check_fails_where_a_file_is_out_of_date(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A change of the code that is not generated yet fails the build, shows what changed, and writes nothing."""
    wanted = files.YAML.read_text(encoding="utf-8").replace("title: VoceSpace Connect", "title: Something else")
    monkeypatch.setattr(files, "to_yaml", lambda _: wanted)

    assert command.main(["--check"]) == 1

    said = capsys.readouterr().err
    assert "openapi.yaml is out of date" in said
    assert "+  title: Something else" in said
    assert files.YAML.read_text(encoding="utf-8") != wanted


def test_both_files_say_the_same(contract: Contract) -> None:
    """What people read and what the function serves is one document."""
    served = json.loads((ROOT / "functions" / "service_info" / "openapi.json").read_text(encoding="utf-8"))

    assert served == contract.document
    assert yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8")) == served


def test_routes_are_those_of_the_template(contract: Contract) -> None:
    """Every route that is deployed is described, and every one described is deployed."""
    template = Template.load(TEMPLATE, PARAMETERS)
    routed = Counter(route for function in template.functions() for route in function.routes)

    assert routed.pop(DEFAULT_ROUTE) == 1
    assert routed == Counter((method, path) for method, path, _ in contract.operations())


def test_every_code_is_documented(contract: Contract) -> None:
    """Each code of the error map has its example, under its status, and the schema knows it."""
    responses = contract.document["components"]["responses"]
    documented = {
        (code, content["value"]["status"])
        for response in responses.values()
        for code, content in response["content"].get("application/problem+json", {}).get("examples", {}).items()
    }

    assert documented == {(kind.code, how.status) for kind, how in ERROR_MAP.items()} | {(INTERNAL_ERROR, 500)}
    known = contract.document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
    assert sorted(known) == sorted(code for code, _ in documented)


def test_every_refusal_can_be_met(contract: Contract) -> None:
    """Each error response belongs to an operation, but 405, which is the answer where there is no operation."""
    used = {
        reference["$ref"].rpartition("/")[2]
        for _, _, operation in contract.operations()
        for reference in operation["responses"].values()
        if "$ref" in reference
    }

    assert contract.document["components"]["responses"].keys() - used == {"Problem405"}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_operations_are_described(contract: Contract, method: str, path: str) -> None:
    """An operation says what it is for and who may call it; so does each of its parameters and answers."""
    operation = contract.document["paths"][path][method.lower()]

    assert operation["summary"]
    assert operation["description"]
    assert "security" in operation
    assert set(operation["tags"]) <= {tag["name"] for tag in contract.document["tags"]}
    assert all(parameter["description"] for parameter in operation.get("parameters", []))
    assert all(contract.resolve(response)["description"] for response in operation["responses"].values())
    assert {"500", *GATEWAYS_OWN} <= operation["responses"].keys()


def test_operation_ids_are_unique(contract: Contract) -> None:
    """A generated client has one method for each operation."""
    ids = [operation["operationId"] for _, _, operation in contract.operations()]

    assert sorted(set(ids)) == sorted(ids)
