"""One process against the driver: hostile, broken, slow and silent ones end in a sentence, never in a wait without end."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

import pytest

from lab.driver import (
    PROBE_SIDS,
    BrokenReply,
    CommandFailed,
    CommandProcess,
    ConfError,
    Invocation,
    Limits,
    NotACommand,
    ReplyBuffer,
    ReplyTimeout,
    SearchInfo,
    read_conf,
    split_arguments,
)

APP = Path(__file__).parent / "commands"


def mischief(*args: str, **settings) -> CommandProcess:
    return CommandProcess(Invocation(APP, "mischief", args, **settings))


def fail(process: CommandProcess) -> CommandFailed:
    with pytest.raises(CommandFailed) as caught:
        process.getinfo()
        process.execute(b"n\r\n1\r\n", False)
        process.execute(b"", True)
        process.close()
    assert process.exit_code is not None, "the process must not outlive its failure"
    return caught.value


@pytest.mark.parametrize(
    ("act", "kind", "says"),
    [
        pytest.param("garbage", BrokenReply, r"found 'Traceback? No: a stray \x1b[31mprint!!", id="garbage-is-shown"),
        pytest.param("print", BrokenReply, r"found 'hello\n'", id="a-stray-print"),
        pytest.param("cut", BrokenReply, "6 of 2,000 bytes of the reply's body arrived", id="cut-in-the-body"),
        pytest.param("cutheader", BrokenReply, "only 'chunked 1.0,' of the reply's first line", id="cut-in-the-header"),
        pytest.param("cutmetadata", BrokenReply, "1 of 50 bytes of the reply's metadata", id="cut-in-the-metadata"),
        pytest.param("silent", BrokenReply, "exited unexpectedly with code 0", id="ends-without-a-word"),
        pytest.param("exit", CommandFailed, "exited unexpectedly with code 3", id="ends-with-a-code"),
        pytest.param("huge", BrokenReply, "announced a reply of 100,000,000,019 bytes", id="announces-more-than-allowed"),
        pytest.param("json", BrokenReply, "metadata is not JSON", id="broken-json"),
        pytest.param("array", BrokenReply, "metadata is not a JSON object", id="json-array"),
        pytest.param("level", BrokenReply, "message must be [LEVEL, text]", id="unknown-message-level"),
        pytest.param("error", CommandFailed, "mischief: no", id="error-key"),
        pytest.param("fatal", CommandFailed, "mischief: cannot go on", id="fatal-message"),
        pytest.param("twoanswers", BrokenReply, "follow the last reply", id="two-answers-to-one-request"),
        pytest.param("code", CommandFailed, "exited unexpectedly with code 4", id="code-after-the-last-answer"),
    ],
)
def test_a_command_that_breaks_the_protocol_fails_with_a_sentence(act, kind, says):
    process = mischief(act, "2")
    error = fail(process)
    assert type(error) is kind
    assert says in error.text
    assert error.text.startswith("mischief")


@pytest.mark.parametrize(
    ("act", "says"),
    [
        pytest.param("type", "type 'eventing'; Splunk knows streaming", id="rejected-type"),
        pytest.param("fields", "required_fields 'n'; Splunk wants a list", id="required-fields-no-list"),
        pytest.param("garbage", "expected a reply that starts with 'chunked 1.0,'", id="garbage"),
        pytest.param("error", "mischief: no", id="error"),
        pytest.param("exit", "code 3 at getinfo", id="exit"),
    ],
)
def test_getinfo_is_checked(act, says):
    assert says in fail(mischief(act, "0")).text


def test_stderr_comes_with_the_failure():
    assert fail(mischief("exit", "1")).stderr == "disk full\n"


@pytest.mark.parametrize("at", ["0", "1"], ids=["getinfo", "execute"])
def test_a_command_that_hangs_is_ended_and_told_so(at):
    error = fail(mischief("hang", at, limits=Limits(reply_s=0.3)))
    assert type(error) is ReplyTimeout
    assert "within 0.3 s (nothing of the reply arrived)" in error.text
    assert error.stderr == "thinking\n"


def test_messages_before_a_failure_are_kept():
    error = fail(mischief("fatal", "1"))
    assert [message.text for message in error.messages if message.level == "WARN"] == ["careful"]


def test_stderr_is_bounded_and_a_full_pipe_does_not_stop_the_exchange():
    with mischief("flood", "1", limits=Limits(max_stderr_b=1000)) as process:
        process.getinfo()
        assert process.execute(b"n\r\n1\r\n", True).body == b"n\r\n1\r\n"
        process.close()
        assert process.stderr.endswith("xthe end\n")
        assert len(process.stderr) == 1000
        assert process.stderr_dropped_b == 300_000 + 8 - 1000
        assert process.metrics == {"mischief": [0.5, 1, 2, 3]}


def test_a_body_larger_than_every_pipe_passes():
    body = b"n\r\n" + b"123456789\r\n" * 500_000
    with mischief("flood", "1") as process:
        process.getinfo()
        assert process.execute(body, True).body == body


def test_getinfo_carries_every_key_of_the_captured_traffic():
    search = SearchInfo(text='search index=zeek | mischief "a b"', earliest_time="100", latest_time="200.5")
    with CommandProcess(Invocation(APP, "mischief", ("none", "1", "streaming", "n", '"a b"', 'x="y \\" z"'), search)) as process:
        process.getinfo()
        sent = json.loads(process.messages[0].text)
        assert Path(sent["searchinfo"].pop("dispatch_dir")) == process.dispatch_dir
    assert not process.dispatch_dir.exists()
    assert unquote(sent["searchinfo"].pop("search")) == search.text
    assert sent == {
        "action": "getinfo",
        "preview": False,
        "streaming_command_will_restart": False,
        "searchinfo": {
            "args": ["none", "1", "streaming", "n", "a b", 'x=y " z'],
            "raw_args": ["none", "1", "streaming", "n", '"a b"', 'x="y \\" z"'],
            "sid": "1700000000.1",
            "app": "commands",
            "owner": "admin",
            "username": "admin",
            "session_key": "lab-has-no-session",
            "splunkd_uri": "https://127.0.0.1:8089",
            "splunk_version": "10.2.3",
            "command": "mischief",
            "maxresultrows": 50000,
            "earliest_time": "100",
            "latest_time": "200.5",
        },
    }


@pytest.mark.parametrize("sid", PROBE_SIDS, ids=repr)
def test_parse_time_probes_carry_the_sid_they_are_known_by(sid):
    with mischief("none", search=SearchInfo(sid=sid), preview=True) as process:
        process.getinfo()
        sent = json.loads(process.messages[0].text)
    assert sent["searchinfo"].get("sid") == sid
    assert ("sid" in sent["searchinfo"]) == (sid is not None)
    assert sent["preview"] is True


def test_on_an_indexer_the_search_is_the_remote_form():
    search = Invocation(APP, "mischief", search=SearchInfo("search index=zeek", sid="1.2"), remote=True).getinfo(Path("x"))[
        "searchinfo"
    ]
    assert (search["sid"], search["search"]) == ("remote_lab_1.2", "litsearch%20index%3Dzeek")


def test_the_callers_python_variables_stay_with_the_caller(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    environment = Invocation(APP, "mischief", environment={"SPLUNK_HOME": "/opt/splunk"}).process_environment()
    assert "PYTHONPATH" not in environment
    assert environment["SPLUNK_HOME"] == "/opt/splunk"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        pytest.param("nosuch", "Unknown search command 'nosuch'", id="unknown"),
        pytest.param("lost", "absent.py", id="script-missing"),
        pytest.param("oldstyle", "not chunked", id="protocol-1"),
    ],
)
def test_what_is_no_command_is_refused(name, says):
    with pytest.raises(NotACommand, match=says):
        CommandProcess(Invocation(APP, name))


def test_a_missing_interpreter_is_named():
    with pytest.raises(CommandFailed, match="cannot start /nowhere/python"):
        CommandProcess(Invocation(APP, "mischief", python="/nowhere/python"))


def test_a_used_up_process_says_so():
    process = mischief("none")
    process.kill()
    with pytest.raises(CommandFailed, match="has ended already"):
        process.getinfo()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", ()),
        ("a  b", ("a", "b")),
        ('f="a b" c', ('f="a b"', "c")),
        (r'f="a \" b" c', (r'f="a \" b"', "c")),
        ('"a | b"', ('"a | b"',)),
        ('f="open', ('f="open',)),
    ],
)
def test_arguments_are_split_at_blanks_outside_quotes(text, tokens):
    assert split_arguments(text) == tokens


@pytest.mark.parametrize("cut", range(0, 41, 4))
def test_a_reply_may_arrive_in_any_pieces(cut):
    data = b'chunked 1.0, 17 , 5 \n{"finished":true}12345'
    buffer = ReplyBuffer(1000)
    buffer.feed(data[:cut])
    assert buffer.take() is None
    buffer.feed(data[cut:])
    reply = buffer.take()
    assert reply is not None
    assert (reply.metadata, reply.body, buffer.waiting_b) == ({"finished": True}, b"12345", 0)


def test_conf_files_are_read_with_continued_lines_and_comments(tmp_path):
    path = tmp_path / "x.conf"
    path.write_text("\ufeff# no\na = 1\n[s t]\r\nb = x=y\\\n | z\nc=\n", encoding="utf-8")
    assert read_conf(path) == {"default": {"a": "1"}, "s t": {"b": "x=y\n | z", "c": ""}}


@pytest.mark.parametrize(("text", "says"), [("[s\n", ":1: a stanza header"), ("\nnonsense\n", ":2: neither")])
def test_a_broken_conf_file_is_refused_with_its_line(tmp_path, text, says):
    path = tmp_path / "x.conf"
    path.write_text(text)
    with pytest.raises(ConfError, match=says):
        read_conf(path)
