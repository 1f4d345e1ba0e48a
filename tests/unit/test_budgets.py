"""What `make build` says of a function that has grown."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.template import FUNCTION, Template
from tests.support.stack import PARAMETERS, TEMPLATE
from tools.budgets import BUDGETS, LATE, LATE_LAYERS, Budget, import_problems, size_problems
from tools.built import BuiltFunction


def test_import_beyond_its_budget_is_named() -> None:
    """Too many modules, and one that was to come late, itself or by what is below it; a longer name is another's."""
    budget = Budget(3, 1.0, ("asyncio", "email"))

    assert list(import_problems(["asyncio", "email_validator", "sys"], budget)) == ["its import loads asyncio"]
    assert list(import_problems(["email.message", "json", "re", "sys"], budget)) == [
        "its import loads 4 modules, and may load 3",
        "its import loads email",
    ]


def test_size_beyond_its_budget_is_named(tmp_path: Path) -> None:
    """The function's own code and its layers count together."""
    artifact, layer = tmp_path / "artifact", tmp_path / "layer"
    for folder, size in ((artifact, 200_000), (layer, 1_000_000)):
        (folder / "python").mkdir(parents=True)
        (folder / "python" / "app.py").write_bytes(b"#" * size)
    function = BuiltFunction("Greet", "app.lambda_handler", artifact, {"Code": layer})

    assert function.size == 1_200_000
    assert list(size_problems(function.size, 1.3)) == []
    assert list(size_problems(function.size, 1.1)) == ["it ships 1.2 MB, and may ship 1.1 MB"]


def test_every_function_has_a_budget_that_leaves_out_what_comes_late() -> None:
    """None is forgotten, and none has more time than the others for what a request needs first."""
    assert set(BUDGETS) == set(Template.load(TEMPLATE, PARAMETERS).resources(FUNCTION))
    assert {name for name, budget in BUDGETS.items() if not set(LATE) <= set(budget.late)} == set()


@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
def test_every_layer_that_only_a_parameter_brings_has_a_budget(architecture: str) -> None:
    """What all deployments have counts with its functions."""
    everything = {"SnapStart": "true", "Release": "one", "UserAccess": "true", "ApiDocs": "true"}
    plain, full = (
        Template.load(TEMPLATE, PARAMETERS | {"Architecture": architecture} | each) for each in ({}, everything)
    )

    for name in plain.resources(FUNCTION):
        brought = set(full.properties(name)["Layers"]) - set(plain.properties(name)["Layers"])
        assert brought <= set(LATE_LAYERS)
