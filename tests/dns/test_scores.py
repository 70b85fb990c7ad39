"""Entropy, surprise, DGA score, encoding, popularity, and the files of the model."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import math
import zlib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zeekhunt.dns import tables
from zeekhunt.dns.annotate import row, rows
from zeekhunt.dns.dga import logit, score
from zeekhunt.dns.encoding import encoding
from zeekhunt.dns.entropy import entropy
from zeekhunt.dns.entropy_columns import FIELDS
from zeekhunt.dns.names import read
from zeekhunt.dns.popular import known
from zeekhunt.dns.surprise import label_bits, subdomain_bits

MODEL = Path(tables.FOLDER)


def test_the_model_is_the_one_its_checksums_name_and_stays_small() -> None:
    sums = json.loads((MODEL / "SHA256SUMS.json").read_text(encoding="utf-8"))
    for name, expected in sums.items():
        packed = MODEL / f"{name}.z"
        content = zlib.decompress(packed.read_bytes()) if packed.is_file() else (MODEL / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == expected, f"{name}: rebuild with python -m tools.dns_model"
    assert sum(path.stat().st_size for path in MODEL.iterdir()) < 3_000_000
    assert {path.name.removesuffix(".z") for path in MODEL.iterdir()} == {*sums, "SHA256SUMS.json"}


@given(st.text(max_size=80))
def test_entropy_is_that_of_the_textbook(text: str) -> None:
    counts = Counter(text).values()
    naive = -sum(count / len(text) * math.log2(count / len(text)) for count in counts) if text else 0.0
    assert entropy(text) == pytest.approx(naive, abs=1e-9)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-_.", min_size=1, max_size=60))
def test_surprise_is_the_sum_over_the_table(text: str) -> None:
    table = tables.subdomain_table()
    letters = "\0abcdefghijklmnopqrstuvwxyz0123456789-_"
    codes = [0, 0, *(0 if letter == "." else letters.index(letter) for letter in text), 0]
    naive = sum(table[codes[at - 2] * 1600 + codes[at - 1] * 40 + codes[at]] for at in range(2, len(codes))) / 12
    assert subdomain_bits(text) == pytest.approx(naive, abs=1e-9)


def test_random_text_surprises_and_ordinary_text_does_not() -> None:
    assert subdomain_bits("") == label_bits("") == 0.0
    assert subdomain_bits("www") < subdomain_bits("mail.cdn") < subdomain_bits("58390165e6e1fb2aff24b30e286a5e52")
    assert label_bits("google") < 4 < label_bits("xwudtsqydmltvxnohqbu")


def test_popularity_lowers_the_score_and_only_that() -> None:
    assert known("google.com")
    assert not known("xwudtsqydmltvxnohqbu.com")
    assert not known("")
    alone, popular = score("google"), score("google", "google.com")
    assert alone is not None and popular is not None
    assert popular < alone
    assert score("xwudtsqydmltvxnohqbu", "xwudtsqydmltvxnohqbu.com") == score("xwudtsqydmltvxnohqbu")


@given(st.text(max_size=400))
def test_the_score_of_any_label_is_a_share_or_null(label: str) -> None:
    value = score(label)
    assert value is None if not label else value is not None and 0 <= value <= 1


@pytest.mark.parametrize(
    ("subdomain", "expected"),
    [
        pytest.param("58390165e6e1fb2aff24b30e286a5e526e.www", "hex", id="dnscat2"),
        pytest.param("deadbeefdeadbeefabcdabcdabcdabcd", "", id="hexadecimal-letters-without-a-digit"),
        pytest.param("58390165e6e1fb2aff24b30e286a5e526", "", id="odd-length"),
        pytest.param("q+z99x4ncaactah93qpnsd3p+kxsdn2hb3nvv5", "base64", id="dns2tcp"),
        pytest.param("q\xbe\xfe.www", "raw", id="iodine-base128"),
        pytest.param("mfzwizlomnqw4zdpnvqxg2lomvzxizlsmvzxk3lj", "base32", id="sliver"),
        pytest.param("0-1.id-44.down", "counter", id="ozymandns"),
        pytest.param("www", "", id="word"),
        pytest.param("microsoft-edge-update-service-prod", "", id="words"),
        pytest.param("", "", id="none"),
    ],
)
def test_encodings(subdomain: str, expected: str) -> None:
    assert encoding(subdomain, subdomain_bits(subdomain)) == expected


def test_a_text_of_any_length_is_answered() -> None:
    (cells,) = rows(["a1" * 5_000 + ".example.com"], [""])
    assert dict(zip(FIELDS, cells))["malformed"] == "1"


def test_every_row_has_every_field_and_order_does_not_matter() -> None:
    names = ["www.google.com", "", "wpad", "co.uk", "x.evil.ddns.net", "q\\xbe.example.com", "_dmarc.example.com"]
    forwards, backwards = rows(names, [""] * 7), rows(names[::-1], [""] * 7)
    assert forwards == backwards[::-1]
    assert {len(cells) for cells in forwards} == {len(FIELDS)}


@pytest.mark.parametrize("query", ["", "-", "4.3.2.1.in-addr.arpa", "x.local", "co.uk", "10.0.0.1", "*\\x00\\x00"])
def test_what_is_no_name_to_score_has_no_scores(query: str) -> None:
    cells = dict(zip(FIELDS, row(query)))
    assert not any(cells[field] for field in ("domain", "entropy", "score", "bits", "encoding", "known"))


@pytest.mark.parametrize("query", ["xn--bcher-kva.example", "2.0.0.127.zen.spamhaus.org", "wpad"])
def test_some_classes_have_entropy_but_no_dga_score(query: str) -> None:
    cells = dict(zip(FIELDS, row(query)))
    assert cells["entropy"] and not cells["score"]


@given(st.text(max_size=120))
def test_a_row_is_printable_but_for_the_decoded_name(query: str) -> None:
    cells = dict(zip(FIELDS, row(query)))
    shown = [text for field, text in cells.items() if field != "unicode"]
    assert all(text.isascii() and text.isprintable() for text in shown)


def test_shown_families_lie_above_ordinary_names(shared_data: Path) -> None:
    with gzip.open(shared_data / "dns" / "benign_names.txt.gz", "rt", encoding="utf-8") as text:
        benign = {read(line.strip()).label for line in text}
    ordinary = sorted(value for value in map(logit, benign) if value is not None)
    median = ordinary[len(ordinary) // 2]
    families: dict[str, list[float]] = {}
    with gzip.open(shared_data / "dns" / "dga_families.csv.gz", "rt", encoding="utf-8") as text:
        for record in csv.DictReader(text):
            families.setdefault(record["family"], []).append(logit(read(record["domain"]).label) or 0.0)
    assert len(families) == 24
    below = [family for family, values in families.items() if sorted(values)[len(values) // 2] <= median]
    assert below == []
