"""What a name is: every edge of the table in docs/commands/dnsentropy.md, and the public suffix list."""

from __future__ import annotations

from pathlib import Path

import publicsuffixlist
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zeekhunt.dns.names import parse, read
from zeekhunt.dns.suffixes import Suffixes, rules_of, suffixes

CASES = [
    pytest.param("", ("empty", "", ""), id="empty"),
    pytest.param("-", ("empty", "", ""), id="unset"),
    pytest.param(".", ("empty", "", ""), id="root"),
    pytest.param("www.google.co.uk.", ("normal", "google.co.uk", "www"), id="one-trailing-dot"),
    pytest.param("WwW.GoOgLe.CoM", ("normal", "google.com", "www"), id="0x20-case"),
    pytest.param("wpad", ("single", "", ""), id="single-label"),
    pytest.param("4.3.2.1.in-addr.arpa", ("reverse", "", ""), id="reverse-v4"),
    pytest.param("1.0.ip6.arpa", ("reverse", "", ""), id="reverse-v6"),
    pytest.param("printer.local", ("local", "", ""), id="mdns"),
    pytest.param("_ldap._tcp.corp.lan", ("local", "", ""), id="service-in-a-local-zone"),
    pytest.param("nas.home.arpa", ("local", "", ""), id="home-arpa"),
    pytest.param("db.internal", ("local", "", ""), id="internal"),
    pytest.param("*\\x00\\x00\\x00", ("netbios", "", ""), id="netbios-wildcard"),
    pytest.param("_ldap._tcp.dc._msdcs.corp.example.com", ("service", "example.com", "dc.corp"), id="service-labels-dropped"),
    pytest.param("_.example.com", ("service", "example.com", ""), id="qname-minimisation"),
    pytest.param("_dmarc.example.com", ("service", "example.com", ""), id="dmarc"),
    pytest.param("xn--bcher-kva.example", ("idn", "xn--bcher-kva.example", ""), id="punycode"),
    pytest.param("2.0.0.127.zen.spamhaus.org", ("dnsbl", "spamhaus.org", "2.0.0.127.zen"), id="block-list"),
    pytest.param("co.uk", ("suffix", "", ""), id="icann-suffix-alone"),
    pytest.param("ddns.net", ("suffix", "", ""), id="dynamic-zone-alone"),
    pytest.param("10.0.0.1", ("ip", "", ""), id="ipv4"),
    pytest.param("fe80::1", ("ip", "", ""), id="ipv6"),
    pytest.param("10.0.0.300", ("normal", "0.300", "10.0"), id="four-numbers-that-are-no-address"),
    pytest.param("x.evil.ddns.net", ("normal", "evil.ddns.net", "x"), id="below-a-dynamic-zone"),
    pytest.param("cp1.blob.core.windows.net", ("normal", "windows.net", "cp1.blob.core"), id="cloud-tenant"),
    pytest.param("x.digitaloceanspaces.com", ("suffix", "", ""), id="wildcard-is-a-suffix"),
    pytest.param("digitaloceanspaces.com", ("normal", "digitaloceanspaces.com", ""), id="above-a-wildcard-only-com"),
    pytest.param("q.tuboifvu.bazar", ("normal", "tuboifvu.bazar", "q"), id="top-level-not-listed"),
]


@pytest.mark.parametrize(("query", "expected"), CASES)
def test_class_domain_and_subdomain(query: str, expected: tuple[str, str, str]) -> None:
    name = read(query)
    assert (name.kind, name.domain, name.subdomain) == expected


