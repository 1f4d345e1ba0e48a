"""How the findings about a token are shown."""

from __future__ import annotations

import json
from typing import Any

from vocespace.identities import Permission
from vocespace_cli.durations import from_now
from vocespace_cli.inspection.findings import Findings, Way
from vocespace_cli.output import Output, utc

_TIMES = {"iat": "issuedAt", "nbf": "notBefore", "exp": "expiresAt"}


def members_of(findings: Findings, now: int) -> dict[str, Any]:
    """The findings for a script."""
    token = findings.token
    times = {name: token.moment(claim) for claim, name in _TIMES.items()}
    ends = times["expiresAt"]
    return {
        "kind": token.kind.value,
        "verified": findings.is_good,
        "signatureHolds": findings.signature,
        "signedBy": findings.signer,
        **({} if findings.key is None else {"signingKey": findings.key}),
        "platform": findings.platform,
        "header": token.header,
        "claims": token.claims,
        **{name: moment for name, moment in times.items() if moment is not None},
        **({} if ends is None else {"expiresInSeconds": ends - now}),
        **findings.details,
        "ways": [way.members() for way in findings.ways],
        "problems": [problem.members() for problem in findings.problems],
    }


def show(output: Output, findings: Findings, now: int) -> None:
    """Prints the findings for a person."""
    token = findings.token
    # Whoever signs decides what is said: without a signature that holds, anybody could have written this.
    belief = "" if findings.signature else " (unverified: anybody can write this)"
    for name, part in (("Header", token.header), ("Claims", token.claims)):
        shown = "cannot be read" if part is None else json.dumps(part, indent=2, ensure_ascii=False)
        output.line(f"{name}{belief}: {shown}")
    ends = token.moment("exp")
    pairs = {
        "Kind": f"{token.kind.value} token",
        "Signature": _signature(findings),
        "Vouched for by": findings.platform or "nobody",
        "Ends": "never said" if ends is None else f"{utc(ends)}, {from_now(ends, now)}",
    }
    pairs |= {name: json.dumps(value, ensure_ascii=False) for name, value in findings.details.items()}
    output.pairs(pairs)
    _show_ways(output, findings.ways)
    if findings.is_good:
        output.line("It would be taken here and now.", "green")
    for problem in findings.problems:
        output.line(f"Refused ({problem.reason.word}): {problem.reason.text}", "red")
        for each in problem.fields:
            output.line(f"  {each.field}: {each.reason}", "red")
        output.line(problem.reason.step)


def _signature(findings: Findings) -> str:
    if findings.signature is None:
        return "could not be checked"
    if not findings.signature:
        return "does not hold"
    state = "" if findings.key_state is None else f", {findings.key_state}"
    return f"holds, by {findings.signer}{state}"


def _show_ways(output: Output, ways: tuple[Way, ...]) -> None:
    for way in ways:
        name = "Without auth" if way.auth is None else f"Under auth={way.auth}"
        if way.reason is not None:
            output.line(f"{name}: refused ({way.reason.word}): {way.reason.text}")
        else:
            output.line(f"{name}: comes as {way.identity}")
    open_ways = [way for way in ways if way.permissions is not None]
    if not open_ways:
        return
    columns = ("May", *(way.auth or "without auth" for way in open_ways))
    rows = [
        (permission.value, *("yes" if (way.permissions or {})[permission.value] else "no" for way in open_ways))
        for permission in Permission
    ]
    output.table(columns, rows)
    for way in open_ways[:1]:
        if way.grants is not None:
            output.line(f"LiveKit grants: {json.dumps(way.grants, ensure_ascii=False)}")
