"""Everything that leans on the inside of splunk-sdk 2.1.1 (``splunklib``): one module, with tests that fail when the SDK changes.

What is taken from the SDK: options and their validation, ``@Configuration``, the configuration of the getinfo reply,
messages and metrics. What is replaced: its loop over records, and with it the traps around it (messages pass through
``str.format``, an exception in ``prepare()`` never reaches the user, a cut stream counts as whole,
``logging_configuration`` loads any file as code).
"""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Mapping
from typing import Any, BinaryIO

from .chunk import Chunk, write_chunk
from .plan import REPORTING, Plan


def _import_without_client() -> None:
    """Import the SDK's command class without its REST client, half of the import's cost, which no search command here uses.

    ``search_command`` wants one name of ``splunklib.client``, for ``self.service``; the stand-in brings the real client then.
    """
    if "splunklib.client" in sys.modules or "splunklib.searchcommands.search_command" in sys.modules:
        return

    def service(**connection: Any) -> Any:
        from splunklib.client import Service

        return Service(**connection)

    stand_in = types.ModuleType("splunklib.client")
    stand_in.Service = service  # type: ignore[attr-defined]
    sys.modules["splunklib.client"] = stand_in
    try:
        import splunklib.searchcommands.search_command  # noqa: F401
    finally:
        del sys.modules["splunklib.client"]  # whoever imports the client later gets the real one


_import_without_client()

from splunklib.searchcommands import Configuration, Option  # noqa: E402  (the import above must come first)
from splunklib.searchcommands.decorators import ConfigurationSetting  # noqa: E402
from splunklib.searchcommands.internals import ObjectView, RecordWriterV2  # noqa: E402
from splunklib.searchcommands.search_command import SearchCommand, SearchMetric  # noqa: E402
from splunklib.searchcommands.validators import Validator  # noqa: E402

__all__ = ["Configuration", "Option", "PlannedCommand", "SearchMetric", "Validator"]


class Closed(Validator):  # type: ignore[misc]
    """Of an SDK option that this app does not offer: any value is an error that says what to do instead."""

    def __init__(self, instead: str) -> None:
        self.instead = instead

    def __call__(self, value: str | None) -> None:
        if value is not None:
            raise ValueError(f"the option is closed in this app: {self.instead}")

    def format(self, value: None) -> str:
        return ""


