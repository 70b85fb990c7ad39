"""What a Zeek event is: times, unset values, byte counts, states, networks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zeekhunt.zeek import byte_count, conn_state, event_time, fields
from zeekhunt.zeek.site import PRIVATE, Site, SiteError, read_networks, site_of


@pytest.mark.parametrize(
    ("text", "tick"),
    [
        pytest.param("1588205199.82437", 15882051998, id="epoch"),
        pytest.param("1588205199", 15882051990, id="epoch-without-decimals"),
        pytest.param("1588205199.999999", 15882051999, id="last-microsecond-stays-in-its-second"),
        pytest.param("2020-08-16T06:26:03.553287Z", 15975591635, id="iso"),
        pytest.param("2020-08-16T08:26:03.5+0200", 15975591635, id="iso-with-zone"),
        pytest.param("2020-08-16 06:26:03", 15975591630, id="iso-with-a-blank-and-no-fraction"),
        pytest.param("1597559163553", 15975591635, id="milliseconds"),
        pytest.param("29.55", 295, id="relative-to-zero"),
        pytest.param("XXXXXXXXXX.XXXXXX", None, id="masked"),
        pytest.param("-", None, id="unset"),
        pytest.param("", None, id="empty"),
        pytest.param("0", None, id="zero"),
        pytest.param("-5", None, id="negative"),
        pytest.param("nan", None, id="nan"),
        pytest.param("inf", None, id="infinite"),
        pytest.param("2020-13-40T00:00:00Z", None, id="no-such-day"),
    ],
)
def test_times(text: str, tick: int | None) -> None:
    assert event_time.ticks(text) == tick
    assert event_time.column_ticks([text, "1588205199.5"]) == [event_time.UNDATED if tick is None else tick, 15882051995]


@given(st.integers(1, 4_102_444_799), st.integers(0, 999_999))
def test_a_tick_never_leaves_its_second(second: int, microsecond: int) -> None:
    tick = event_time.ticks(f"{second}.{microsecond:06d}")
    assert tick is not None and tick // 10 == second


@given(st.integers(1, 6), st.lists(st.tuples(st.integers(0, 9_999_999_999), st.integers(0, 999_999)), max_size=20))
def test_times_of_one_width_are_read_together_as_each_alone(decimals: int, times: list[tuple[int, int]]) -> None:
    column = [f"{second:010d}.{microsecond:06d}"[: 11 + decimals] for second, microsecond in times]
    alone = [event_time.ticks(cell) for cell in column]
    assert event_time.column_ticks(column) == [event_time.UNDATED if tick is None else tick for tick in alone]


@given(st.lists(st.text("0123456789-,.[]{} e", max_size=14), max_size=8))
def test_byte_counts_are_read_together_as_each_alone(column: list[str]) -> None:
    assert byte_count.numbers(column) == [byte_count.number(cell) for cell in column]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("0", 0),
        ("40", 40),
        ("007", 7),
        ("-", -1),
        ("", -1),
        ("(empty)", -1),
        ("-3", -1),
        ("1.5", -1),
        ("x", -1),
        ("9" * 16, -1),
        ("9" * 5000, -1),
        ("9" * 3_000_000, -1),
    ],
)
def test_byte_counts_are_known_or_unknown_never_zero_by_default(text: str, count: int) -> None:
    assert byte_count.numbers([text]) == [count]
    assert byte_count.numbers([text, "5", "-"]) == [count, 5, -1]


def test_the_smaller_of_payload_and_ip_bytes_counts_where_both_are_known() -> None:
    assert byte_count.guarded([10, 10, -1, 10], [40, 5, 40, -1]) == [10, 5, -1, 10]


@pytest.mark.parametrize("state", ["S0", "REJ", "RSTOS0", "RSTRH", "SH"])
def test_attempts(state: str) -> None:
    assert conn_state.is_attempt(state)


@pytest.mark.parametrize("state", ["SF", "S1", "S2", "S3", "RSTO", "RSTR", "SHR", "OTH", "", "-"])
def test_sessions(state: str) -> None:
    assert not conn_state.is_attempt(state)


def test_spellings_are_coalesced_row_by_row_in_order() -> None:
    assert fields.coalesce([["a", "-", "", "(empty)"], ["x", "b", "-", ""]], 4) == ["a", "b", "", ""]
    assert fields.coalesce([], 2) == ["", ""]
    assert fields.present("src", ["dest", "src", "id_orig_h"]) == ["id_orig_h", "src"]


def test_comma_lists_are_sets_in_one_order() -> None:
    assert fields.members("ssl,http") == fields.members("http,ssl") == {"ssl", "http"}
    assert fields.ordered("krb,smb,gssapi") == fields.ordered("smb,gssapi,krb") == "gssapi,krb,smb"
    assert fields.ordered("-") == fields.ordered("") == ""


@pytest.mark.parametrize(
    ("address", "internal"),
    [
        ("10.1.2.3", True),
        ("172.31.0.1", True),
        ("172.32.0.1", False),
        ("192.168.1.1", True),
        ("100.64.0.1", True),
        ("fd00::1", True),
        ("::ffff:10.0.0.1", True),
        ("8.8.8.8", False),
        ("192.0.2.1", False),
        ("2001:db8::1", False),
        ("host", None),
        ("", None),
        ("10.0.0.1/8", None),
    ],
)
def test_private_ranges_are_internal_by_default(address: str, internal: bool | None) -> None:
    assert Site().is_internal(address) is internal


def test_the_longest_network_decides_and_external_wins_a_tie() -> None:
    site = Site([*PRIVATE, "203.0.113.0/24"], ["192.168.0.0/24", "203.0.113.0/24"])
    assert site.is_internal("192.168.1.1") is True
    assert site.is_internal("192.168.0.4") is False
    assert site.is_internal("203.0.113.9") is False


@pytest.mark.parametrize(
    "address", ["224.0.0.251", "255.255.255.255", "127.0.0.1", "169.254.1.1", "0.0.0.0", "ff02::fb", "fe80::1", "::", "::1", "x"]
)
def test_addresses_that_name_no_remote_host(address: str) -> None:
    assert not Site().is_routed(address)


def test_the_shipped_lookup_is_the_default(repo: Path) -> None:
    assert set(read_networks(repo / "zeek_hunting" / "lookups" / "zeek_networks.csv")[0]) == set(PRIVATE)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "must have the columns network and site"),
        ("network,site\n10.0.0.0/99,internal\n", "line 2: '10.0.0.0/99' is not a network"),
        ("network,site\n10.0.0.0/8,mine\n", "line 2: site must be internal or external, got 'mine'"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_a_broken_lookup_names_its_line(tmp_path: Path, text: str | bytes, words: str) -> None:
    (tmp_path / "lookups").mkdir()
    (tmp_path / "lookups" / "zeek_networks.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(SiteError, match=words):
        site_of(str(tmp_path))


def test_without_a_lookup_the_private_ranges_hold(tmp_path: Path) -> None:
    assert site_of(str(tmp_path), None, ["10.9.0.0/16"]).is_internal("10.9.1.1") is False
