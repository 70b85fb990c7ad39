"""``make hunt``: rank the beacons of the simulated network, or of one's own Zeek logs, and say what was read and what to do next.

python -m lab.hunt                    the simulated network; what was planted is marked
python -m lab.hunt /path/to/zeek      a folder of logs
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from lab.cli import REPO_APP, ingested, say_files, store_path
from lab.driver import CommandFailed
from lab.hunt_report import Answers, show_explanation, show_findings, show_planted
from lab.ingest import PathMissing, Store, StoreUnusable
from lab.printing import console_of, say, show_messages
from lab.sim import SimSettings, generate
from lab.spl import SearchSettings, SplError, run_search

WORLD = Path(__file__).resolve().parent.parent / "build" / "simulated-network"
SHOWN = 30


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    console, notes = console_of(sys.stdout), console_of(sys.stderr)
    try:
        logs, answers = ([Path(arguments.logs)], Answers({})) if arguments.logs else _simulated(notes)
        with Store(store_path(logs)) as store:
            report = ingested(logs, store, notes)
            result = run_search(store, _search(arguments), SearchSettings(app=REPO_APP, indexers=arguments.indexers))
            rows = result.rows()
            result.close()
        show_findings(console, rows, answers, SHOWN)
        show_planted(console, rows, answers)
        show_explanation(console, rows)
    except (CommandFailed, SplError, PathMissing, StoreUnusable) as error:
        say(notes, f"hunt: {error}", "red")
        return 1
    say_files(console, report)
    show_messages(console, result.messages)
    _next_steps(console, simulated=not arguments.logs)
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make hunt", description="Rank the beacons of a network.")
    parser.add_argument("logs", nargs="?", help="a folder of Zeek logs; without it the simulated network")
    parser.add_argument("--external", help="networks that are not the site's own, for example 192.168.0.0/24")
    parser.add_argument("--internal", help="networks that are, besides the private ranges")
    parser.add_argument("--indexers", type=int, default=1, help="processes that share the map")
    return parser.parse_args(argv)


def _search(arguments: argparse.Namespace) -> str:
    options = "".join(f' {name}="{getattr(arguments, name)}"' for name in ("internal", "external") if getattr(arguments, name))
    return f"`zeek_conn` | zeekbeacon{options} | sort 0 - threat_score, - beacon_score"


def _simulated(notes: Console) -> tuple[list[Path], Answers]:
    """The log files of the simulated network, made on the first call, and what was planted in them."""
    with notes.status("simulating a day of an office network (once)"):
        generate(SimSettings(), WORLD)
    return sorted(WORLD.glob("*.log.gz")), Answers.read(WORLD / "labels.json")


def _next_steps(console: Console, simulated: bool) -> None:
    if simulated:
        say(console, "\nOn your own logs: make hunt LOGS=/path/to/zeek  (TSV or JSON, plain or gzip, any mixture)")
    say(console, "Any search:       make lab ARGS=\"search '\\`zeek_conn\\` | zeekbeacon | head 5' /path/to/zeek\"")
    say(console, "On a Splunk:      make package  (docs/commands says what each command does)")


if __name__ == "__main__":
    sys.exit(main())
