"""The simulated logs agree with each other as those of one sensor do."""

from __future__ import annotations

import ipaddress
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

Rows = list[dict[str, Any]]
Logs = dict[str, Rows]
Sessions = dict[str, dict[str, Any]]

APPLICATION_LOGS = ("dns", "http", "ssl", "files", "smb_files", "smb_mapping", "rdp", "kerberos", "ntlm", "dce_rpc")
TUPLE = ("id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p")
ATTEMPTS = ("S0", "REJ")
TEN_HOURS_S = 36_000.0
# A microsecond and the rounding of a sum of two doubles of about 1.8e9.
CLOCK_S = 2e-6
# From asking the cache to the session at most: a slow reply and the program's own time.
ASKED_AHEAD_S = 0.07


def us(seconds: float) -> int:
    return round(seconds * 1_000_000)


@pytest.mark.parametrize("log", APPLICATION_LOGS)
def test_application_rows_share_uid_tuple_and_time_with_a_session(log: str, sim_rows: Logs, sim_sessions: Sessions) -> None:
    for row in sim_rows[log]:
        conn = sim_sessions[row["uid"]]
        assert [row[k] for k in TUPLE] == [conn[k] for k in TUPLE]
        assert us(conn["ts"]) <= us(row["ts"]) <= us(conn["ts"]) + us(conn["duration"]), (log, row, conn)


def test_uids_and_file_ids_are_unique(sim_rows: Logs, sim_sessions: Sessions) -> None:
    assert len(sim_sessions) == len(sim_rows["conn"])
    assert len({row["fuid"] for row in sim_rows["files"]}) == len(sim_rows["files"])


def test_no_host_talks_to_itself(sim_rows: Logs) -> None:
    assert not [row for row in sim_rows["conn"] if row["id.orig_h"] == row["id.resp_h"]]


def test_conn_rows_stand_in_the_order_in_which_sessions_ended(sim_rows: Logs) -> None:
    ends = [us(row["ts"]) + us(row.get("duration", 0)) for row in sim_rows["conn"]]
    assert ends == sorted(ends)
    starts = [row["ts"] for row in sim_rows["conn"]]
    assert starts != sorted(starts), "a real conn log is out of order by start"


def test_bytes_and_packets_of_tcp_agree(sim_rows: Logs) -> None:
    for row in sim_rows["conn"]:
        if row["proto"] == "tcp":
            for side in ("orig", "resp"):
                headers_b = row[f"{side}_ip_bytes"] - row.get(f"{side}_bytes", 0) - 40 * row[f"{side}_pkts"]
                # 12 bytes of options on each SYN: one, or three where nobody answered
                assert headers_b in (0, 12, 36), row
                assert row.get(f"{side}_bytes", 0) <= 1460 * row[f"{side}_pkts"], row


def test_bytes_and_packets_of_udp_agree(sim_rows: Logs) -> None:
    for row in sim_rows["conn"]:
        if row["proto"] == "udp":
            for side in ("orig", "resp"):
                assert row[f"{side}_ip_bytes"] == row[f"{side}_bytes"] + 28 * row[f"{side}_pkts"], row


def test_history_tells_what_bytes_and_state_tell(sim_rows: Logs) -> None:
    endings = {"SF": ("Ff", "fF"), "RSTO": ("R",), "RSTR": ("r",), "S1": ("d", "a", "D", "A")}
    for row in sim_rows["conn"]:
        history, state = row["history"], row["conn_state"]
        if state == "S0":
            assert (history, row["resp_pkts"], row.get("resp_bytes", 0)) == ("S", 0, 0)
        elif state == "REJ":
            assert (history, row["resp_pkts"], row["orig_bytes"]) == ("Sr", 1, 0)
        else:
            assert ("D" in history) == (row["orig_bytes"] > 0)
            assert ("d" in history) == (row["resp_bytes"] > 0)
        if row["proto"] == "tcp" and state in endings:
            assert history.startswith("ShA") and history.endswith(endings[state]), row


def test_attempts_exist_and_carry_no_application(sim_rows: Logs, sim_sessions: Sessions) -> None:
    attempts = [row for row in sim_rows["conn"] if row["conn_state"] in ATTEMPTS]
    assert {row["conn_state"] for row in attempts} == set(ATTEMPTS)
    assert all("service" not in row for row in attempts)
    assert any("duration" not in row and "orig_bytes" not in row for row in attempts), "a lone SYN has neither"
    for log in APPLICATION_LOGS:
        assert not any(sim_sessions[row["uid"]]["conn_state"] in ATTEMPTS for row in sim_rows[log])


