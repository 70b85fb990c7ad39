"""What is assumed about the inside of splunk-sdk: a new version that breaks an assumption fails here, not in a search."""

from __future__ import annotations

import subprocess
import sys

import splunklib
from splunklib.searchcommands import Option
from splunklib.searchcommands.decorators import ConfigurationSetting
from splunklib.searchcommands.internals import ObjectView, RecordWriterV2
from splunklib.searchcommands.search_command import SearchCommand


def test_the_version_is_the_vendored_one() -> None:
    assert ".".join(map(str, splunklib.__version_info__)) == "2.1.1"


def test_the_pieces_that_are_used_exist() -> None:
    writer = RecordWriterV2(sys.stdout)
    writer.write_message("INFO", "{}", "a {brace}")
    writer.write_metric("m", (1, 2, 3, 4))
    assert dict(writer._inspector) == {"messages": [("INFO", "a {brace}")], "metric.m": (1, 2, 3, 4)}
    writer._clear()
    assert not writer._inspector
    assert ObjectView({"a": 1}).a == 1
    assert {"get_missing", "reset", "values"} <= set(dir(Option.View))


def test_configuration_settings_take_what_a_plan_says() -> None:
    specification = type(SearchCommand.ConfigurationSettings)
    assert specification is type
    matrix = ConfigurationSetting._get_specification.__globals__["ConfigurationSettingsType"].specification_matrix
    assert {"type", "required_fields", "streaming_preop", "run_in_preview", "maxinputs"} <= set(matrix)
    assert matrix["type"].constraint("streaming") and matrix["type"].constraint("reporting")


def test_the_client_is_not_imported_and_still_works_for_whoever_wants_it() -> None:
    code = (
        "import sys; sys.path.insert(0, 'zeek_hunting/bin'); import zeekhunt.spl.command as c;"
        "assert 'splunklib.client' not in sys.modules and 'ssl' not in sys.modules;"
        "import splunklib.client; assert splunklib.client.Service.__init__"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
