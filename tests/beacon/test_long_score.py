"""Points of long connections: each step is crossed by one unit, parts sum to the score, the channel ranks above look-alikes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from beacon.long_rows import Row, as_body, session
from hypothesis import given
from hypothesis import strategies as st
from zeekhunt.beacon import long_services
from zeekhunt.beacon.long_ranking import LongRanking, LongRequest
from zeekhunt.beacon.long_session import KEPT
from zeekhunt.beacon.long_settings import LongSettings, SettingsError, StrobeSettings
from zeekhunt.beacon.parts import Points, severity, steps
from zeekhunt.beacon.prevalence import known
from zeekhunt.spl import arrays
from zeekhunt.zeek.site import Site

HOUR_S = 3_600


def hunt(rows: list[Row], **request: Any) -> tuple[list[dict[str, Any]], str]:
    ranking = LongRanking(LongRequest(**request), Site())
    for block in arrays.tables(as_body(rows), {}, 1 << 20):
        ranking.add(block)
    found = ranking.finish()
    count = len(found.get("src", ()))
    said = "\n".join(f"{level} {text}" for level, text in ranking.messages)
    return [{name: column[at] for name, column in found.items()} for at in range(count)], said


def part(row: dict[str, Any], name: str) -> float:
    (line,) = [line for line in row["evidence"] if line.startswith(f"{name}: ")]
    return float(line.rpartition(": ")[2])


@pytest.mark.parametrize(
    ("duration_s", "points"),
    [(599.9, None), (600, 4), (1_799.9, 4), (1_800, 8), (3_600, 12), (43_199.9, 12), (43_200, 20), (86_400, 26), (259_200, 30)],
)
def test_each_step_of_a_single_session_is_crossed_by_a_tenth_of_a_second(duration_s: float, points: float | None) -> None:
    rows, said = hunt([session("C1", 0, duration_s)])
    assert [part(row, "longest") for row in rows] == ([] if points is None else [points])
    assert points is not None or "open for less than 1 h in sum and 10 min at a time" in said


@pytest.mark.parametrize(
    ("total_s", "points"), [(3_599.9, None), (3_600, 12), (14_399.9, 12), (14_400, 18), (28_800, 24), (43_200, 30)]
)
def test_each_step_of_the_sum_is_crossed_by_a_tenth_of_a_second(total_s: float, points: float | None) -> None:
    """Sessions of under 10 minutes, one after another."""
    pieces, left, at = [], round(total_s * 10), 0
    while left:
        piece = min(left, 5_000) if left >= 5_100 or left <= 5_000 else left - 200
        pieces.append(session(f"C{at:04}", at / 10, piece / 10))
        at, left = at + piece, left - piece
    rows, _ = hunt(pieces)
    assert [part(row, "total") for row in rows] == ([] if points is None else [points])
    assert all(part(row, "longest") == 0 for row in rows)


def test_overlapping_sessions_count_their_time_once() -> None:
    rows, _ = hunt([session("C1", 0, 3_000), session("C2", 1_000, 3_000), session("C3", 1_200, 60), session("C4", 9_000, 600)])
    assert rows[0]["open_s"] == 4_600
    assert rows[0]["longest_s"] == 3_000
    assert (rows[0]["sessions"], rows[0]["events"], rows[0]["bytes_out"]) == (4, 4, 4_000)


def office() -> list[Row]:
    """Twenty hosts; an idle channel, a backup, a VPN, push messages and a popular page that stays open."""
    rows = [session("Cc2", 0, 13 * HOUR_S, id__resp_p="4443", service="", orig_bytes="90000", resp_bytes="30000")]
    rows.append(session("Cbackup", 0, 13 * HOUR_S, id__orig_h="10.0.0.6", id__resp_h="198.51.100.6", orig_bytes=str(10**12)))
    rows.append(
        session(
            "Cvpn", 0, 13 * HOUR_S, id__orig_h="10.0.0.7", id__resp_h="198.51.100.7", id__resp_p="1194", proto="udp", service=""
        )
    )
    for host in range(1, 21):
        popular = {"id__orig_h": f"10.0.0.{host}", "id__resp_h": "198.51.100.9"}
        rows.append(session(f"Cpush{host}", 0, 13 * HOUR_S, id__resp_p="5228", **popular))
        rows.append(session(f"Cshort{host}", 5, 2, id__orig_h=f"10.0.0.{host}", id__resp_h="198.51.100.1"))
    return rows


def test_the_idle_channel_ranks_above_the_published_look_alikes() -> None:
    rows, _ = hunt(office())
    first, *others = rows
    assert (first["src"], first["dest"]) == ("10.0.0.5", "203.0.113.9")
    scores = {row["dest"]: row["score"] for row in rows}
    assert first["score"] > 80
    assert first["score"] - max(row["score"] for row in others) > 20
    assert scores["198.51.100.9"] == min(scores.values()), "what everyone keeps open comes last"
    assert (first["severity"], first["hunt"], first["technique"]) == ("critical", "c2_long_connection", ["T1571", "T1572"])
    reasons = {row["dest"]: " ".join(row["why_not"]) for row in others}
    assert "a VPN stays open by design" in reasons["198.51.100.7"]
    assert "a backup" in reasons["198.51.100.6"]
    assert "push messages" in reasons["198.51.100.9"] and "20 of 20 internal sources" in reasons["198.51.100.9"]


@given(
    st.lists(
        st.builds(
            session,
            st.sampled_from([f"C{at}" for at in range(9)]),
            st.integers(0, 100_000),
            st.integers(1, 300_000),
            id__orig_h=st.sampled_from(["10.0.0.1", "10.0.0.2", "10.0.0.3"]),
            id__resp_p=st.sampled_from(["22", "443", "5228", "1194", "3389"]),
            service=st.sampled_from(["ssl", "ssh", "http", "imap", ""]),
            orig_bytes=st.sampled_from(["", "0", "10", "9" * 13]),
            resp_bytes=st.sampled_from(["", "0", "10"]),
            _path=st.sampled_from(["conn", "open_conn"]),
        ),
        max_size=12,
    )
)
def test_every_row_is_a_finding_whose_parts_sum_to_its_score(rows: list[Row]) -> None:
    found, said = hunt(rows)
    assert found or "WARN" in said
    for row in found:
        assert sum(float(line.rpartition(": ")[2]) for line in row["evidence"]) == pytest.approx(row["score"], abs=1e-6)
        assert 0 <= row["score"] <= 100
        assert row["why_not"]
        assert row["longest_s"] <= row["open_s"]
        assert row["first"] <= row["last"]
        assert row["severity"] == severity(row["score"])


@pytest.mark.parametrize(
    ("row", "confidence"),
    [
        pytest.param(session("C1", 0, 900), "high", id="final"),
        pytest.param(session("C1", 0, 900, _path="open_conn"), "medium", id="still-open"),
        pytest.param(session("C1", 0, 900, orig_bytes="", resp_bytes=""), "low", id="sizes-unknown"),
    ],
)
def test_confidence(row: Row, confidence: str) -> None:
    assert hunt([row])[0][0]["confidence"] == confidence


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        pytest.param([], "no events reached the command", id="no-data"),
        pytest.param([session("C1", 0, 9_999, conn_state="S0")], "all events are attempts", id="attempts"),
        pytest.param([session("C1", 0, 9.9)], "no connection lasted 10 s or more", id="short"),
        pytest.param([session("C1", 0, 599)], "nothing to rank", id="below-every-step"),
        pytest.param([session("C1", 0, 9_999, id__resp_h="10.0.0.9")], "internal to internal", id="out-of-scope"),
        pytest.param(
            [session("C1", 0, 9_999, _path="open_conn"), session("C2", 0, 5)], "1 events of open_conn.log", id="open-log-named"
        ),
        pytest.param([session("C1", 0, 9_999)], "what is open now is invisible", id="no-open-log"),
    ],
)
def test_what_is_said(rows: list[Row], words: str) -> None:
    assert words in hunt(rows)[1]


def test_a_field_that_no_event_has_is_an_error_that_names_it() -> None:
    with pytest.raises(ValueError, match="no duration field"):
        hunt([session("C1", 0, 0, duration=""), session("C2", 0, 0, duration="")])


def test_the_limit_keeps_the_highest_and_says_what_is_left_out() -> None:
    rows, said = hunt(office(), limit=1)
    assert [row["dest"] for row in rows] == ["203.0.113.9"]
    assert "22 of 23 ranked pairs are left out" in said


def test_a_pair_that_was_cut_says_so_and_shows_the_sessions_that_are_in_the_sums() -> None:
    rows, said = hunt([session(f"C{at}", 20 * at, 10 + at) for at in range(KEPT + 100)])
    (row,) = rows
    assert (row["capped"], row["sessions"], row["confidence"]) == (1, KEPT, "medium")
    assert row["drilldown"].endswith(" duration>=110")
    assert any("none under 1 min 50 s" in reason for reason in row["why_not"])
    assert "WARN 1 pairs had more than 1,000 sessions" in said


@pytest.mark.parametrize(
    ("service", "why"),
    [
        pytest.param("1194/udp/-", "a VPN", id="vpn-by-port"),
        pytest.param("443/tcp/websocket", "a web page that keeps a websocket", id="websocket"),
        pytest.param("993/tcp/ssl", "a mailbox that waits for mail (IMAP IDLE)", id="mail-in-tls"),
        pytest.param("993/tcp/ssh", "", id="another-protocol-on-the-port"),
        pytest.param("5228/tcp/ssl", "push messages", id="push"),
        pytest.param("993/udp/-", "", id="another-transport"),
        pytest.param("443/tcp/ssl", "", id="web"),
        pytest.param("-/-/-", "", id="unset"),
    ],
)
def test_services_that_stay_open_by_design(service: str, why: str) -> None:
    assert long_services.usual(service) == why


@pytest.mark.parametrize(
    ("services", "ids"),
    [
        pytest.param(["443/tcp/ssl"], ["T1572", "T1573"], id="tls"),
        pytest.param(["4444/tcp/-"], ["T1571", "T1572"], id="unknown-protocol"),
        pytest.param(["2222/tcp/ssh"], ["T1571", "T1572", "T1573"], id="odd-port"),
        pytest.param(["3389/tcp/rdp"], ["T1219", "T1572"], id="remote-control"),
    ],
)
def test_techniques(services: list[str], ids: list[str]) -> None:
    assert long_services.techniques(services) == ids


def test_rarity_is_neutral_in_a_network_of_one_and_bounded() -> None:
    alone = known(["203.0.113.9"], [("10.0.0.5", "203.0.113.9")], Site())
    assert alone.points(20).tolist() == [pytest.approx(0)]
    many = [(f"10.0.{host}.1", "198.51.100.1") for host in range(200)]
    around = known(
        ["203.0.113.9", "198.51.100.1", "192.0.2.1"], [*many, ("10.0.7.1", "203.0.113.9"), ("8.8.8.8", "192.0.2.1")], Site()
    )
    assert (around.sources.tolist(), around.seen) == ([1, 200, 1], 200)
    assert around.points(20).tolist() == [20, pytest.approx(-20, abs=0.2), 20]


def test_a_score_ends_at_0_and_at_its_ceiling_and_says_so() -> None:
    points = Points.of({"a": np.array([90.0, -30.0, 10.0]), "b": np.array([30.0, 5.0, 10.0])}, np.array([100.0, 100.0, 15.0]))
    assert points.scores.tolist() == [100, 0, 15]
    assert [points.evidence(at, ["x", "y"])[-1] for at in range(3)] == [
        "limit: the most that a score of this kind may be: -20.00",
        "limit: no score is below 0: +25.00",
        "limit: the most that a score of this kind may be: -5.00",
    ]


def test_steps_take_the_highest_that_is_reached() -> None:
    assert steps(np.array([0.0, 1.0, 1.5, 9.0]), (1, 2), (0, 5, 7)).tolist() == [0, 5, 5, 7]


@pytest.mark.parametrize("settings", [LongSettings, StrobeSettings])
def test_a_threshold_out_of_its_range_is_refused(settings: Any) -> None:
    with pytest.raises(SettingsError, match="rarity_points must lie in"):
        settings(rarity_points=101)
    points = [
        value
        for name, value in vars(settings()).items()
        if name.endswith("_points") and name not in ("usual_points", "unanswered_points")
    ]
    assert sum(value[-1] if isinstance(value, tuple) else value for value in points) == 100, "the most that can be earned"


def test_steps_must_ascend() -> None:
    with pytest.raises(SettingsError, match="must ascend"):
        LongSettings(total_steps_s=(7_200, 3_600))