@pytest.mark.parametrize(
    ("member", "log"),
    [("dns", "dns"), ("http", "http"), ("ssl", "ssl"), ("rdp", "rdp"), ("dce_rpc", "dce_rpc"), ("smb", "smb_mapping")],
)
def test_a_service_in_conn_is_backed_by_rows_of_its_log_and_the_reverse(member: str, log: str, sim_rows: Logs) -> None:
    # Doubled sessions are another sensor's conn rows: the same tuple, no application row of their own.
    doubled = _later_copies(sim_rows["conn"])
    spoken = {row["uid"] for row in sim_rows["conn"] if member in row.get("service", "").split(",") and row["uid"] not in doubled}
    assert spoken == {row["uid"] for row in sim_rows[log]}


def _later_copies(conn: Rows) -> set[str]:
    last: dict[tuple[Any, ...], tuple[int, str]] = {}
    copies = set()
    for row in sorted(conn, key=lambda row: row["ts"]):
        key = tuple(row[k] for k in TUPLE)
        if key in last and us(row["ts"]) - last[key][0] < 1000:
            copies.add(row["uid"])
        last[key] = (us(row["ts"]), row["uid"])
    return copies


def test_a_tuple_is_not_used_again_while_its_session_is_open(sim_rows: Logs, sim_labels: Rows) -> None:
    doubled = sum(label["parameters"].get("duplicates", 0) for label in sim_labels)
    open_until: dict[tuple[Any, ...], int] = {}
    overlaps = 0
    for row in sorted(sim_rows["conn"], key=lambda row: row["ts"]):
        key = (row["proto"], *(row[k] for k in TUPLE))
        overlaps += us(row["ts"]) < open_until.get(key, 0)
        open_until[key] = max(open_until.get(key, 0), us(row["ts"]) + us(row.get("duration", 0)))
    assert doubled > 0
    assert overlaps == doubled


def test_names_are_looked_up_before_they_are_used_and_again_when_expired(sim_rows: Logs, sim_sessions: Sessions) -> None:
    answers = defaultdict(list)
    for row in sim_rows["dns"]:
        if row["qtype_name"] == "A" and "answers" in row:
            answers[row["id.orig_h"], row["query"]].append(row)
    used = [(row, row["server_name"]) for row in sim_rows["ssl"] if "server_name" in row]
    used += [(row, row["host"]) for row in sim_rows["http"] if not row["host"].replace(".", "").isdigit()]
    assert len(used) > 1000
    for row, name in used:
        start = sim_sessions[row["uid"]]["ts"]
        assert any(
            look["ts"] + look["rtt"] <= start < look["ts"] + look["TTLs"][0] + ASKED_AHEAD_S
            and row["id.resp_h"] in look["answers"]
            for look in answers[row["id.orig_h"], name]
        ), (name, row)


def test_a_source_does_not_ask_again_while_its_answer_lives(sim_rows: Logs) -> None:
    asked_again = 0
    expires: dict[tuple[str, str], float] = {}
    sessions = [row for row in sim_rows["dns"] if row["qtype_name"] == "A" and "answers" in row]
    for row in sorted(sessions, key=lambda row: row["ts"]):
        key = (row["id.orig_h"], row["query"])
        asked_again += row["ts"] < expires.get(key, 0.0) - CLOCK_S
        expires[key] = row["ts"] + row["TTLs"][0]
    # Scenarios have caches of their own: names of the domain controllers may be asked for twice, nothing else.
    assert asked_again <= 0.002 * len(sessions)


def test_the_internal_resolver_forwards_what_is_not_its_own(sim_rows: Logs, sim_labels: Rows, sim_world: Path) -> None:
    hosts = json.loads((sim_world / "world.json").read_text())["hosts"]
    controllers = {host["address"] for host in hosts if host["service"] == "dc"}
    # planted: hosts that ask a server of their own, past the office's resolver
    planted = {dest for label in sim_labels if label["service"] == "dns" for dest in label["dests"]} - controllers
    from_clients = [row for row in sim_rows["dns"] if row["id.orig_h"] not in controllers and row["id.resp_h"] not in planted]
    assert {row["id.resp_h"] for row in from_clients} == controllers
    forwarded = {row["query"] for row in sim_rows["dns"] if row["id.resp_h"] not in controllers}
    asked = {row["query"] for row in from_clients}
    assert not any(name.endswith("corp.example") for name in forwarded)
    assert {name for name in asked if not name.endswith("corp.example")} <= forwarded


