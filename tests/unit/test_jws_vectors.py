"""Wycheproof's HS256 and HMAC vectors against the two layers of `vocespace.jws`: the gate, and the MAC by PyJWT.

The vectors are JWSs, not JWTs: none of their headers has a `typ`, and their payloads are no claims. So our gate refuses
every one, the valid ones included, and what the MAC says of them is asked for behind the gate.
"""

from __future__ import annotations

import pytest
from jwt import PyJWS, PyJWTError

from tests.unit.forge import HEADER, KEY, forged
from tests.unit.vectors import JwsCase, jws_cases, mac_cases
from vocespace.errors import UnauthorizedError
from vocespace.jws import ALGORITHM, CompactJws, parse_compact, verified_claims

VALID = [1, 348, 352, 357, 358, 359, 367, 370, 376, 377]
"""All that are valid. 1 and 357 to 377 are Wycheproof's own, 348 and 352 are figure 35 of RFC 7520."""


def _named(case: JwsCase) -> str:
    return f"{case.tc_id}-{case.comment}"


def _mac_holds(case: JwsCase) -> bool:
    """What the MAC layer says without the gate: an unread payload means that the MAC was right."""
    try:
        return verified_claims(CompactJws(case.jws, None), case.key) is not None
    except UnauthorizedError as refused:
        if refused.reason != "token_claims":
            raise
        return True


def test_every_case_is_there() -> None:
    """All 40 HS256 cases run, ten of them valid, and all 174 HMACs, half of the valid ones truncated."""
    assert len(jws_cases()) == 40
    assert [case.tc_id for case in jws_cases() if case.valid] == VALID
    assert len(mac_cases()) == 174
    assert sum(case.valid for case in mac_cases()) == 33


@pytest.mark.parametrize("case", jws_cases(), ids=_named)
def test_the_mac_layer_agrees_with_wycheproof(case: JwsCase) -> None:
    """PyJWT behind the gate takes the valid ones and no other."""
    assert _mac_holds(case) is case.valid


@pytest.mark.parametrize("case", [case for case in jws_cases() if not case.valid], ids=_named)
def test_the_gate_refuses_every_invalid_one(case: JwsCase) -> None:
    """No invalid vector gets as far as the MAC, whether by its form or for want of a type."""
    with pytest.raises(UnauthorizedError):
        parse_compact(case.jws)


@pytest.mark.parametrize("case", [case for case in jws_cases() if case.valid], ids=_named)
def test_the_gate_refuses_the_valid_ones_for_their_missing_type_only(case: JwsCase) -> None:
    """RFC 8725 section 3.11: a JWT of ours says that it is one, and these say nothing."""
    with pytest.raises(UnauthorizedError) as refused:
        parse_compact(case.jws)

    assert refused.value.reason == "token_type"


@pytest.mark.parametrize("case", [case for case in jws_cases() if case.valid], ids=_named)
def test_the_keys_of_the_valid_ones_pass_both_layers_with_a_type(case: JwsCase) -> None:
    """With the header it asks for, the gate lets the same key's signature through, and the MAC knows it."""
    token = forged(HEADER, {"said": case.comment}, key=case.key)

    assert verified_claims(parse_compact(token), case.key) == {"said": case.comment}
    assert verified_claims(parse_compact(token), KEY) is None


def test_only_a_whole_and_right_tag_is_a_mac() -> None:
    """Every altered tag is refused by the MAC that PyJWT computes for us, and so is every truncated one."""
    algorithm = PyJWS(algorithms=[ALGORITHM]).get_algorithm_by_name(ALGORITHM)

    accepted = [case.tc_id for case in mac_cases() if algorithm.verify(case.message, case.key, case.tag)]

    assert accepted == [case.tc_id for case in mac_cases() if case.valid]


def test_pyjwt_alone_takes_what_the_gate_refuses() -> None:
    """Why there is a gate: were PyJWT as strict, padding would end here too."""
    padded = forged() + "="

    assert PyJWS(algorithms=[ALGORITHM]).decode(padded, KEY, [ALGORITHM])
    with pytest.raises(UnauthorizedError):
        parse_compact(padded)
    with pytest.raises(PyJWTError):
        PyJWS(algorithms=[ALGORITHM]).decode(padded, KEY + b"x", [ALGORITHM])
