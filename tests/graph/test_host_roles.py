"""Roles: what each is given for, what it is not given for, and that the reasons name the facts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from edge_events import Picture, Row, attempt, conn, graph_of, read_log
from zeekhunt.zeek.site import PRIVATE, Site

from lab.sim import SimSettings, generate

X = "10.5.0.200"
CLIENTS = [f"10.5.0.{last}" for last in range(1, 31)]
WEBSITES = [f"198.51.{third}.{last}" for third in range(100, 104) for last in range(1, 11)]


def each(sources: Iterable[str], dests: Iterable[str], service: str, **more: str) -> list[Row]:
    """Sessions of every source with every destination, half an hour apart."""
    pairs = [(source, dest) for source in sources for dest in dests]
    return [conn(source, dest, service, 1_800 * at, **more) for at, (source, dest) in enumerate(pairs)]


def quickly(source: str, dests: Iterable[str], service: str, **more: str) -> list[Row]:
    return [conn(source, dest, service, 5 * at, **more) for at, dest in enumerate(dests)]


LARGE = {"orig_bytes": "1000000", "resp_bytes": "400000000"}
CASES: list[tuple[str, list[Row], str, str]] = [
    (
        "many hosts that do not answer on one port",
        [attempt(X, f"10.6.0.{last}", 445, last) for last in range(1, 41)],
        "scanner",
        "40 hosts gave no answer on port 445",
    ),
    (
        "many ports of one host",
        [attempt(X, CLIENTS[0], port) for port in range(1, 21)],
        "scanner",
        "20 ports of one host gave no",
    ),
    (
        "more ports than are kept",
        [attempt(X, CLIENTS[0], port) for port in range(1, 61)],
        "scanner",
        "32 or more ports of one host gave no answer",
    ),
    (
        "most internal hosts within minutes, little sent",
        quickly(X, CLIENTS, "smb"),
        "scanner",
        "first met 30 of 31 internal hosts by smb",
    ),
    ("password guessing at hosts outside", quickly(X, WEBSITES, "ssh"), "scanner", "first met 40 outside hosts by ssh"),
    (
        "the same with much sent is a delivery",
        quickly(X, CLIENTS, "smb", orig_bytes="5000000"),
        "deployment",
        "sending 5,000,000 bytes a session",
    ),
    (
        "Kerberos and LDAP for many",
        each(CLIENTS[:12], [X], "krb") + each(CLIENTS[:11], [X], "ldap"),
        "domain controller",
        "answers Kerberos for 12 and LDAP for 11 of 13 internal hosts",
    ),
    ("DNS for several", each(CLIENTS[:4], [X], "dns"), "resolver", "answers DNS for 4 of 5 internal hosts"),
    (
        "the way out for many",
        each(CLIENTS[:6], [X], "http") + each([X], WEBSITES[:24], "ssl", **{"id.resp_p": "443"})[:24],
        "proxy",
        "6 internal hosts come to it by web (6 sessions) and hardly go out themselves; it goes to 24 outside hosts (24 sessions)",
    ),
    (
        "administered and administers",
        each(CLIENTS[:3], [X], "rdp") + each([X], CLIENTS[10:15], "ssh"),
        "jump host",
        "3 hosts administer it, and it administers 5 others",
    ),
    (
        "takes images from others",
        each([X], CLIENTS[:2], "smb", **LARGE),
        "backup",
        "takes 800,000,000 bytes from 2 internal hosts",
    ),
    ("paper", each(CLIENTS[:2], [X], "", **{"id.resp_p": "9100"}), "printer", "2 internal hosts print on it"),
    ("is come to", each(CLIENTS[:5], [X], "smb"), "server", "serves 5 hosts, opens sessions to 0 hosts"),
    ("goes to others", each([X], CLIENTS[:5], "smb"), "client", "opens sessions to 5 hosts, serves none"),
    (
        "a little of each",
        each([X], CLIENTS[:5], "smb") + each(CLIENTS[:1], [X], "ssh"),
        "both",
        "serves 1 host, opens sessions to 5",
    ),
]


@pytest.mark.parametrize(("rows", "role", "words"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_a_role_comes_with_its_facts(rows: list[Row], role: str, words: str) -> None:
    node = graph_of(rows).nodes[X]
    assert node["role"] == role == node["roles"][0]
    assert node["reasons"][0].startswith(f"{role}: ") and words in node["reasons"][0]
    assert len(node["reasons"]) == len(node["roles"])


@pytest.mark.parametrize(
    ("rows", "role", "reason"),
    [
        (quickly(X, WEBSITES, "ssl"), "scanner", "a browser meets many websites within minutes"),
        ([attempt(X, f"10.6.0.{last}", last, last) for last in range(1, 41)], "scanner", "dead hosts on different ports"),
        (
            [attempt(X, f"10.6.0.{last}", 445, last) for last in range(1, 27)] + each([X], CLIENTS[:8], "smb"),
            "scanner",
            "dead hosts are less than four fifths of those it tries",
        ),
        (each([X], CLIENTS, "smb"), "scanner", "the same hosts over hours"),
        (each(CLIENTS[:12], [X], "krb"), "domain controller", "Kerberos alone"),
        (each(CLIENTS[:2], [X], "dns"), "resolver", "two clients"),
        (
            each(CLIENTS[:6], [X, *WEBSITES[:24]], "http") + each([X], WEBSITES[:24], "http"),
            "proxy",
            "those who come to it go out themselves: a server with a web page",
        ),
        (each(CLIENTS[:3], [X], "rdp"), "jump host", "is administered and administers nothing"),
        (each([X], CLIENTS[:2], "smb", orig_bytes="9", resp_bytes="40000"), "backup", "small sessions"),
        (each(CLIENTS[:1], [X], "", **{"id.resp_p": "9100"}), "printer", "one client"),
    ],
)
def test_a_role_is_not_given_for_less(rows: list[Row], role: str, reason: str) -> None:
    assert role not in graph_of(rows).roles(X), reason


def test_a_host_keeps_its_other_roles() -> None:
    rows = each(CLIENTS[:12], [X], "krb") + each(CLIENTS[:12], [X], "ldap") + each(CLIENTS[:12], [X], "dns")
    assert graph_of(rows).roles(X) == ["domain controller", "resolver", "server"]


def test_those_who_are_looked_at_are_no_servers_for_it() -> None:
    rows = quickly(X, CLIENTS, "smb") + quickly("10.5.0.201", CLIENTS, "smb") + quickly("10.5.0.202", CLIENTS, "smb")
    picture = graph_of(rows + each(CLIENTS, ["10.5.0.203"], "smb"))
    assert {picture.nodes[host]["role"] for host in CLIENTS} == {"client"}


def test_what_is_not_the_sites_own_is_external() -> None:
    rows = each(CLIENTS[:5], ["10.5.0.99"], "ssl")
    assert graph_of(rows).nodes["10.5.0.99"]["zone"] == "internal"
    node = graph_of(rows, site=Site(PRIVATE, ["10.5.0.99/32"])).nodes["10.5.0.99"]
    assert (node["zone"], node["role"], node["reasons"]) == (
        "external",
        "external",
        ["external: not the site's own; reached by 5 hosts, opens sessions to 0 hosts"],
    )


def test_scores_compare_with_hosts_of_the_same_role() -> None:
    busy = each([CLIENTS[0]], [f"10.7.0.{last}" for last in range(1, 41)], "smb")
    picture = graph_of(busy + each(CLIENTS[1:10], ["10.7.0.1", "10.7.0.2"], "smb"))
    spokes = {host: picture.nodes[host]["spoke_score"] for host in CLIENTS[:10]}
    assert {picture.nodes[host]["role"] for host in CLIENTS[:10]} == {"client"}
    assert spokes[CLIENTS[0]] > 3.5 and set(map(spokes.get, CLIENTS[1:10])) == {0.0}
    assert picture.nodes["10.7.0.1"]["hub_score"] > 3.5


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Picture, dict[str, str]]:
    """A simulated day of 40 hosts without intruders, as conn events alone: (its graph, service -> address)."""
    out = tmp_path_factory.mktemp("roles") / "world"
    generate(SimSettings(seed=3, hosts=40, scenarios=()), out)
    hosts = json.loads((out / "world.json").read_text())["hosts"]
    rows = [row for path in sorted(out.glob("conn.*.log.gz")) for row in read_log(path)]
    return graph_of(rows), {host["name"]: host["address"] for host in hosts}


@pytest.mark.parametrize(
    ("name", "role", "words"),
    [
        ("dc1", "domain controller", "answers Kerberos for"),
        ("dc2", "domain controller", "answers Kerberos for"),
        ("dc1", "resolver", "answers DNS for"),
        ("jump1", "scanner", "internal hosts by smb within an hour"),  # the office's vulnerability scan starts there
        ("backup1", "backup", "in large sessions one way"),
        ("backup1", "deployment", "internal hosts by smb within an hour"),  # and its patch run here
        ("fs1", "server", "serves"),
        ("mail1", "server", "serves"),
    ],
)
def test_the_simulated_offices_servers_are_known_by_what_they_do(
    office: tuple[Picture, dict[str, str]], name: str, role: str, words: str
) -> None:
    picture, hosts = office
    node = picture.nodes[hosts[name]]
    assert role in node["roles"]
    assert any(reason.startswith(f"{role}: ") and words in reason for reason in node["reasons"])


def test_no_desk_of_the_simulated_office_gets_a_servers_role(office: tuple[Picture, dict[str, str]]) -> None:
    picture, hosts = office
    desks = [address for name, address in hosts.items() if name.startswith(("desk", "lab")) and address in picture.nodes]
    assert len(desks) >= 20
    assert {picture.nodes[address]["role"] for address in desks} <= {"client", "both"}


def test_the_scanner_of_a_real_capture_is_named(shared_data: Path) -> None:
    picture = graph_of(read_log(shared_data / "ctu-port-scanning" / "conn.log.gz"))
    assert [host for host, node in picture.nodes.items() if node["role"] == "scanner"] == ["172.16.1.11"]


def test_the_port_scan_of_a_real_capture_is_named(shared_data: Path) -> None:
    picture = graph_of(read_log(shared_data / "slips" / "port-scans" / "vertical" / "conn.log"))
    assert "scanner" in picture.roles("192.168.1.9")


def test_a_bot_that_scans_for_ssh_is_named(shared_data: Path) -> None:
    rows = read_log(shared_data / "vast" / "integration-json" / "conn.log.json.gz")
    picture = graph_of(rows, site=Site([*PRIVATE, "147.32.0.0/16"]))
    assert picture.nodes["147.32.84.165"]["role"] == "scanner"
    assert "hosts gave no answer on port 22" in picture.nodes["147.32.84.165"]["reasons"][0]


def test_an_office_day_of_2009_has_no_scanner(shared_data: Path) -> None:
    picture = graph_of(read_log(shared_data / "vast" / "integration-zeek" / "conn.log.gz"))
    assert len(picture.nodes) > 300
    assert not [host for host, node in picture.nodes.items() if node["role"] == "scanner"]
