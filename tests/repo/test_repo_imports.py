"""The import arrows hold in this tree, and each check fails on a tree that breaks it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.structure import arrows, imports

LIBRARY = "zeek_hunting/bin/zeekhunt"


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    "check", [arrows.check_arrows, arrows.check_outside, arrows.check_numpy], ids=lambda check: check.__name__
)
def test_this_tree_keeps_to_the_architecture(repo: Path, check: object) -> None:
    assert check(repo) == []  # type: ignore[operator]


def test_the_check_sees_the_modules_of_this_tree(repo: Path) -> None:
    names = {module.name for module in imports.read_modules(repo, LIBRARY)}
    assert {"zeekhunt", "zeekhunt.spl.command", "zeekhunt.beacon.summary"} <= names


AGAINST = [
    pytest.param(
        "beacon/score.py", "from zeekhunt.spl import chunk", "beacon/score.py:1 imports zeekhunt.spl.chunk", id="domain-to-spl"
    ),
    pytest.param("beacon/score.py", "from ..dns import names", "imports zeekhunt.dns.names", id="domain-to-domain-relative"),
    pytest.param(
        "beacon/score.py", "def f():\n    from ..spl import chunk", "score.py:2 imports zeekhunt.spl.chunk", id="in-a-function"
    ),
    pytest.param(
        "graph/roles.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..beacon import score",
        "roles.py:3 imports zeekhunt.beacon.score",
        id="for-the-type-checker",
    ),
    pytest.param("dns/names.py", "import splunklib.client", "imports splunklib.client", id="domain-to-sdk"),
    pytest.param(
        "dns/names.py", "import importlib\nimportlib.import_module('splunklib')", "names.py:2 imports splunklib", id="by-name"
    ),
    pytest.param("zeek/fields.py", "from ..beacon import score", "imports zeekhunt.beacon.score", id="zeek-upwards"),
    pytest.param("spl/body.py", "from ..zeek import fields", "imports zeekhunt.zeek.fields", id="spl-to-zeek"),
    pytest.param("finding.py", "from .zeek import fields", "imports zeekhunt.zeek.fields", id="finding-upwards"),
    pytest.param("beacon/score.py", "import lab.driver", "imports lab.driver", id="library-to-lab"),
    pytest.param("rumour/x.py", "import os", "zeekhunt.rumour.x is in no known part", id="new-part"),
]


@pytest.mark.parametrize(("file", "text", "expected"), AGAINST)
def test_an_import_against_the_arrows_is_told_with_its_line(tmp_path: Path, file: str, text: str, expected: str) -> None:
    sentences = arrows.check_arrows(write(tmp_path, {f"{LIBRARY}/{file}": text}))
    assert len(sentences) == 1
    assert expected in sentences[0]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        pytest.param("lab/driver/wire.py", "import zeekhunt.spl.chunk", id="lab-to-library"),
        pytest.param("lab/cli.py", "from tools import package", id="lab-to-tools"),
        pytest.param("tools/hunts.py", "import lab", id="tools-to-lab"),
        pytest.param("zeek_hunting/bin/zeekbeacon.py", "import lab", id="script-to-lab"),
    ],
)
def test_parts_that_do_not_ship_stay_apart(tmp_path: Path, file: str, text: str) -> None:
    assert len(arrows.check_arrows(write(tmp_path, {file: text}))) == 1


def test_allowed_imports_pass(tmp_path: Path) -> None:
    tree = {
        f"{LIBRARY}/__init__.py": "",
        f"{LIBRARY}/beacon/score.py": "import math\nfrom ..zeek import fields\nfrom . import timing\nfrom .. import finding\n",
        f"{LIBRARY}/spl/sdk.py": "from splunklib.searchcommands import Option\n",
        "zeek_hunting/bin/zeekbeacon.py": "from zeekhunt.beacon import score\n",
        "lab/cli.py": "import duckdb\nfrom lab.driver import wire\n",
        "zeek_hunting/bin/lib/splunklib/x.py": "import tests\n",
    }
    assert arrows.check_arrows(write(tmp_path, tree)) == []


@pytest.mark.parametrize("text", ["import requests", "def f():\n    import pandas as pd", "from yaml import safe_load"])
def test_a_package_that_no_splunk_has_is_told(tmp_path: Path, text: str) -> None:
    assert len(arrows.check_outside(write(tmp_path, {f"{LIBRARY}/beacon/x.py": text}))) == 1


def test_a_rest_handler_may_use_splunk_s_own_module_and_nobody_else(tmp_path: Path) -> None:
    script = "zeek_hunting/bin/things_rest.py"
    write(tmp_path, {script: "from splunk.persistconn import application", f"{LIBRARY}/__init__.py": ""})
    assert len(arrows.check_outside(tmp_path)) == 1
    write(tmp_path, {"zeek_hunting/default/restmap.conf": "[script:things]\nhandler = things_rest.Things\n"})
    assert arrows.check_outside(tmp_path) == []


def test_the_standard_library_is_known(tmp_path: Path) -> None:
    text = "import zlib, _csv, json.decoder, ctypes, numpy, sys, ipaddress, array"
    assert arrows.check_outside(write(tmp_path, {f"{LIBRARY}/beacon/x.py": text})) == []


def test_numpy_outside_the_declared_modules_is_told(tmp_path: Path) -> None:
    sentences = arrows.check_numpy(write(tmp_path, {f"{LIBRARY}/dns/lexical.py": "def f():\n    import numpy as np"}))
    assert len(sentences) == 1
    assert "lexical.py:2 imports numpy" in sentences[0]


def test_numpy_that_an_indexer_would_load_is_told_with_the_chain(tmp_path: Path) -> None:
    tree = {
        f"{LIBRARY}/beacon/__init__.py": "",
        f"{LIBRARY}/beacon/summary.py": "from .codec import decode",
        f"{LIBRARY}/beacon/codec.py": "from . import score",
        f"{LIBRARY}/beacon/score.py": "import numpy as np",
    }
    sentences = arrows.check_numpy(write(tmp_path, tree))
    assert len(sentences) == 1
    assert "zeekhunt.beacon.summary -> zeekhunt.beacon.codec -> zeekhunt.beacon.score" in sentences[0] or (
        "zeekhunt.beacon.codec -> zeekhunt.beacon.score" in sentences[0]
    )


@pytest.mark.parametrize(
    "codec",
    [
        pytest.param("def merge():\n    from . import score", id="inside-a-function"),
        pytest.param("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from . import score", id="for-the-type-checker"),
    ],
)
def test_numpy_behind_a_late_import_is_no_load_on_indexers(tmp_path: Path, codec: str) -> None:
    tree = {f"{LIBRARY}/beacon/codec.py": codec, f"{LIBRARY}/beacon/score.py": "import numpy as np"}
    assert arrows.check_numpy(write(tmp_path, tree)) == []


def test_a_package_on_the_way_is_loaded_too(tmp_path: Path) -> None:
    tree = {
        f"{LIBRARY}/beacon/__init__.py": "from . import score",
        f"{LIBRARY}/beacon/summary.py": "",
        f"{LIBRARY}/beacon/score.py": "import numpy",
    }
    assert any("loads numpy on indexers" in sentence for sentence in arrows.check_numpy(write(tmp_path, tree)))


def test_a_command_script_must_not_load_numpy(tmp_path: Path) -> None:
    tree = {"zeek_hunting/bin/zeekbeacon.py": "from zeekhunt.beacon import score", f"{LIBRARY}/beacon/score.py": "import numpy"}
    assert any("zeekbeacon -> zeekhunt.beacon.score" in sentence for sentence in arrows.check_numpy(write(tmp_path, tree)))
