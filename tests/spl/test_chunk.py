"""Framing of SCPv2 messages."""

from __future__ import annotations

import io

import pytest
from zeekhunt.spl.chunk import Chunk, ChunkError, read_chunk, write_chunk


def test_a_written_message_reads_back_and_lengths_are_bytes() -> None:
    stream = io.BytesIO()
    write_chunk(stream, {"finished": True, "text": "ä"}, "ü,€".encode())
    stream.seek(0)
    assert read_chunk(stream) == Chunk({"finished": True, "text": "ä"}, "ü,€".encode())
    assert read_chunk(stream) is None


def test_spaces_in_the_header_are_accepted_as_the_sdk_does() -> None:
    assert read_chunk(io.BytesIO(b"chunked 1.0 , 2 , 3\n{}abc")) == Chunk({}, b"abc")


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        pytest.param(b"hello\n", "expected a header", id="not-a-header"),
        pytest.param(b"chunked 1.0,5,0\n{}", "metadata has 2 of 5 bytes", id="cut-in-metadata"),
        pytest.param(b"chunked 1.0,2,10\n{}abc", "body has 3 of 10 bytes", id="cut-in-body"),
        pytest.param(b"chunked 1.0,2,10\n{}", "body has 0 of 10 bytes", id="cut-before-body"),
        pytest.param(b"chunked 1.0,3,0\n{a}", "not JSON", id="metadata-not-json"),
        pytest.param(b"chunked 1.0,2,0\n[]", "JSON object", id="metadata-not-an-object"),
        pytest.param(b"chunked 1.0,99999999999,0\n", "over the limit", id="absurd-length"),
        pytest.param(b"x" * 1000, "expected a header", id="endless-header"),
    ],
)
def test_a_broken_stream_is_an_error_that_says_what_is_missing(stream: bytes, words: str) -> None:
    with pytest.raises(ChunkError, match=words):
        read_chunk(io.BytesIO(stream))
