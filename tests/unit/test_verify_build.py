"""What `make build` finds wrong with a build, on builds of a few lines each."""

from __future__ import annotations

import compileall
import py_compile
import sys
from pathlib import Path

import pytest

from tools.built import BuiltFunction
from tools.layer_checks import (
    PACKAGE,
    layer_problems,
    model_problems,
    package_problems,
    processor_problems,
    twin_problems,
)
from tools.verify_build import Probed, function_problems, probed

HANDLER = "functions.greet.app.lambda_handler"
JWS = "def parse_compact(text, form):\n    return text\n"
ASYMMETRIC = """
import sys
from pathlib import Path

CRYPTOGRAPHY, FORM = Path(), None


def claims_signed_by(token, jwk):
    sys.path.append(str(CRYPTOGRAPHY / "late"))
    import cryptography

    return {"iss": cryptography.ISSUER}
"""
SESSION = """
class Session:
    def set_credentials(self, key_id, secret): pass

    def create_client(self, service, region_name):
        if service == "ec2":
            raise LookupError(region_name)


get_session = Session
"""
GOOD = "def lambda_handler(event, context):\n    return {}\n"


@pytest.fixture(name="layer")
def _layer(tmp_path: Path) -> Path:
    # The name of the interpreter tells the tag of its byte code, as the name of a Lambda runtime does.
    layer = tmp_path / "layer" / "python"
    _write(layer / PACKAGE / "__init__.py", "")
    _write(layer / PACKAGE / "links.py", "WORD = 'link'\n")
    _compile(layer)
    return layer


@pytest.fixture(name="source")
def _source(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    _write(source / PACKAGE / "__init__.py", "")
    _write(source / PACKAGE / "links.py", "WORD = 'link'\n")
    _write(source / PACKAGE / "py.typed", "")
    return source


@pytest.fixture(name="interpreter")
def _interpreter(tmp_path: Path) -> str:
    link = tmp_path / f"python{sys.version_info.major}.{sys.version_info.minor}"
    link.symlink_to(sys.executable)
    return str(link)


def test_good_handler_has_no_problems(tmp_path: Path, layer: Path) -> None:
    """A handler that imports cleanly from its artifact and the layer passes."""
    artifact = _artifact(tmp_path, f"import {PACKAGE}.links\n{GOOD}")

    assert _probed(artifact, layer).problems == []


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("import functions.other.app\n" + GOOD, "No module named 'functions.other'"),
        ("import pytest\n" + GOOD, "No module named 'pytest'"),
        ("lambda_handler = None\n", "functions.greet.app.lambda_handler is not callable"),
        ("import socket\nsocket.socket()\n" + GOOD, "socket.__new__ while a handler is imported"),
        (
            "import socket\ntry: socket.getaddrinfo('localhost', 9)\nexcept OSError: pass\n" + GOOD,
            "socket.getaddrinfo was called while the handler was imported",
        ),
        (
            "import botocore.client\nclient = botocore.client.Tables()\n" + GOOD,
            "a client of AWS was built while the handler was imported: Tables",
        ),
    ],
)
def test_handler_that_would_fail_in_lambda_is_named(tmp_path: Path, layer: Path, code: str, problem: str) -> None:
    """Whatever keeps a handler from starting in Lambda, or costs its cold start a connection, is told."""
    _write(layer / "botocore" / "__init__.py", "")
    _write(layer / "botocore" / "client.py", "class BaseClient: pass\nclass Tables(BaseClient): pass\n")

    [found] = _probed(_artifact(tmp_path, code), layer).problems

    assert problem in found


def test_late_import_that_the_layer_lacks_is_named(tmp_path: Path, layer: Path) -> None:
    """A module of the package that no handler imports at first must find its dependencies in the layer too."""
    _write(layer / PACKAGE / "late.py", "import not_in_the_layer\n")

    [found] = _probed(_artifact(tmp_path, GOOD), layer).problems

    assert found == f"{PACKAGE}.late cannot be imported: No module named 'not_in_the_layer'"


def test_artifact_holds_its_package_and_nothing_else(tmp_path: Path) -> None:
    """A file that ships besides the package, and one of the package that does not, are both named."""
    artifact, source = _artifact(tmp_path, GOOD), tmp_path / "functions" / "greet"
    _write(source / "app.py", GOOD)
    _write(source / "page.py", "")
    _write(artifact / "functions" / "greet" / "__pycache__" / "app.cpython-311.pyc", "")

    assert list(function_problems(artifact, source, HANDLER)) == [
        "functions/greet/__pycache__/app.cpython-311.pyc ships and should not",
        "functions/greet/page.py does not ship and should",
    ]


def test_what_is_loaded_with_a_handler_is_told(tmp_path: Path, layer: Path) -> None:
    """What the check itself loads later does not count."""
    modules = _probed(_artifact(tmp_path, f"import {PACKAGE}\n{GOOD}"), layer).modules

    assert {PACKAGE, "functions.greet.app"} <= set(modules)
    assert f"{PACKAGE}.links" not in modules


def test_good_layer_has_no_problems(layer: Path, source: Path, interpreter: str) -> None:
    """A layer with the package and the runtime's byte code passes."""
    assert [*package_problems(layer, source), *layer_problems(layer, interpreter)] == []


def test_module_that_is_not_of_the_package_and_one_that_is_are_named(layer: Path, source: Path) -> None:
    """The package ships as it is in the repository."""
    _write(layer / PACKAGE / "old.py", "")
    _write(source / PACKAGE / "new.py", "")

    assert list(package_problems(layer, source)) == [
        "old.py ships and should not",
        "new.py does not ship and should",
    ]


