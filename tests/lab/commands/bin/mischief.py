"""Speaks the protocol by hand and breaks it as the first argument says; the second says at which request (0: getinfo)."""

import json
import os
import re
import signal
import sys

SAID = [["WARN", "careful"], ["FATAL", "mischief: cannot go on"]]
OUT = sys.stdout.buffer


def read():
    header = sys.stdin.buffer.readline()
    if not header:
        sys.exit(0)
    metadata_b, body_b = map(int, re.match(rb"chunked 1\.0,(\d+),(\d+)\n", header).groups())
    metadata = json.loads(sys.stdin.buffer.read(metadata_b))
    return metadata, sys.stdin.buffer.read(body_b)


def write(metadata, body=b"", body_b=None):
    text = json.dumps(metadata).encode()
    OUT.write(b"chunked 1.0,%d,%d\n" % (len(text), len(body) if body_b is None else body_b))
    OUT.write(text + body)
    OUT.flush()


def misbehave(act, finished, body):
    if act == "garbage":
        OUT.write(b"Traceback? No: a stray \x1b[31mprint" + b"!" * 500)
    elif act == "print":
        OUT.write(b"hello\n")
    elif act == "cut":
        write({"finished": finished}, b"a,b\r\n1", 2000)
        sys.exit(0)
    elif act == "none":
        write({"finished": finished})
    elif act == "cutheader":
        OUT.write(b"chunked 1.0,")
    elif act == "cutmetadata":
        OUT.write(b"chunked 1.0,50,0\n{")
    elif act == "exit":
        sys.stderr.write("disk full\n")
        sys.exit(3)
    elif act == "silent":
        sys.exit(0)
    elif act == "hang":
        sys.stderr.write("thinking\n")
        sys.stderr.flush()
        signal.pause()
    elif act == "huge":
        OUT.write(b"chunked 1.0,20,99999999999\n")
    elif act == "json":
        OUT.write(b"chunked 1.0,9,0\n{finished")
    elif act == "array":
        OUT.write(b"chunked 1.0,2,0\n[]")
    elif act == "index":
        write({"finished": finished}, b"_chunked_idx,x\r\n77,1\r\n")
    elif act == "ragged":
        write({"finished": finished}, b"a,b\r\n1\r\n")
    elif act == "twin":
        write({"finished": finished}, b"a,__mv_a\r\n1,$1\r\n")
    elif act == "duplicate":
        write({"finished": finished}, b"a,a\r\n1,2\r\n")
    elif act == "latin":
        write({"finished": finished}, b"a\r\n\xff\r\n")
    elif act == "level":
        write({"finished": finished, "inspector": {"messages": [["LOUD", "x"]]}})
    elif act == "type":
        write({"type": "eventing"})
    elif act == "fields":
        write({"type": "streaming", "required_fields": "n"})
    elif act == "error":
        write({"finished": True, "error": "mischief: no"})
    elif act == "fatal":
        write({"finished": finished, "inspector": {"messages": SAID}})
    elif act == "flood":
        sys.stderr.write("x" * 300_000 + "the end\n")
        write({"finished": finished, "inspector": {"metric.mischief": [0.5, 1, 2, 3]}}, body)
    elif act == "early":
        write({"finished": True}, b"a\r\nenough\r\n")
        sys.exit(0)
    elif act == "twoanswers":
        write({"finished": finished})
        write({"finished": finished})
    elif act == "code":
        write({"finished": finished})
        sys.exit(4)
    elif act == "echo":
        write(
            {"finished": finished, "inspector": {"messages": [["INFO", json.dumps([body.decode(), os.environ.get("SAY")])]]}},
            body,
        )
    OUT.flush()
    if act in ("cutheader", "cutmetadata", "huge", "json", "garbage"):
        sys.exit(0)


metadata, _ = read()
searchinfo = metadata["searchinfo"]
arguments = dict(zip(("act", "at", "type", "fields"), searchinfo["args"]))
act, at = arguments.get("act", "none"), int(arguments.get("at", 1))
if at == 0:
    misbehave(act, False, b"")
else:
    fields = arguments.get("fields", "*")
    say = {"messages": [["INFO", json.dumps(metadata)]]}
    write({"type": arguments.get("type", "reporting"), "required_fields": fields.split(",") if fields else [], "inspector": say})
request = 0
while True:
    metadata, body = read()
    request += 1
    if request >= at or act == "echo":
        misbehave(act, metadata["finished"], body)
    else:
        write({"finished": metadata["finished"]})
