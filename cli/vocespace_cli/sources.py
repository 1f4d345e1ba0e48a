"""`vocespace sources`: the booking systems whose webhooks are believed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import typer
from pydantic import SecretStr, ValidationError

from vocespace.booking_events import SourceName
from vocespace.booking_sources import BUS, BookingSource, BookingSources, SourceKind
from vocespace.request_body import read_request
from vocespace.wire import WireModel
from vocespace_cli.faults import NotOkError, bad_field
from vocespace_cli.hook_documents import SECRET_ONCE, Documents, line_from_stdin, new_secret, succeeded
from vocespace_cli.run import Run, command
from vocespace_cli.secret_edits import LATENCY

app = typer.Typer(help="The booking systems whose webhooks are believed.", no_args_is_help=True)

SOURCES = Documents("booking sources", lambda settings: settings.booking_sources_secret_id, BookingSources.parse)

_Name = Annotated[str, typer.Argument(metavar="SOURCE", help="Its name: lower-case letters, digits and -.")]
_Kind = Annotated[SourceKind, typer.Option("--kind", help="Whose webhooks its are like.")]
_Given = Annotated[
    bool, typer.Option("--secret-stdin", help="Take the secret that it has from standard input, and make none.")
]
_AtOnce = Annotated[bool, typer.Option("--at-once", help="Believe the former secret no more: somebody else knows it.")]
_Finish = Annotated[
    bool, typer.Option("--finish", help="Make no new one, and believe the newest alone: it is in use everywhere.")
]


class _Named(WireModel):
    source: SourceName


@command(app, "list")
def list_sources(run: Run) -> None:
    """List them, where their webhooks go, and how many secrets each has; never a secret."""
    found = SOURCES.read(run).sources
    if run.output.as_json:
        run.output.document([_members(run, name, source) for name, source in sorted(found.items())])
    elif found:
        _show(run, found)
    else:
        run.output.line("No booking system is believed yet: vocespace sources add --help.")


@command(app, "add")
def add_source(run: Run, source: _Name, kind: _Kind, secret_stdin: _Given = False) -> None:  # noqa: FBT002 - a flag of the command line
    """Believe a booking system, and print the secret that it is to sign with, once."""
    name = _name(source)
    secret = _secret(kind, is_given=secret_stdin)
    added = _checked(kind, (secret,))

    def change(before: BookingSources) -> BookingSources:
        if name in before.sources:
            raise NotOkError(
                f"There is a source {name} already; nothing was written.",
                hint=f"vocespace sources rotate {name} gives it another secret.",
            )
        return BookingSources(sources={**before.sources, name: added})

    SOURCES.edit(run, change)
    _tell(run, name, added, None if secret_stdin else secret)


@command(app, "rotate")
def rotate_source(
    run: Run,
    source: _Name,
    secret_stdin: _Given = False,  # noqa: FBT002 - a flag of the command line
    at_once: _AtOnce = False,  # noqa: FBT002 - a flag of the command line
    finish: _Finish = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Give a source a new secret, and print it, once; the former one is believed until --finish."""
    if finish and (secret_stdin or at_once):
        raise bad_field("--finish", "makes no new secret")
    kind = _existing(SOURCES.read(run), source).kind
    secret = None if finish else _secret(SourceKind(kind), is_given=secret_stdin)
    after = SOURCES.edit(run, partial(_rotated, name=source, secret=secret, at_once=at_once))
    _tell(run, source, after.sources[source], None if secret_stdin else secret)


@command(app, "remove")
def remove_source(run: Run, source: _Name) -> None:
    """Believe a source no more. What it has told so far stays as it is."""

    def change(before: BookingSources) -> BookingSources:
        _existing(before, source)
        return BookingSources(sources={name: each for name, each in before.sources.items() if name != source})

    SOURCES.edit(run, change)
    if run.output.as_json:
        run.output.document({"source": source, "removed": True})
    else:
        run.output.line(f"Removed {source}: its webhooks are refused.")
    run.output.note(LATENCY)


def _name(text: str) -> str:
    if text == BUS:
        raise bad_field("SOURCE", "is the stack's event bus, which needs no secret")
    return read_request(_Named, {"source": text}).source


def _secret(kind: SourceKind, *, is_given: bool) -> SecretStr:
    return SecretStr(line_from_stdin("the secret") if is_given else new_secret(is_standard=kind is SourceKind.STANDARD))


def _checked(kind: SourceKind, secrets: tuple[SecretStr, ...]) -> BookingSource:
    try:
        return BookingSource(kind=kind, secrets=secrets)
    except ValidationError as error:
        (fault, *_) = error.errors(include_input=False, include_context=False, include_url=False)
        raise bad_field("secret", fault["msg"].removeprefix("Value error, ")) from None


def _rotated(before: BookingSources, *, name: str, secret: SecretStr | None, at_once: bool) -> BookingSources:
    held = _existing(before, name)
    rotated = _checked(SourceKind(held.kind), succeeded(held.secrets, secret, at_once=at_once))
    return BookingSources(sources={**before.sources, name: rotated})


def _existing(sources: BookingSources, name: str) -> BookingSource:
    found = sources.sources.get(name)
    if found is None:
        raise NotOkError("There is no such source.", hint="vocespace sources list shows those that there are.")
    return found


def _members(run: Run, name: str, source: BookingSource) -> dict[str, Any]:
    url = f"{run.deployment.origin()}/hooks/bookings/{name}"
    return {"source": name, "kind": SourceKind(source.kind).value, "secrets": len(source.secrets), "url": url}


def _show(run: Run, sources: Mapping[str, BookingSource]) -> None:
    rows = [tuple(map(str, _members(run, name, source).values())) for name, source in sorted(sources.items())]
    run.output.table(("Source", "Kind", "Secrets", "Webhook URL"), rows)


def _tell(run: Run, name: str, source: BookingSource, secret: SecretStr | None) -> None:
    members = _members(run, name, source)
    shown = {} if secret is None else {"secret": secret.get_secret_value()}
    if run.output.as_json:
        run.output.document(members | shown)
    else:
        _show(run, {name: source})
        run.output.pairs(shown)
    if shown:
        run.output.note(SECRET_ONCE)
    run.output.note(LATENCY)
