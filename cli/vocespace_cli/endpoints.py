"""`vocespace endpoints`: where outgoing webhooks about meetings go."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from pydantic import SecretStr

from vocespace.booking_routes import EndpointName
from vocespace.endpoints import MAX_URL, Endpoint, Endpoints, GoneEndpoint, gone_endpoint_key
from vocespace.public_addresses import AddressRefusedError, target_of
from vocespace.request_body import read_request
from vocespace.table import ConditionFailedError, record_of
from vocespace.wire import WireModel
from vocespace_cli.endpoint_test import send_test
from vocespace_cli.faults import NotOkError, bad_field
from vocespace_cli.hook_documents import SECRET_ONCE, Documents, line_from_stdin, new_secret, succeeded
from vocespace_cli.route_store import RouteStore
from vocespace_cli.run import Run, command
from vocespace_cli.secret_edits import LATENCY

app = typer.Typer(help="Where outgoing webhooks about meetings go.", no_args_is_help=True)

ENDPOINTS = Documents("endpoints", lambda settings: settings.endpoints_secret_id, Endpoints.parse)

_Name = Annotated[str, typer.Argument(metavar="ENDPOINT", help="Its name: lower-case letters, digits and -.")]
_Url = Annotated[
    str, typer.Option("--url", metavar="URL", help="Its https URL; - reads it from standard input, if it is a secret.")
]
_AtOnce = Annotated[
    bool, typer.Option("--at-once", help="Sign with the former secret no more: somebody else knows it.")
]
_Finish = Annotated[
    bool, typer.Option("--finish", help="Make no new one, and sign with the newest alone: the receiver has it.")
]


class _Named(WireModel):
    endpoint: EndpointName


@command(app, "list")
def list_endpoints(run: Run) -> None:
    """List them: host, number of secrets, and whether they have said to be gone; never a URL or a secret."""
    found = ENDPOINTS.read(run).endpoints
    shown = [_members(run, name, endpoint) for name, endpoint in sorted(found.items())]
    if run.output.as_json:
        run.output.document(shown)
    elif shown:
        _show(run, *shown)
    else:
        run.output.line("Nothing is told to anybody yet: vocespace endpoints add --help.")


@command(app, "add")
def add_endpoint(run: Run, endpoint: _Name, url: _Url) -> None:
    """Make an endpoint, and print the secret that its webhooks are signed with, once. Routes say what it is told."""
    name = read_request(_Named, {"endpoint": endpoint}).endpoint
    secret = SecretStr(new_secret(is_standard=True))
    added = Endpoint(url=_checked(run, url), secrets=(secret,))

    def change(before: Endpoints) -> Endpoints:
        if name in before.endpoints:
            raise NotOkError(
                f"There is an endpoint {name} already; nothing was written.",
                hint=f"Change it by vocespace endpoints set {name}, or take another name.",
            )
        return Endpoints(endpoints={**before.endpoints, name: added})

    ENDPOINTS.edit(run, change)
    _tell_again(run, name)
    _tell(run, name, added, secret)


@command(app, "set")
def set_endpoint(run: Run, endpoint: _Name, url: _Url) -> None:
    """Give an endpoint another URL, or the same one again after it has said to be gone."""
    checked = _checked(run, url)

    def change(before: Endpoints) -> Endpoints:
        held = _existing(before, endpoint)
        return Endpoints(endpoints={**before.endpoints, endpoint: Endpoint(url=checked, secrets=held.secrets)})

    after = ENDPOINTS.edit(run, change)
    _tell_again(run, endpoint)
    _tell(run, endpoint, after.endpoints[endpoint], None)


@command(app, "rotate")
def rotate_endpoint(
    run: Run,
    endpoint: _Name,
    at_once: _AtOnce = False,  # noqa: FBT002 - a flag of the command line
    finish: _Finish = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Make a new secret for an endpoint, and print it, once; the former one goes on signing, too, until --finish."""
    if finish and at_once:
        raise bad_field("--finish", "makes no new secret")
    secret = None if finish else SecretStr(new_secret(is_standard=True))
    after = ENDPOINTS.edit(run, partial(_rotated, name=endpoint, secret=secret, at_once=at_once))
    _tell(run, endpoint, after.endpoints[endpoint], secret)