@pytest.mark.parametrize(
    ("query", "malformed", "non_ldh"),
    [
        pytest.param("a..example.com", True, False, id="empty-inner-label"),
        pytest.param("x" * 64 + ".com", True, False, id="label-of-64"),
        pytest.param("x" * 63 + ".com", False, False, id="label-of-63"),
        pytest.param(".".join(["x" * 60] * 5), True, False, id="name-over-253"),
        pytest.param("q\\xbe.example.com", True, True, id="escaped-byte"),
        pytest.param("q\xbe.example.com", True, True, id="raw-byte"),
        pytest.param("q+/=.example.com", False, True, id="base64"),
        pytest.param("a b.example.com", True, True, id="space"),
        pytest.param("a_b-c.example.com", False, False, id="underscore-is-ordinary"),
    ],
)
def test_what_no_host_name_may_hold_is_flagged(query: str, malformed: bool, non_ldh: bool) -> None:
    name = read(query)
    assert (name.malformed, name.non_ldh, name.kind) == (malformed, non_ldh, "normal")


def test_an_escape_and_the_byte_it_stands_for_are_the_same_name() -> None:
    assert read("q\\xBE\\xfe.example.com") == read("q\xbe\xfe.example.com")
    assert read("q\\xbe.example.com").length == len("q?.example.com")


def test_cloud_marks_private_suffixes_that_are_not_self_service() -> None:
    assert [read(name).cloud for name in ("a.blob.core.windows.net", "a.ddns.net", "a.github.io", "example.com")] == [
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        pytest.param({"qtype": "NB"}, "netbios", id="type-nb"),
        pytest.param({"port": "137"}, "netbios", id="port-137"),
        pytest.param({"port": "5353"}, "local", id="mdns-port"),
        pytest.param({"port": "5355"}, "local", id="llmnr-port"),
        pytest.param({"server": "224.0.0.252"}, "local", id="multicast-v4"),
        pytest.param({"server": "FF02::fb"}, "local", id="multicast-v6"),
        pytest.param({"qtype": "A", "port": "53", "server": "192.0.2.1"}, "normal", id="ordinary"),
    ],
)
def test_transport_tells_local_and_netbios_names(how: dict[str, str], kind: str) -> None:
    assert read("host.example.com", **how).kind == kind


def test_a_payload_cannot_hide_behind_an_underscore() -> None:
    assert read("_" + "a1" * 20 + ".example.com").subdomain == "_" + "a1" * 20


def test_punycode_is_shown_decoded_and_broken_punycode_as_it_is() -> None:
    assert read("www.xn--bcher-kva.de").display == "bücher.de"
    assert read("xn--\x80\x80.de").display == "xn--\x80\x80.de"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300) | st.text(alphabet="aX.-_0\\x\0:", max_size=40))
def test_any_text_gives_a_name_that_case_and_one_trailing_dot_do_not_change(text: str) -> None:
    name = parse(text)
    assert name.kind
    ascii_swapped = "".join(letter.swapcase() if letter.isascii() else letter for letter in text)
    assert parse(ascii_swapped) == name
    if text and not text.endswith(".") and name.kind != "empty" and len(text) < 250:
        assert parse(text + ".") == name


@pytest.fixture(scope="module")
def rules() -> list[str]:
    with Path(publicsuffixlist.PSLFILE).open(encoding="utf-8") as lines:
        return [rule for rule, _, _ in rules_of(lines)]


def test_every_rule_of_the_list_gives_what_the_package_gives(rules: list[str]) -> None:
    everything, icann_only = publicsuffixlist.PublicSuffixList(), publicsuffixlist.PublicSuffixList(only_icann=True)
    ours = suffixes()
    assert len(rules) > 9_000
    for rule in rules:
        name = "y.x." + rule.lstrip("!").replace("*.", "w.")
        labels = name.split(".")
        assert ours.widths(labels) == (ours.private(labels), ours.icann(labels)), name
        assert ".".join(labels[-max(ours.icann(labels), ours.private(labels)) :]) == everything.publicsuffix(name), name
        assert ".".join(labels[-ours.icann(labels) :]) == icann_only.publicsuffix(name), name


def test_wildcards_exceptions_and_the_longest_rule() -> None:
    ours = Suffixes([("ck", False, False), ("*.ck", False, False), ("!www.ck", False, False), ("a.b.ck", False, False)])
    assert [ours.icann(name.split(".")) for name in ("x.b.ck", "x.www.ck", "x.a.b.ck", "x.org")] == [2, 1, 3, 1]