class PlannedCommand(SearchCommand):  # type: ignore[misc]
    """A search command that is configured by its Plan and driven by a chunk loop of ours.

    A subclass gives ``plan`` and ``execute(stdin, stdout)``; it may override ``prepare()`` to check options against each other.
    """

    plan: Plan

    class ConfigurationSettings(SearchCommand.ConfigurationSettings):  # type: ignore[misc]
        type = ConfigurationSetting(value="streaming")
        required_fields = ConfigurationSetting()
        streaming_preop = ConfigurationSetting()
        run_in_preview = ConfigurationSetting()
        maxinputs = ConfigurationSetting()

    # the SDK would load any readable file as Python logging configuration, which can run code
    logging_configuration = Option(validate=Closed("logs go to search.log, use logging_level"))
    record = Option(validate=Closed("the SDK's recorder crashes on Python 3; the lab can replay a search"))

    def write_debug(self, message: str, *args: Any) -> None:
        self._write("DEBUG", message)

    def write_info(self, message: str, *args: Any) -> None:
        self._write("INFO", message)

    def write_warning(self, message: str, *args: Any) -> None:
        self._write("WARN", message)

    def write_error(self, message: str, *args: Any) -> None:
        self._write("ERROR", message)

    def write_fatal(self, message: str, *args: Any) -> None:
        self._write("FATAL", message)

    def _write(self, level: str, message: str) -> None:
        # the SDK formats the text: braces in a DNS name would raise there, so the text goes in as an argument
        self._record_writer.write_message(level, "{}", message)

    def run(self, getinfo: Chunk, stdin: BinaryIO, stdout: BinaryIO) -> None:
        """Answer getinfo (already read), then execute until splunkd is done. Errors reach the user as one sentence."""
        self._protocol_version = 2
        self._record_writer = RecordWriterV2(stdout)  # keeps messages and metrics; the bytes are written by chunk.write_chunk
        searchinfo = dict(getinfo.metadata["searchinfo"])
        self._metadata = ObjectView({**getinfo.metadata, "searchinfo": ObjectView(searchinfo)})
        sound = self._configure(searchinfo)
        configuration = dict(self._configuration.items())
        if not sound or (getinfo.metadata.get("preview") is True and configuration["type"] == REPORTING):
            # a preview of a report that needs all events has nothing to show; the process is done
            self.reply(stdout, configuration, finished=True, failed=not sound)
            return
        self.reply(stdout, configuration)
        self.execute(stdin, stdout)

    def execute(self, stdin: BinaryIO, stdout: BinaryIO) -> None:
        raise NotImplementedError("PlannedCommand.execute")

    @staticmethod
    def app_folder() -> str:
        """The app this code lies in: etc/apps/zeek_hunting on a search head, the knowledge bundle's copy on an indexer."""
        return os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 3))  # noqa: PTH100,PTH118,PTH120

    def _configure(self, searchinfo: dict[str, Any]) -> bool:
        """Options and configuration from the arguments; False when a message says what is wrong with them."""
        sound = self._read_options([str(arg) for arg in searchinfo.get("args") or []])
        for name, value in self.plan.reply(searchinfo).items():
            setattr(self._configuration, name, value)
        if not sound:
            return False
        try:
            self.prepare()
            if self.show_configuration:
                self.write_info(f"{self.plan.name} command configuration: {self._configuration}")
        except ValueError as error:
            self.write_error(f"{self.plan.name}: {error}")
            return False
        except Exception as error:  # noqa: BLE001  the SDK would drop it after the reply: the user must read it
            self.report_unexpected(error)
            return False
        return True

    def _read_options(self, args: list[str]) -> bool:
        self.fieldnames: list[str] = []
        self.options.reset()
        sound = True
        for arg in args:
            name, equals, value = arg.partition("=")
            if not equals:
                self.write_error(f"{self.plan.name}: {arg!r} is not an option; options are name=value without spaces around =")
                sound = False
            elif name not in self.options:
                self.write_error(f"{self.plan.name}: unknown option {name!r}; known are {', '.join(self._public_options())}")
                sound = False
            else:
                sound &= self._set_option(name, value)
        missing = self.options.get_missing()
        for name in missing or []:
            self.write_error(f"{self.plan.name}: the option {name}= is required")
        return sound and not missing

    def _set_option(self, name: str, value: str) -> bool:
        try:
            self.options[name].value = value
        except ValueError as error:
            self.write_error(f"{self.plan.name}: {name}={value}: {error}")
            return False
        return True

    def _public_options(self) -> list[str]:
        closed = {"logging_configuration", "record", "phase", "show_configuration", "logging_level"}
        return sorted(name for name in self.options if name not in closed)

    def report_unexpected(self, error: BaseException) -> None:
        """One sentence with type and place for the user; the traceback goes to search.log."""
        import traceback  # only when something went wrong

        frames = traceback.extract_tb(error.__traceback__)
        place = f" at {frames[-1].filename.rsplit('bin', 1)[-1].lstrip('/')}:{frames[-1].lineno}" if frames else ""
        self.write_error(f"{self.plan.name}: {type(error).__name__}{place}: {error}")
        sys.stderr.write("".join(traceback.format_exception(type(error), error, error.__traceback__)))

    def reply(
        self,
        stdout: BinaryIO,
        metadata: Mapping[str, Any],
        body: bytes = b"",
        finished: bool | None = None,
        failed: bool = False,
    ) -> None:
        """Write one answer with the messages and metrics gathered since the last; failed ends the search with its first error."""
        writer = self._record_writer
        inspector = dict(writer._inspector)
        whole: dict[str, Any] = {**metadata}
        if inspector:
            whole["inspector"] = inspector  # before "error": splunkd reads the keys in order
        if failed:
            errors = [text for level, text in inspector.get("messages", []) if level in ("ERROR", "FATAL")]
            whole["error"] = errors[0] if errors else f"{self.plan.name} failed; see search.log"
        if finished is not None:
            whole["finished"] = finished
        writer._clear()
        write_chunk(stdout, whole, body)
        if failed:
            sys.exit(1)
