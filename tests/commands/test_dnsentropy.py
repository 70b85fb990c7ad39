"""| dnsentropy as splunkd runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from zeekhunt.dns.annotate import row
from zeekhunt.dns.entropy_columns import FIELDS

from lab.driver import CommandFailed, Invocation, Rows, RunOptions, run


def annotated(repo: Path, columns: dict[str, list[str]], *args: str, **options: int) -> list[dict[str, str]]:
    return run(Invocation(repo / "zeek_hunting", "dnsentropy", args), Rows.of(columns), RunOptions(**options)).rows.records()


def test_every_event_stays_and_gets_the_fields(repo: Path) -> None:
    queries = ["www.google.com", "", "x.evil.ddns.net", "printer"]
    found = annotated(repo, {"query": queries, "uid": ["a", "b", "c", "d"], "qtype_name": ["A", "", "A", "NB"]})
    assert [record["uid"] for record in found] == ["a", "b", "c", "d"]
    assert [record["dns_class"] for record in found] == ["normal", "empty", "normal", "netbios"]
    assert [record.get("dns_domain", "") for record in found] == ["google.com", "", "evil.ddns.net", ""]


def test_another_field_and_prefix(repo: Path) -> None:
    (found,) = annotated(repo, {"server_name": ["www.google.com"]}, "field=server_name", "prefix=sni_")
    assert found["sni_domain"] == "google.com"
    assert "dns_domain" not in found


def test_a_field_that_no_event_has_gives_empty_names(repo: Path) -> None:
    (found,) = annotated(repo, {"uid": ["a"]})
    assert (found["uid"], found["dns_class"]) == ("a", "empty")


@pytest.mark.parametrize("argument", ["field=1query", "prefix=a,b", "field=" + "x" * 65])
def test_what_is_no_field_name_is_refused(repo: Path, argument: str) -> None:
    with pytest.raises(CommandFailed, match="must be a field name such as query or dns_"):
        annotated(repo, {"query": ["a"]}, argument)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=20), min_size=1, max_size=8), st.integers(1, 4), st.integers(1, 2))
def test_any_text_any_chunking_and_any_split_give_the_row_of_the_library(
    repo: Path, queries: list[str], chunk_rows: int, indexers: int
) -> None:
    queries = [query.encode("utf-8", "replace").decode("utf-8") for query in queries]
    columns = {"query": queries, "uid": [str(at) for at in range(len(queries))]}
    found = annotated(repo, columns, chunk_rows=chunk_rows, indexers=indexers)
    at = FIELDS.index("domain")
    got = sorted((record["uid"], record["dns_class"], record.get("dns_domain", "")) for record in found)
    wire = [query.encode().decode("latin-1") for query in queries]
    assert got == sorted((str(uid), row(query)[FIELDS.index("class")], row(query)[at]) for uid, query in enumerate(wire))