def test_certificates_of_ssl_and_x509_are_the_same(sim_rows: Logs) -> None:
    shown = {fingerprint for row in sim_rows["ssl"] for fingerprint in row.get("cert_chain_fps", [])}
    assert shown == {row["fingerprint"] for row in sim_rows["x509"]}
    for row in sim_rows["ssl"]:
        assert "cert_chain_fps" not in row or (row["version"] == "TLSv12" and not row["resumed"]), row


def test_files_and_http_bodies_are_the_same(sim_rows: Logs) -> None:
    carried = {}
    for row in sim_rows["http"]:
        for side, size in (("orig_fuids", "request_body_len"), ("resp_fuids", "response_body_len")):
            assert (side in row) == (row[size] > 0)
            carried.update(dict.fromkeys(row.get(side, []), (row["uid"], row[size])))
    from_http = {row["fuid"]: (row["uid"], row["seen_bytes"]) for row in sim_rows["files"] if row["source"] == "HTTP"}
    assert carried == from_http


def test_http_bodies_fit_into_their_session(sim_rows: Logs, sim_sessions: Sessions) -> None:
    bodies: Counter[tuple[str, str]] = Counter()
    for row in sim_rows["http"]:
        bodies[row["uid"], "orig_bytes"] += row["request_body_len"]
        bodies[row["uid"], "resp_bytes"] += row["response_body_len"]
    assert all(total <= sim_sessions[uid][side] for (uid, side), total in bodies.items())


def test_a_kerberos_ticket_precedes_each_share_session_that_uses_one(sim_rows: Logs, sim_world: Path) -> None:
    hosts = json.loads((sim_world / "world.json").read_text())["hosts"]
    names = {host["address"]: host["name"] for host in hosts}
    controllers = {host["address"] for host in hosts if host["service"] == "dc"}  # their own tickets cross no wire
    granted = defaultdict(list)
    for row in sim_rows["kerberos"]:
        if row.get("request_type") == "TGS":
            granted[row["id.orig_h"], row["service"]].append(row["ts"])
    sessions = [row for row in sim_rows["kerberos"] if row["id.resp_p"] == 445 and row["id.orig_h"] not in controllers]
    assert sessions
    for row in sessions:
        tickets = granted[row["id.orig_h"], f"cifs/{names[row['id.resp_h']]}.corp.example"]
        assert any(0 < row["ts"] - at < TEN_HOURS_S for at in tickets), row


def test_a_logon_precedes_the_first_service_ticket_of_an_account(sim_rows: Logs) -> None:
    logons: dict[tuple[str, str], float] = {}
    for row in sorted((row for row in sim_rows["kerberos"] if "request_type" in row), key=lambda row: row["ts"]):
        key = (row["id.orig_h"], row["client"])
        if row["request_type"] == "AS" and row["success"]:
            logons[key] = row["ts"]
        elif row["request_type"] == "TGS":
            assert key in logons and row["ts"] - logons[key] < TEN_HOURS_S + 60, row


def test_outside_is_outside_and_nothing_points_at_a_real_party(sim_rows: Logs) -> None:
    reserved = [ipaddress.ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15")]
    office = ipaddress.ip_network("10.20.0.0/16")
    for row in sim_rows["conn"]:
        for side, flag in (("id.orig_h", "local_orig"), ("id.resp_h", "local_resp")):
            address = ipaddress.ip_address(row[side])
            assert row[flag] == (address in office)
            assert row[flag] or any(address in net for net in reserved), row
    names = {row["query"] for row in sim_rows["dns"]} | {row["server_name"] for row in sim_rows["ssl"] if "server_name" in row}
    assert all(name.endswith((".example", ".test", ".in-addr.arpa")) for name in names)


def test_a_desktop_is_silent_when_its_user_is_not_there(sim_rows: Logs, sim_world: Path) -> None:
    hosts = json.loads((sim_world / "world.json").read_text())["hosts"]
    desktops = {host["address"] for host in hosts if host["role"] == "desktop"}
    midnight = 1772409600
    hours = [(row["ts"] - midnight) / 3600 for row in sim_rows["conn"] if row["id.orig_h"] in desktops]
    # 08:12 +- 42 min for 9.2 +- 1 h: three standard deviations each way.
    assert min(hours) > 6.0
    assert max(hours) < 22.6
