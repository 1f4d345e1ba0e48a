"""Imports one handler as Lambda would, from the built artifact and its layers alone, and tells what is wrong.

Run by `tools.verify_build` as a file, by the runtime's interpreter with -I -S: nothing else is on the path. Needs
only the standard library. Its argument is a JSON object, the arguments of `main`; it prints another one: `problems`, a
line for each, and `modules`, the names of all that are loaded once the handler is.
"""

from __future__ import annotations

import datetime as dt
import gc
import importlib
import json
import pkgutil
import sys
from pathlib import Path

# RFC 7515 appendix A.3: an elliptic curve, because that needs more of cryptography and of PyJWT than RSA does.
_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
_EXAMPLE = (
    "eyJhbGciOiJFUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)

# Commercial, GovCloud and China: each has its endpoints from another partition.
_REGIONS = ("eu-central-1", "us-gov-west-1", "cn-north-1")

_NETWORK = ("socket.__new__", "socket.getaddrinfo", "socket.gethostbyname")


class _NetworkGuard:
    """An audit hook that refuses the network, and remembers that it did: whoever was refused may have swallowed it."""

    def __init__(self) -> None:
        self.active = True
        self.refused: list[str] = []

    def __call__(self, event: str, _arguments: tuple[object, ...]) -> None:
        if self.active and event in _NETWORK:
            self.refused.append(event)
            raise PermissionError(f"{event} while a handler is imported")

    def problems(self) -> list[str]:
        """One line for each kind of attempt."""
        return [f"{event} was called while the handler was imported" for event in dict.fromkeys(self.refused)]


def _handler_problems(handler: str, artifact: Path) -> list[str]:
    module_name, _, name = handler.rpartition(".")
    module = importlib.import_module(module_name)
    problems = []
    if not Path(str(module.__file__)).is_relative_to(artifact):
        problems.append(f"{module_name} came from {module.__file__}, not from the artifact")
    if not callable(getattr(module, name, None)):
        problems.append(f"{handler} is not callable")
    return problems


def _client_problems() -> list[str]:
    # Looked up, not imported: a handler that has not imported botocore cannot have built a client.
    client = sys.modules.get("botocore.client")
    if client is None:
        return []
    made = [type(each).__name__ for each in gc.get_objects() if isinstance(each, client.BaseClient)]
    return [f"a client of AWS was built while the handler was imported: {', '.join(made)}"] if made else []


def _late_import_problems(package: str) -> list[str]:
    # What the code imports only when a request needs it must be in the layer all the same.
    problems = []
    for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        try:
            importlib.import_module(found.name)
        except ImportError as error:
            problems.append(f"{found.name} cannot be imported: {error}")
    return problems


def _cryptography_problems(folder: str) -> list[str]:
    # In the package's own words: PyJWT looks for cryptography when it is imported itself, and not again.
    asymmetric, jws = map(importlib.import_module, ("vocespace.asymmetric", "vocespace.jws"))
    setattr(asymmetric, "CRYPTOGRAPHY", Path(folder))  # noqa: B010 - of a module that is known only here
    try:
        claims = asymmetric.claims_signed_by(jws.parse_compact(_EXAMPLE, asymmetric.FORM), _KEY)
    except Exception as error:  # noqa: BLE001 - whatever it is, no signed-in user would be let in
        return [f"with {folder} no token is verified: {type(error).__name__} {error}"]
    return [] if claims["iss"] == "joe" else ["the claims of a token are not its own"]


def _calendar_problems() -> list[str]:
    try:
        icalendar = importlib.import_module("icalendar")
        entry = icalendar.Event()
        entry.add("dtstart", dt.datetime(2026, 12, 2, 9, tzinfo=dt.UTC))
        written = entry.to_ical()
    except Exception as error:  # noqa: BLE001 - whatever it is, no calendar entry would be written
        return [f"no calendar entry is written: {type(error).__name__} {error}"]
    return [] if b"DTSTART:20261202T090000Z" in written else ["a calendar entry is not what it should be"]


def _aws_problems(folder: str) -> list[str]:
    sys.path.append(folder)
    problems = []
    for service in sorted(path.name for path in Path(folder, "botocore", "data").iterdir() if path.is_dir()):
        try:
            session = importlib.import_module("botocore.session").get_session()
            session.set_credentials("an-id", "a-secret")
            for region in _REGIONS:
                session.create_client(service, region_name=region)
        except Exception as error:  # noqa: BLE001 - whatever it is, the service would not be called
            problems.append(f"there is no client of {service}: {type(error).__name__} {error}")
    return problems


def main(
    path: list[str], handler: str, package: str, *, cryptography: str = "", aws: str = "", calendar: bool = False
) -> None:
    """Imports the handler, tries what it asks for later, and then imports every module of the package.

    Args:
        path: The artifact and the layers, which Lambda puts on the path.
        handler: As the template names it.
        package: Ours.
        cryptography: The folder that holds cryptography, for a function that has its layer.
        aws: The folder that holds botocore, for a function that has its layer, or has it after a snapshot.
        calendar: Whether the function writes calendar entries.
    """
    sys.path[:0] = path
    guard = _NetworkGuard()
    sys.addaudithook(guard)
    problems = _handler_problems(handler, Path(path[0])) + _client_problems() + guard.problems()
    modules = sorted(sys.modules)
    guard.active = False
    if cryptography:
        problems += _cryptography_problems(cryptography)
    if aws:
        problems += _aws_problems(aws)
    if calendar:
        problems += _calendar_problems()
    problems += _late_import_problems(package)
    print(json.dumps({"problems": problems, "modules": modules}))


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
