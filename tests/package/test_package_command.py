"""The command out of the unpacked package, on a Python that has neither numpy nor any other site package."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tools import vendor
from tools.graph_view import BundleMissing
from tools.package import Build, build

EVENTS = b"_time,src,dest,conn_state\r\n1700000000,10.0.0.1,203.0.113.7,SF\r\n1700000060,10.0.0.1,203.0.113.7,SF\r\n"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("apps")
    try:
        spl = build(Build(out=folder / "dist")).path
    except vendor.VendorError as error:
        pytest.skip(f"splunk-sdk is not in build/vendor and cannot be fetched: {error}")
    except BundleMissing as error:
        pytest.skip(f"the graph visualization cannot be built: {error}")
    with tarfile.open(spl) as tar:
        for member in tar.getmembers():
            handle = tar.extractfile(member)
            if handle is not None:
                (folder / member.name).parent.mkdir(parents=True, exist_ok=True)
                (folder / member.name).write_bytes(handle.read())
    return folder / "zeek_hunting"


def message(metadata: dict[str, Any], body: bytes = b"") -> bytes:
    text = json.dumps(metadata).encode()
    return b"chunked 1.0,%d,%d\n%s%s" % (len(text), len(body), text, body)


def getinfo(folder: Path, sid: str, *args: str) -> dict[str, Any]:
    searchinfo = {"args": list(args), "raw_args": list(args), "dispatch_dir": str(folder), "sid": sid, "app": "zeek_hunting"}
    searchinfo.update(owner="o", username="u", session_key="k", splunkd_uri="https://127.0.0.1:8089", splunk_version="10.2.3")
    searchinfo.update(search="%7Czeekbeacon", command="zeekbeacon", maxresultrows=50000, earliest_time="0", latest_time="0")
    return {"action": "getinfo", "preview": False, "streaming_command_will_restart": False, "searchinfo": searchinfo}


def run(app: Path, *requests: bytes) -> tuple[list[dict[str, Any]], subprocess.CompletedProcess[bytes]]:
    """All requests at once, the metadata of all replies. -S hides site packages, among them numpy and the SDK of the tests."""
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-S", "-E", "-s", str(app / "bin" / "zeekbeacon.py")]
    done = subprocess.run(command, input=b"".join(requests), capture_output=True, timeout=60, env=environment)
    replies, rest = [], done.stdout
    while rest:
        header = re.match(rb"chunked 1\.0,(\d+),(\d+)\n", rest)
        assert header is not None, f"no protocol: {rest[:200]!r}; stderr: {done.stderr[-2000:]!r}"
        start, metadata_b, body_b = header.end(), int(header.group(1)), int(header.group(2))
        assert len(rest) >= start + metadata_b + body_b, "the last reply is cut short"
        replies.append(json.loads(rest[start : start + metadata_b]))
        rest = rest[start + metadata_b + body_b :]
    return replies, done


def test_this_python_really_has_no_site_packages() -> None:
    code = "import importlib.util as u; print(u.find_spec('numpy'), u.find_spec('splunklib'))"
    done = subprocess.run([sys.executable, "-S", "-E", "-s", "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "None None"


@pytest.mark.parametrize("sid", ["", "searchparsetmp_1", "1700000000.1"], ids=["no-sid", "parse-time", "real"])
def test_getinfo_is_answered_without_numpy(unpacked: Path, tmp_path: Path, sid: str) -> None:
    replies, done = run(unpacked, message(getinfo(tmp_path, sid)))
    assert len(replies) == 1, done.stderr
    assert replies[0]["type"] == "reporting"
    assert "error" not in replies[0]
    assert replies[0]["streaming_preop"].startswith("zeekbeacon phase=map")


def test_the_map_half_works_without_numpy(unpacked: Path, tmp_path: Path) -> None:
    asked = message(getinfo(tmp_path, "1700000000.1", "phase=map"))
    replies, done = run(unpacked, asked, message({"action": "execute", "finished": True}, EVENTS))
    assert [reply.get("error") for reply in replies] == [None, None], done.stderr
    assert replies[0]["type"] == "streaming"
    assert b"203.0.113.7" in done.stdout
    assert done.returncode == 0


def test_the_merge_half_without_numpy_says_what_to_install(unpacked: Path, tmp_path: Path) -> None:
    asked = message(getinfo(tmp_path, "1700000000.1"))
    replies, done = run(unpacked, asked, message({"action": "execute", "finished": True}, EVENTS))
    said = replies[-1].get("error", "")
    assert "numpy" in said, done.stderr
    assert "Python for Scientific Computing" in said
    assert replies[-1]["finished"] is True
    assert b"Traceback" not in done.stdout


def test_the_library_comes_from_the_package_alone(unpacked: Path) -> None:
    code = "import sys; sys.path[:0] = sys.argv[1:]; import splunklib.searchcommands as s; print(s.__file__)"
    command = [sys.executable, "-S", "-E", "-s", "-B", "-c", code, str(unpacked / "bin" / "lib")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith(str(unpacked)), done.stderr
