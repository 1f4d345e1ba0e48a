"""Where outgoing webhooks may go (SSRF): what a URL may say, and which addresses a name may have."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocespace.public_addresses import (
    AddressRefusedError,
    Target,
    UnresolvedError,
    address_of,
    is_public,
    resolved,
    target_of,
)

HOOKS = Target("hooks.example.com", 443, "/")
PUBLIC = "93.184.215.14"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://hooks.example.com", HOOKS),
        ("https://hooks.example.com/", HOOKS),
        ("https://Hooks.Example.COM:443/", HOOKS),
        ("https://hooks.example.com:8443/a/b?c=d&e", Target("hooks.example.com", 8443, "/a/b?c=d&e")),
        ("https://xn--bcher-kva.example/%20", Target("xn--bcher-kva.example", 443, "/%20")),
        ("https://a.xn--p1ai/@:", Target("a.xn--p1ai", 443, "/@:")),
    ],
)
def test_a_url_says_where(url: str, target: Target) -> None:
    """By https, to a name."""
    assert target_of(url) == target
    assert target_of(url, allow_loopback=True) == target


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "https:hooks.example.com",
        "//hooks.example.com/",
        "https://hooks.example.com:80/",
        "https://hooks.example.com:9001/",
        "https://hooks.example.com:/",
        "https://hooks.example.com:0443/",
        "https://user@hooks.example.com/",
        "https://user:password@hooks.example.com/",
        "https://hooks.example.com@10.0.0.1/",
        "https://10.0.0.1\\@hooks.example.com/",
        "https://hooks.example.com\\.evil.example/",
        "https://hooks.example.com#@10.0.0.1/",
        "https://hooks.example.com/#fragment",
        "https://hooks.example.com?query",
        "https://hooks.example.com/ ",
        " https://hooks.example.com/",
        "https://hooks.example.com/\r\nHost: evil",
        "https://hooks.example.com/\n",
        "https://hooks.example.com./",
        "https://.example.com/",
        "https://-hooks.example.com/",
        "https://hooks..example.com/",
        "https://bücher.example/",
        "https://hooks.example。com/",
        "https://localhost/",
        "https://localhost:2773/",
        "https://metadata/",
        "https://127.0.0.1/",
        "https://8.8.8.8/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://1.2.3.0x4/",
        "https://[::1]/",
        "https://[2606:4700::1111]/",
        "https://[::ffff:127.0.0.1]/",
        f"https://{'a' * 64}.example/",
        f"https://{'a.' * 127}example/",
        "http://127.0.0.1:9001/",
        "http://localhost/",
        "",
    ],
)
def test_any_other_url_says_nothing(url: str) -> None:
    """Whatever one reader and another could take for different hosts is none at all."""
    with pytest.raises(AddressRefusedError) as refused:
        target_of(url)
    assert refused.value.reason == "endpoint_url"


def test_a_developer_may_have_it_on_the_same_machine() -> None:
    """Where that is said, and nowhere else on it."""
    local = target_of("http://127.0.0.1:8080/hook", allow_loopback=True)

    assert local == Target("127.0.0.1", 8080, "/hook", is_local=True)
    assert target_of("http://localhost", allow_loopback=True).port == 80
    assert address_of(local, _unasked) == "127.0.0.1"
    for url in ("http://127.0.0.2/", "http://[::1]/", "http://hooks.example.com/", "http://localhost.example.com/"):
        with pytest.raises(AddressRefusedError):
            target_of(url, allow_loopback=True)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "127.0.0.1"),  # noqa: S104
        *("127.255.255.254", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.8"),
        *("192.0.0.192", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.168.1.1", "192.175.48.1"),
        *("198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255"),
        *("240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::7f00:1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
        *("::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "100::1", "2001::1"),
        *("2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "2620:4f:8000::1"),
        *("3ffe::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1"),
        *("ff02::1", "ff0e::1", "4000::1"),
        *("", "localhost", "1.2.3", "0x7f.1", "2130706433", "8.8.8.8 ", "8.8.8.8/32"),
    ],
)
def test_no_address_of_ours_is_public(address: str) -> None:
    """Nor of a network that leads to one, nor what is no address."""
    assert not is_public(address)
    with pytest.raises(AddressRefusedError) as refused:
        address_of(HOOKS, lambda *_: [PUBLIC, address])
    assert refused.value.reason == "endpoint_address"


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "1.1.1.1", "99.255.255.255", "2606:4700:4700::1111", "2a00::1", "::ffff:8.8.8.8"]
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    """In either family."""
    assert is_public(address)
    assert address_of(HOOKS, lambda *_: [address]) == address


@given(st.ip_addresses(v=4))
def test_what_python_takes_for_private_is_not_public(address: object) -> None:
    """The list of ours only ever adds to it."""
    assert getattr(address, "is_global", False) or not is_public(str(address))


@given(st.ip_addresses(v=6))
def test_an_address_within_another_counts(address: object) -> None:
    """What carries an IPv4 address is as public as that."""
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        assert is_public(str(address)) == is_public(str(mapped))
    elif int(address) >> 125 != 1:  # type: ignore[call-overload]  # an address is a number
        assert not is_public(str(address))


def test_of_both_families_it_is_ipv4() -> None:
    """Lambda has no other way out of its own network."""
    assert address_of(HOOKS, lambda *_: ["2606:4700::1111", PUBLIC]) == PUBLIC


def test_a_name_without_an_address_is_no_place() -> None:
    """Whether it has none, or nobody can tell."""

    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror

    def too_long(_host: str, _port: int) -> list[str]:
        raise UnicodeError

    def nowhere(_host: str, _port: int) -> list[str]:
        return []

    for resolve in (unknown, too_long, nowhere):
        with pytest.raises(UnresolvedError):
            address_of(HOOKS, resolve)


def test_a_name_is_asked_for_once() -> None:
    """The second answer of a name that changes is never heard (rebinding)."""
    answers = [["127.0.0.1"], [PUBLIC]]
    assert address_of(HOOKS, lambda *_: answers.pop()) == PUBLIC
    assert answers == [["127.0.0.1"]]


def test_the_system_knows_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """All their addresses, of both families."""
    v4 = (socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, 443))
    v6 = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2606:4700::1111", 443, 0, 0))
    asked: list[tuple[object, ...]] = []

    def getaddrinfo(*what: object, **_: object) -> list[object]:
        asked.append(what)
        return [v4, v6]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    assert resolved("hooks.example.com", 443) == [PUBLIC, "2606:4700::1111"]
    assert asked == [("hooks.example.com", 443)]


def _unasked(_host: str, _port: int) -> list[str]:
    raise AssertionError