@command(app, "remove")
def remove_endpoint(run: Run, endpoint: _Name) -> None:
    """Remove an endpoint that no route tells anything any more."""
    told = [
        f"{each.source} {each.event_type}" for each in RouteStore(run.parts.table).all() if each.endpoint == endpoint
    ]
    if told:
        raise NotOkError(
            f"Routes still tell {endpoint}: {', '.join(told)}; nothing was removed.",
            hint="vocespace routes set SOURCE TYPE --endpoint none.",
        )

    def change(before: Endpoints) -> Endpoints:
        _existing(before, endpoint)
        return Endpoints(endpoints={name: each for name, each in before.endpoints.items() if name != endpoint})

    ENDPOINTS.edit(run, change)
    if run.output.as_json:
        run.output.document({"endpoint": endpoint, "removed": True})
    else:
        run.output.line(f"Removed {endpoint}.")
    run.output.note(LATENCY)


@command(app, "test")
def test_endpoint(run: Run, endpoint: _Name) -> None:
    """Send an endpoint a signed webhook of the type Endpoint.Test from this machine, once, and say what it answered."""
    status = send_test(run, _existing(ENDPOINTS.read(run), endpoint))
    if run.output.as_json:
        run.output.document({"endpoint": endpoint, "status": status})
    else:
        run.output.line(f"It answered {status}, and that is as it should be.")


def _checked(run: Run, url: str) -> str:
    text = line_from_stdin("the URL") if url == "-" else url
    try:
        target_of(text, allow_loopback=run.deployment.is_local)
    except AddressRefusedError:
        raise bad_field(
            "--url", "must be https://, a host by its name, port 443 or 8443, and no user name", hint=None
        ) from None
    if len(text) > MAX_URL:
        raise bad_field("--url", f"is longer than {MAX_URL} characters")
    return text


def _rotated(before: Endpoints, *, name: str, secret: SecretStr | None, at_once: bool) -> Endpoints:
    held = _existing(before, name)
    secrets = succeeded(held.secrets, secret, at_once=at_once)
    return Endpoints(endpoints={**before.endpoints, name: Endpoint(url=held.url, secrets=secrets)})


def _existing(endpoints: Endpoints, name: str) -> Endpoint:
    found = endpoints.endpoints.get(name)
    if found is None:
        raise NotOkError("There is no such endpoint.", hint="vocespace endpoints list shows those that there are.")
    return found


def _tell_again(run: Run, name: str) -> None:
    # Most never were gone.
    with suppress(ConditionFailedError):
        run.parts.table.delete(gone_endpoint_key(name))


def _host(run: Run, url: str) -> str:
    # What was written into the secret by hand may be anything, with a credential before the host as well.
    try:
        target_of(url, allow_loopback=run.deployment.is_local)
    except AddressRefusedError:
        return "-"
    return urlsplit(url).netloc


def _members(run: Run, name: str, endpoint: Endpoint) -> dict[str, Any]:
    (item,) = run.parts.table.read([gone_endpoint_key(name)])
    is_gone = item is not None and record_of(GoneEndpoint, item).digest == endpoint.digest
    # The rest of a URL may be a credential.
    host = _host(run, endpoint.url)
    return {"endpoint": name, "host": host, "secrets": len(endpoint.secrets), "state": "gone" if is_gone else "told"}


def _show(run: Run, *members: dict[str, Any]) -> None:
    run.output.table(("Endpoint", "Host", "Secrets", "State"), [tuple(map(str, each.values())) for each in members])


def _tell(run: Run, name: str, endpoint: Endpoint, secret: SecretStr | None) -> None:
    members = _members(run, name, endpoint)
    shown = {} if secret is None else {"secret": secret.get_secret_value()}
    if run.output.as_json:
        run.output.document(members | shown)
    else:
        _show(run, members)
        run.output.pairs(shown)
    if shown:
        run.output.note(SECRET_ONCE)
    run.output.note(LATENCY)
