"""Every line of the table of odd inputs (issue 5): class, which scores there are, and what is flagged."""

from __future__ import annotations

import pytest
from zeekhunt.dns.annotate import row, rows
from zeekhunt.dns.classes import by_transport
from zeekhunt.dns.entropy_columns import FIELDS

NONE, ENTROPY, NO_DGA, ALL = (), ("entropy",), ("entropy", "bits"), ("entropy", "bits", "score")
SCORES = ("entropy", "score", "bits")

# query, (qtype, port, server), class, which scores are there, other cells
EDGES = [
    pytest.param("", (), "empty", NONE, {}, id="empty-or-missing"),
    pytest.param("-", (), "empty", NONE, {}, id="unset"),
    pytest.param(".", (), "empty", NONE, {}, id="root"),
    pytest.param("www.google.com.", (), "normal", ALL, {"malformed": "0", "domain": "google.com"}, id="one-trailing-dot"),
    pytest.param("www.google.com..", (), "normal", ALL, {"malformed": "1", "domain": "google.com"}, id="two-trailing-dots"),
    pytest.param("www..google.com", (), "normal", ALL, {"malformed": "1", "domain": "google.com"}, id="empty-inner-label"),
    pytest.param("wWw.GooGle.cOm", (), "normal", ALL, {"domain": "google.com", "subdomain": "www"}, id="mixed-case"),
    pytest.param("wpad", (), "single", ENTROPY, {"domain": ""}, id="single-label"),
    pytest.param("john-pc", (), "single", ENTROPY, {}, id="single-host"),
    pytest.param("qwzxkvjhpt", (), "single", ENTROPY, {}, id="single-random-probe"),
    pytest.param("4.3.2.1.in-addr.arpa", (), "reverse", NONE, {"labels": "6"}, id="reverse-v4-keeps-counts"),
    pytest.param("b.a.9.8.ip6.arpa", (), "reverse", NONE, {"labels": "6"}, id="reverse-v6-keeps-counts"),
    pytest.param("printer.local", (), "local", NONE, {}, id="local"),
    pytest.param("nas.lan", (), "local", NONE, {}, id="lan"),
    pytest.param("nas.home.arpa", (), "local", NONE, {}, id="home-arpa"),
    pytest.param("db.internal", (), "local", NONE, {}, id="internal"),
    pytest.param("host.example.com", ("A", "5353", ""), "local", NONE, {}, id="mdns-port"),
    pytest.param("host.example.com", ("A", "5355", ""), "local", NONE, {}, id="llmnr-port"),
    pytest.param("host.example.com", ("A", "53", "224.0.0.251"), "local", NONE, {}, id="multicast-v4"),
    pytest.param("host.example.com", ("A", "53", "ff02::fb"), "local", NONE, {}, id="multicast-v6"),
    pytest.param("fileserver", ("NB", "", ""), "netbios", NONE, {}, id="type-nb"),
    pytest.param("fileserver", ("32", "", ""), "netbios", NONE, {}, id="type-32"),
    pytest.param("fileserver", ("", "137", ""), "netbios", NONE, {}, id="port-137"),
    pytest.param("*\\x00\\x00\\x00\\x00", (), "netbios", NONE, {}, id="netbios-wildcard-escaped"),
    pytest.param("*\0\0\0", (), "netbios", NONE, {}, id="netbios-wildcard-bytes"),
    pytest.param("_ldap._tcp.example.com", (), "service", ALL, {"domain": "example.com", "subdomain": ""}, id="service"),
    pytest.param("_dmarc.mail.example.com", (), "service", ALL, {"subdomain": "mail"}, id="dmarc"),
    pytest.param("s1._domainkey.example.com", (), "service", ALL, {"subdomain": "s1"}, id="domainkey"),
    pytest.param("_.example.com", (), "service", ALL, {"domain": "example.com", "subdomain": ""}, id="qname-minimisation"),
    pytest.param("www.xn--bcher-kva.de", (), "idn", NO_DGA, {"unicode": "b\xc3\xbccher.de"}, id="punycode"),
    pytest.param("2.0.0.127.zen.spamhaus.org", (), "dnsbl", NO_DGA, {"domain": "spamhaus.org"}, id="block-list-v4"),
    pytest.param(".".join("0123456789abcdef" * 2) + ".zen.spamhaus.org", (), "dnsbl", NO_DGA, {}, id="block-list-v6"),
    pytest.param("co.uk", (), "suffix", NONE, {"suffix": "co.uk", "domain": ""}, id="icann-suffix"),
    pytest.param("ddns.net", (), "suffix", NONE, {"suffix": "ddns.net"}, id="private-suffix"),
    pytest.param("q\xbe\xfe.example.com", (), "normal", ALL, {"malformed": "1", "encoding": "raw"}, id="bytes-from-0x80"),
    pytest.param("q\\xbe\\xfe.example.com", (), "normal", ALL, {"malformed": "1", "encoding": "raw"}, id="escaped-bytes"),
    pytest.param("x" * 64 + ".example.com", (), "normal", ALL, {"malformed": "1"}, id="label-over-63"),
    pytest.param("x" * 63 + ".example.com", (), "normal", ALL, {"malformed": "0"}, id="label-of-63"),
    pytest.param(".".join(["x" * 49] * 5 + ["com"]), (), "normal", ALL, {"malformed": "0", "length": "253"}, id="name-of-253"),
    pytest.param(".".join(["x" * 49] * 5 + ["info"]), (), "normal", ALL, {"malformed": "1", "length": "254"}, id="name-over-253"),
    pytest.param("192.0.2.1", (), "ip", NONE, {}, id="ipv4"),
    pytest.param("2001:db8::1", (), "ip", NONE, {}, id="ipv6"),
]


@pytest.mark.parametrize(("query", "transport", "kind", "scores", "others"), EDGES)
def test_an_edge(query: str, transport: tuple[str, ...], kind: str, scores: tuple[str, ...], others: dict[str, str]) -> None:
    told = by_transport(*transport) if transport else ""
    cells = dict(zip(FIELDS, row(query, told)))
    assert cells["class"] == kind
    assert {field for field in SCORES if cells[field]} == set(scores)
    assert {field: cells[field] for field in others} == others


def test_all_edges_in_one_block_come_out_in_their_order() -> None:
    asked = [(case.values[0], by_transport(*case.values[1]) if case.values[1] else "") for case in EDGES]
    for order in (asked, asked[::-1]):
        assert rows([query for query, _ in order], [kind for _, kind in order]) == [row(*each) for each in order]
    plain = [query for query, kind in asked if not kind]
    assert rows(plain, [""] * len(plain)) == [row(query) for query in plain]