def test_byte_code_that_the_runtime_would_check_is_named(layer: Path, interpreter: str) -> None:
    """Byte code that depends on the time of its source is as good as none: in Lambda that time is another."""
    py_compile.compile(
        str(layer / PACKAGE / "links.py"), invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP, doraise=True
    )

    assert list(layer_problems(layer, interpreter)) == [
        f"{PACKAGE}/links.py has no byte code that the runtime uses as it is"
    ]


def test_what_went_into_a_build_is_named(layer: Path, interpreter: str) -> None:
    """A file that pip reads, and a folder of tests, in the layer itself or within a package."""
    _write(layer / "requirements.txt", "")
    (layer / PACKAGE / "tests").mkdir()

    assert list(layer_problems(layer.parent, interpreter)) == [
        "python/requirements.txt ships and should not",
        f"python/{PACKAGE}/tests ships and should not",
    ]


def test_services_that_are_called_ship_and_no_others(layer: Path) -> None:
    """Of all those that botocore has a model of."""
    _write(layer / PACKAGE / "links.py", 'def queue(session): return session.create_client("sqs")\n')
    _write(layer / "botocore" / "data" / "ec2" / "service-2.json", "{}")

    assert list(model_problems(layer / "botocore", layer / PACKAGE)) == [
        "data/ec2 ships and should not",
        "data/sqs does not ship and should",
    ]


@pytest.mark.parametrize(("architecture", "number"), [("arm64", 0x3E), ("x86_64", 0xB7)])
def test_what_is_compiled_for_the_other_processor_is_named(layer: Path, architecture: str, number: int) -> None:
    """By what the file says of itself, not by its name."""
    for name, made_for in (("_wrong.so", number), ("_right.abi3.so", 0xB7 ^ 0x3E ^ number)):
        (layer / name).write_bytes(b"\x7fELF".ljust(18, b"\0") + bytes([made_for, 0]))

    assert list(processor_problems(layer, architecture)) == [f"_wrong.so is not made for {architecture}"]


def test_what_is_there_for_one_processor_only_is_named(tmp_path: Path) -> None:
    """Folders and modules that are named after a processor are each other's twins."""
    for machine in ("aarch64", "x86_64"):
        _write(tmp_path / machine / "late" / machine / f"_core.cpython-313-{machine}-linux-gnu.so", "")
    _write(tmp_path / "x86_64" / "late" / "x86_64" / "extra.py", "")

    assert list(twin_problems(tmp_path / "aarch64", tmp_path / "x86_64")) == [
        "late//extra.py is there for one processor only"
    ]


def test_cryptography_comes_late_and_comes(tmp_path: Path, layer: Path) -> None:
    """A handler leaves cryptography alone, and a token is verified once its folder is on the path."""
    late = _verifier(layer, tmp_path, issuer="joe")
    found = _probed(_artifact(tmp_path, GOOD), layer, CryptographyLayerX86=late)

    assert found.problems == []
    assert "cryptography" not in found.modules


def test_cryptography_that_is_not_there_is_named(tmp_path: Path, layer: Path) -> None:
    """A layer without what it is for is told."""
    _verifier(layer, tmp_path, issuer="joe")

    [found] = _probed(_artifact(tmp_path, GOOD), layer, CryptographyLayerX86=tmp_path / "empty").problems

    assert "no token is verified: ModuleNotFoundError" in found


def test_cryptography_that_verifies_wrongly_is_named(tmp_path: Path, layer: Path) -> None:
    """The claims have to be those of the token."""
    late = _verifier(layer, tmp_path, issuer="jane")

    assert _probed(_artifact(tmp_path, GOOD), layer, CryptographyLayerX86=late).problems == [
        "the claims of a token are not its own"
    ]


def test_service_that_botocore_makes_no_client_of_is_named(tmp_path: Path, layer: Path) -> None:
    """Where its layer is, or comes after a snapshot: for every service that has a model, in every partition."""
    botocore = tmp_path / "aws" / "python" / "botocore"
    _write(botocore / "__init__.py", "")
    _write(botocore / "session.py", SESSION)
    for service in ("ec2", "sqs"):
        (botocore / "data" / service).mkdir(parents=True)

    assert _probed(_artifact(tmp_path, GOOD), layer, AwsLayer=tmp_path / "aws").problems == [
        "there is no client of ec2: LookupError eu-central-1"
    ]


def _probed(artifact: Path, layer: Path, **late: Path) -> Probed:
    functions = (BuiltFunction("Greet", HANDLER, artifact, {"Code": layer.parent} | each) for each in ({}, late))
    return probed(sys.executable, *functions)


def _verifier(layer: Path, folder: Path, *, issuer: str) -> Path:
    _write(layer / PACKAGE / "jws.py", JWS)
    _write(layer / PACKAGE / "asymmetric.py", ASYMMETRIC)
    _write(folder / "layer-of-trees" / "cryptography" / "late" / "cryptography.py", f"ISSUER = {issuer!r}\n")
    return folder / "layer-of-trees"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _artifact(folder: Path, code: str) -> Path:
    _write(folder / "artifact" / "functions" / "greet" / "app.py", code)
    return folder / "artifact"


def _compile(folder: Path) -> None:
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    assert compileall.compile_dir(folder, quiet=1, invalidation_mode=mode)
