"""The one speaker of Splunk's Search Command Protocol v2: starts a custom command as splunkd does and talks to it.

The lab, the tests and the benchmarks all use it. It never imports the app: a command is known only through its process.

    run(Invocation(app, "zeekbeacon", split_arguments("min_events=5")), rows, RunOptions(indexers=4)) -> RunResult

``CommandRun`` is the same in two steps for callers that first want to know which fields the command asks for;
``CommandProcess`` is one process, request by request. What splunkd sends is taken from captured traffic
(NDietrich/Splunk-CustomSearchProtocol-v2); the documentation is silent on most of it.
"""

from __future__ import annotations

from lab.driver.body import allow_wide_cells, decode_body, encode_body
from lab.driver.conf import ConfError, app_conf, read_conf
from lab.driver.failure import BrokenReply, CommandFailed, Message, NotACommand, ReplyTimeout
from lab.driver.invocation import PROBE_SIDS, Invocation, Limits, SearchInfo, app_commands, split_arguments
from lab.driver.process import CommandInfo, CommandProcess
from lab.driver.report import ProcessReport, RunResult
from lab.driver.rows import Cell, Rows, newest_first
from lab.driver.run import CommandRun, run
from lab.driver.sending import EMPTY_BODY, HEADER_ONLY, WITH_ROWS, RunOptions
from lab.driver.wire import Reply, ReplyBuffer, encode_request

__all__ = [
    "EMPTY_BODY",
    "HEADER_ONLY",
    "PROBE_SIDS",
    "WITH_ROWS",
    "BrokenReply",
    "Cell",
    "CommandFailed",
    "CommandInfo",
    "CommandProcess",
    "CommandRun",
    "ConfError",
    "Invocation",
    "Limits",
    "Message",
    "NotACommand",
    "ProcessReport",
    "Reply",
    "ReplyBuffer",
    "ReplyTimeout",
    "Rows",
    "RunOptions",
    "RunResult",
    "SearchInfo",
    "allow_wide_cells",
    "app_commands",
    "app_conf",
    "decode_body",
    "encode_body",
    "encode_request",
    "newest_first",
    "read_conf",
    "run",
    "split_arguments",
]
