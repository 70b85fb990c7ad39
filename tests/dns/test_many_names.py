"""Many names at once: column by column they get what each would get alone, and what is remembered is bounded."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zeekhunt.dns import dga, ngrams, popular, tables, tunnel_name
from zeekhunt.dns.annotate import Tails, row, rows
from zeekhunt.dns.classes import by_transport
from zeekhunt.dns.entropy import entropies, entropy
from zeekhunt.dns.memory import Memory, up_to
from zeekhunt.dns.names import parse
from zeekhunt.dns.ordinary import ordinary
from zeekhunt.dns.surprise import label_bits, subdomain_bits, subdomain_bits_of
from zeekhunt.dns.transport import kinds
from zeekhunt.spl.encode import encode_cell, encode_tail

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"
label = st.text(LETTERS, min_size=1, max_size=20) | st.sampled_from(
    ["www", "1", "a", "xn--bcher-kva", "x" * 63, "x" * 64, "_dmarc"]
)
top = st.sampled_from([
    "com", "net", "co.uk", "uk", "ck", "www.ck", "kawasaki.jp", "city.kawasaki.jp", "ddns.net", "github.io", "windows.net",
    "blob.core.windows.net", "s3.amazonaws.com", "local", "arpa", "in-addr.arpa", "example", "lan", "bazar", "12", "com.", "COM",
])  # fmt: skip
written = st.builds(lambda labels, end: ".".join([*labels, end]), st.lists(label, max_size=7), top)
# what no resolver would send, and every odd place a dot can stand in
hostile = st.text(max_size=40) | st.text(alphabet="aX.-_0\\x\0:\n\xe9é€", max_size=20)
queries = st.lists(written | hostile, max_size=12)


@settings(max_examples=200, deadline=None)
@given(queries)
def test_rows_together_are_the_rows_one_by_one(names: list[str]) -> None:
    assert rows(names, [""] * len(names)) == [row(name) for name in names]


TAILS = Tails(encode_tail)
ways = st.tuples(
    st.sampled_from(["", "A", "NB", "nbstat", "32"]),
    st.sampled_from(["", "53", "137", "5355"]),
    st.sampled_from(["", "224.0.0.251"]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(written | hostile, ways), max_size=12))
def test_remembered_tails_are_the_cells_of_each_row_encoded_one_by_one(asked: list[tuple[str, tuple[str, str, str]]]) -> None:
    names, columns = [name for name, _ in asked], dict(zip(("qtype_name", "dest_port", "dest"), zip(*(way for _, way in asked))))
    how = kinds(lambda field: list(columns[field]) if field in columns else None, len(names))
    assert how == [by_transport(*way) for _, way in asked]
    expected = [",".join(map(encode_cell, row(name, kind))) for name, kind in zip(names, how)]
    assert TAILS.of(names, how) == expected
    assert TAILS.of(names, how) == expected, "what is remembered is the same"


@settings(max_examples=200, deadline=None)
@given(queries)
def test_what_is_ordinary_is_read_as_any_name_is_and_the_rest_is_named(names: list[str]) -> None:
    found, others = ordinary(names)
    together = [text for text, *_ in found]
    for at in others:
        together.insert(at, names[at])
    assert together == names
    for text, domain, suffix, subdomain, cloud, dots in found:
        name = parse(text)
        assert (name.kind, name.domain, name.suffix, name.subdomain) == ("normal", domain, suffix, subdomain)
        assert (name.cloud, name.malformed, name.labels, name.length) == (cloud == "1", False, dots + 1, len(text))


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("www.google.com", id="one-label-suffix"),
        pytest.param("a.b.example.co.uk", id="two-label-suffix"),
        pytest.param("x.evil.ddns.net", id="dynamic-zone"),
        pytest.param("cp1.blob.core.windows.net", id="cloud"),
        pytest.param("aa.b.c.d.e.f.example.com", id="many-labels"),
        pytest.param("x" * 63 + ".com", id="longest-label"),
    ],
)
def test_ordinary_names_go_the_fast_way(query: str) -> None:
    assert ordinary([query])[1] == []


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("", id="empty"),
        pytest.param("wpad", id="single"),
        pytest.param("a..com", id="empty-label"),
        pytest.param(".a.com", id="leading-dot"),
        pytest.param("a.com.", id="trailing-dot"),
        pytest.param("x" * 64 + ".com", id="long-label"),
        pytest.param(".".join(["x" * 60] * 5) + ".com", id="long-name"),
        pytest.param("A.com", id="upper-case"),
        pytest.param("a\n.com", id="newline"),
        pytest.param("2.0.0.127.zen.spamhaus.org", id="block-list"),
        pytest.param(".".join("0123456789abcdef" * 2) + ".zen.spamhaus.org", id="block-list-v6"),
        pytest.param("xn--bcher-kva.com", id="punycode"),
        pytest.param("_dmarc.example.com", id="service"),
        pytest.param("10.0.0.1", id="address"),
        pytest.param("nas.local", id="local"),
        pytest.param("co.uk", id="suffix"),
    ],
)
def test_one_odd_name_goes_the_slow_way_and_its_neighbours_are_right(query: str) -> None:
    names = ["www.google.com", query, "mail.example.co.uk"]
    assert ordinary([query]) == ([], [0])
    assert rows(names, [""] * 3) == [row(name) for name in names]


@given(st.lists(st.text(LETTERS + ".", max_size=70).map(lambda text: ".".join(filter(None, text.split("."))))))
def test_bits_together_are_the_bits_one_by_one(texts: list[str]) -> None:
    assert subdomain_bits_of(texts) == list(map(subdomain_bits, texts))


@given(st.lists(st.text(max_size=30)))
def test_bits_of_texts_with_boundaries_anywhere(texts: list[str]) -> None:
    assert subdomain_bits_of(texts) == list(map(subdomain_bits, texts))


@given(st.lists(st.text(LETTERS, min_size=1, max_size=63)))
def test_sums_over_the_label_table(labels: list[str]) -> None:
    found = ngrams.sums(labels, ngrams.of_labels())
    assert [cells / (12 * (len(text) + 1)) for cells, text in zip(found, labels)] == list(map(label_bits, labels))


def test_sums_of_more_than_one_pass_are_the_same() -> None:
    texts = [f"label-{number:06d}" for number in range(3 * ngrams.AT_ONCE // 12)]
    assert ngrams.sums(texts, ngrams.of_labels()) == [ngrams.sums([text], ngrams.of_labels())[0] for text in texts]


@given(st.lists(st.text(LETTERS, min_size=1, max_size=63).map(lambda text: text + ".com"), min_size=1))
def test_popularity_of_many_is_that_of_the_filters_own_places(domains: list[str]) -> None:
    bits = tables.popular_bits()
    naive = [all(bits[at >> 3] >> (at & 7) & 1 for at in popular.probes(domain, 8 * len(bits))) for domain in domains]
    assert popular.known_of(domains) == naive == list(map(popular.known, domains))


@given(st.lists(st.tuples(st.text(LETTERS, min_size=1, max_size=63), st.booleans())))
def test_scores_written_together_are_the_scores(pairs: list[tuple[str, bool]]) -> None:
    together = dga.written([text for text, _ in pairs], [known for _, known in pairs])
    assert together == [f"{dga.weighed(text, known):.4f}" for text, known in pairs]


@given(st.lists(st.text(max_size=80)))
def test_entropies_are_the_entropy_of_each(texts: list[str]) -> None:
    assert entropies(texts) == list(map(entropy, texts))


@given(st.lists(written | hostile.filter(lambda text: max(text, default="") <= "\xff"), max_size=8))
def test_items_made_together_are_those_made_one_by_one(names: list[str]) -> None:
    asked = [(name, "A", "53", "10.0.0.2") for name in names]
    assert tunnel_name.look_at_all(asked) == [tunnel_name.look_at(*each) for each in asked]
    subdomains = [parse(name).subdomain for name in names if parse(name).subdomain]
    assert tunnel_name.items_of(subdomains) == [tunnel_name.items_of([subdomain])[0] for subdomain in subdomains]


def test_an_answer_is_asked_for_once_and_forgotten_in_the_order_it_came() -> None:
    asked: list[list[str]] = []

    def answered(texts: Sequence[str]) -> list[str]:
        asked.append(list(texts))
        return [text.upper() for text in texts]

    memory = Memory(answered, 4, up_to(3))
    assert memory.of(["a", "b", "a"]) == ["A", "B", "A"]
    assert memory.of(["b", "c", "d"]) == ["B", "C", "D"]
    assert memory.of(["e", "a"]) == ["E", "A"], "a was there when it was asked for"
    assert len(memory) == 3, "c and d are the older half, and e the newer"
    assert memory.of(["a"]) == ["A"], "it went when e began a new half"
    assert asked == [["a", "b"], ["c", "d"], ["e"], ["a"]]


@given(st.lists(st.lists(st.text("ab", max_size=5), min_size=1, max_size=9), max_size=9))
def test_memory_never_holds_more_than_it_may_nor_what_is_too_long(calls: list[list[str]]) -> None:
    memory = Memory(lambda texts: [(text,) for text in texts], 6, up_to(3))
    for texts in calls:
        assert memory.of(texts) == [(text,) for text in texts]
        assert len(memory) <= 6


def test_what_is_too_long_is_answered_and_not_remembered() -> None:
    memory = Memory(lambda texts: [text.upper() for text in texts], 6, up_to(3))
    assert memory.of(["long!", "ab"]) == ["LONG!", "AB"]
    assert len(memory) == 1


def test_real_names_and_tunnels_together_are_what_they_are_one_by_one(shared_data: Path) -> None:
    with gzip.open(shared_data / "dns" / "benign_names.txt.gz", "rt", encoding="utf-8") as text:
        names = [line.strip() for line in text][:2_000]
    for path in sorted((shared_data / "dns").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as text:
            names += [str(json.loads(line).get("query", "")) for line, _ in zip(text, range(300))]
    assert rows(names, [""] * len(names)) == [row(name) for name in names]
