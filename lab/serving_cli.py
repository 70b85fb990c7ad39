"""``lab serve``: the REST interface, and the app's pages, on loopback."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from lab.ingest import ingest
from lab.ingest.store import Store
from lab.printing import console_of, say
from lab.rest import RestSettings, application, new_token, serve
from lab.rest.serving import ADDRESS, listening
from lab.rest.settings import USER
from lab.search_options import add_search_options, add_store_option, plain_settings
from lab.store_choice import UsageError, remember, store_of, store_path

DEFAULT_PORT = 8089


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serving = commands.add_parser("serve", help="answer the splunk-sdk client and browsers on this machine")
    serving.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="logs to read first; without it the store used last")
    serving.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"default {DEFAULT_PORT}; 0 takes a free one")
    serving.add_argument("--token", help="the secret of whoever may call; default: a random one, printed at start")
    serving.set_defaults(run=_serve)
    add_search_options(serving)
    add_store_option(serving)


def _serve(arguments: argparse.Namespace, notes: Console) -> int:
    search = plain_settings(arguments)
    store = _store(arguments)
    if arguments.paths:
        with Store(store) as filled:
            report = ingest(arguments.paths, filled)
        remember(store)
        say(notes, report.sentences()[0])
    settings = RestSettings(
        search.app, store, arguments.token or new_token(), state=search.state, search=replace(search, progress=None)
    )
    listener = listening(arguments.port)
    address = f"http://{ADDRESS}:{listener.getsockname()[1]}"
    console = console_of(sys.stdout)
    say(console, f"REST: {address}  user {USER}  token and password {settings.token}")
    say(console, f"App: {settings.app_name}. Store: {store}{'' if store.exists() else ' (no logs yet)'}. Stop with Ctrl-C.")
    sys.stdout.flush()
    serve(application(settings), listener)
    return 0


def _store(arguments: argparse.Namespace) -> Path:
    """The store of the call; one that does not exist yet where no logs were ever read."""
    try:
        return store_of(arguments)
    except UsageError:
        return store_path([])
