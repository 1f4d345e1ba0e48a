"""What `make bench` is put together from: uses, pins, the built folders, and what is missing on a machine."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

import pytest

from local.intrinsics import Tree
from local.template import Template
from tests.support import events
from tests.support.stack import ROOT
from tools.bench import emulator, shipping
from tools.bench.emulator import Emulator, merged
from tools.bench.errors import EmulatorMissingError
from tools.bench.pins import pins_of
from tools.bench.shipping import Shipping, megabytes
from tools.bench.uses import COLD_USES, USES, WARM_USES
from tools.verify_build import BuildError

PEERS = ROOT / "tools" / "bench" / "peers"
DOCUMENT: Tree = {
    "Parameters": {"Architecture": {"Type": "String", "Default": "x86_64"}},
    "Conditions": {"UsesArm64": {"Fn::Equals": [{"Ref": "Architecture"}, "arm64"]}},
    "Globals": {"Function": {"Layers": [{"Fn::If": ["UsesArm64", {"Ref": "CodeArm64"}, {"Ref": "CodeX86"}]}]}},
    "Resources": {
        "CodeX86": {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "CodeX86"}},
        "CodeArm64": {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "CodeArm64"}},
        "Late": {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "Late"}},
        "Link": {
            "Type": "AWS::Serverless::Function",
            "Properties": {"CodeUri": "Link", "Layers": [{"Ref": "Late"}]},
        },
    },
}


@pytest.fixture(name="shipped")
def _shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shipping:
    monkeypatch.setattr(shipping, "BUILD", tmp_path)
    nowhere = tmp_path / "nowhere"
    return Shipping("python", Template(DOCUMENT, {}, {}), nowhere, nowhere, nowhere, nowhere)


def _write(file: Path, size: int = 0) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(b"x" * size)


def test_every_use_has_its_event() -> None:
    """A use without a file of events/ could not be measured."""
    assert [each.name for each in USES if not events.load_event(each.function, each.case)] == []


def test_every_function_with_a_route_is_measured_cold_and_warm() -> None:
    """Whoever is waited for, of whatever function; warm but for the one that moto cannot keep up with."""
    waited_for = {function for function, _ in events.cases()}
    assert {each.function for each in COLD_USES} >= waited_for
    assert {each.function for each in WARM_USES} == waited_for - {"join_links"}


def test_a_functions_layers_are_those_that_its_template_names(shipped: Shipping, tmp_path: Path) -> None:
    """Whatever they are called: the common one of its processor, and its own; only `python` is on the path."""
    _write(tmp_path / "CodeX86" / "python" / "code.py")
    _write(tmp_path / "Late" / "late" / "code.py")
    assert shipped.layers("Link") == [tmp_path / "CodeX86", tmp_path / "Late"]
    assert shipped.path("Link") == (tmp_path / "Link", tmp_path / "CodeX86" / "python")


def test_cryptography_is_found_in_its_layer(shipped: Shipping, tmp_path: Path) -> None:
    """In that for this processor, whether or not the deployment that is measured has it."""
    for layer, machine in (("Late", platform.machine()), ("LateElsewhere", "another")):
        _write(tmp_path / layer / "cryptography" / machine / "cryptography" / "__init__.py")
    assert shipped.cryptography == tmp_path / "Late" / "cryptography" / platform.machine()


def test_a_package_weighs_what_is_in_it_and_in_its_layers(shipped: Shipping, tmp_path: Path) -> None:
    """All that Lambda unpacks for the function."""
    for name, size in (("Link", 100_000), ("CodeX86/python", 2_000_000), ("Late/late", 400_000), ("CodeArm64", 9)):
        _write(tmp_path / name / "file", size)
    assert shipped.megabytes("Link") == pytest.approx(2.5)
    assert megabytes(tmp_path / "Late") == pytest.approx(0.4)


def test_layers_become_one_folder(tmp_path: Path) -> None:
    """As Lambda unpacks them, one over the other."""
    for name in ("one", "two"):
        _write(tmp_path / name / "python" / f"{name}.py")
    merged(tmp_path / "opt", tmp_path / "one", tmp_path / "two")
    assert {each.name for each in (tmp_path / "opt" / "python").iterdir()} == {"one.py", "two.py"}


def test_peers_are_pinned_with_what_they_require() -> None:
    """In the versions of requirements/test.txt, with their hashes."""
    pins = pins_of("boto3")
    assert all(f"\n{name}==" in f"\n{pins}" for name in ("boto3", "botocore", "jmespath", "s3transfer", "urllib3"))
    assert "pydantic" not in pins
    assert pins.count("==") <= pins.count("--hash=sha256:")


def test_what_is_not_pinned_is_named() -> None:
    """A peer that nobody can install is an error, not a shorter list."""
    with pytest.raises(BuildError, match="does not pin no-such-distribution"):
        pins_of("boto3", "no-such-distribution")


@pytest.mark.parametrize("handlers", [PEERS / "bare_handler.py", PEERS / "livekit_handler.py"])
def test_the_stock_application_has_no_code_of_ours(handlers: Path) -> None:
    """It stands alone, in one file: neither the layer nor another peer is imported."""
    source = (PEERS / "stock_app.py").read_text(encoding="utf-8")
    assert "vocespace" not in source
    assert handlers.stem not in source


def test_what_is_installed_for_node_is_pinned() -> None:
    """A run next year compares with the same code."""
    package: dict[str, Any] = json.loads((PEERS / "node" / "package.json").read_text(encoding="utf-8"))
    assert all(version[0].isdigit() for version in package["dependencies"].values())


def test_the_emulator_is_missed_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without SAM CLI or a container engine nothing is started, and the reason is one for a person."""
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(emulator, "ROOT", tmp_path)
    with pytest.raises(EmulatorMissingError, match=r"^SAM CLI's aws-lambda-rie was not found$"):
        Emulator.found("python3.13")

    rapid = tmp_path / ".venv/sam/lib/python3/site-packages/samcli/local/rapid"
    _write(rapid / f"aws-lambda-rie-{shipping.ARCHITECTURE}")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EmulatorMissingError, match=r"^docker is not installed$"):
        Emulator.found("python3.13")
