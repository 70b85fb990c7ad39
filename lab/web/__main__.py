"""``make lab``: the app's dashboards in a browser, over the simulated network or over one's own Zeek logs, without Splunk.

python -m lab.web                     the simulated network
python -m lab.web /path/to/zeek       a folder of logs
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from lab import rest
from lab.cli import REPO_APP, ingested, say_files, store_path
from lab.driver import ConfError
from lab.hunt import WORLD
from lab.ingest import PathMissing, Store, StoreUnusable
from lab.printing import console_of, say
from lab.rest.serving import ServingFailed, listening
from lab.sim import SimSettings, generate
from lab.web import Pages, RendererMissing, ensure_renderer, routes
from lab.web.loaded import events_by_log

PORT = 8900


def main(argv: Sequence[str] | None = None) -> int:
    """Serves until it is stopped. Exit code 1: the logs, the renderer or the port cannot be had."""
    arguments = _arguments(argv)
    notes = console_of(sys.stderr)
    try:
        bundle = ensure_renderer(lambda sentence: say(notes, sentence))
        store = _read(arguments, notes)
        listener = listening(arguments.port)
    except (RendererMissing, PathMissing, StoreUnusable, ConfError, ServingFailed) as error:
        say(notes, f"lab: {error}", "red")
        return 1
    token = rest.new_token()
    pages = Pages(REPO_APP, bundle, lambda: events_by_log(store))
    application = rest.application(rest.RestSettings(REPO_APP, store, token), routes(pages))
    say(notes, f"Dashboards: http://127.0.0.1:{listener.getsockname()[1]}/?token={token}", "bold green")
    say(notes, "The address is the key: whoever on this machine has it may search. Stop with Ctrl-C.")
    rest.serve(application, listener)
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make lab", description="The app's dashboards in a browser, without Splunk.")
    parser.add_argument("logs", nargs="?", type=Path, help="a folder of Zeek logs; without it the simulated network")
    parser.add_argument("--port", type=int, default=PORT, help="of 127.0.0.1; 0 takes a free one")
    return parser.parse_args(argv)


def _read(arguments: argparse.Namespace, notes: Console) -> Path:
    """The store, with the logs read into it."""
    if arguments.logs:
        paths = [arguments.logs]
    else:
        with notes.status("simulating a day of an office network (once)"):
            generate(SimSettings(), WORLD)
        paths = sorted(WORLD.glob("*.log.gz"))
    path = store_path(paths)
    with Store(path) as store:
        say_files(notes, ingested(paths, store, notes))
    return path


if __name__ == "__main__":
    sys.exit(main())
