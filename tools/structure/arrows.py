"""The import arrows of the architecture: who may import whom, and what may never meet numpy.

Commands -> spl and a domain -> zeek, finding. Domains know neither each other nor splunklib. The lab reaches the library only
through processes. numpy serves what scores on the search head; what an indexer loads must do without.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from tools.structure.commands import rest_scripts
from tools.structure.imports import APP_CODE, Import, Module, loaded_with, read_modules

DOMAINS = ("beacon", "dns", "graph")
SHIPPED = ("zeekhunt", "splunklib", "publicsuffixlist")  # with the package
OWN_FOLDERS = ("zeekhunt", "lab", "tools", "bench", "tests", "notebooks", "hunts", "viz", "dashboards")

# Modules that may import numpy, by package: they serve the merge on the search head. A name here may not exist yet.
NUMPY_BY_PACKAGE = {
    "zeekhunt.graph": """
        betweenness degrees edge_store edge_table graph_rows graph_selection hop_points host_links host_roles lateral leaf_folding
        network_graph node_columns node_sums paths scans session_columns session_table sessions
    """,
    "zeekhunt.spl": "arrays digits numeric",
    "zeekhunt.beacon": """
        canonical company context decode entities explain facts lattice laws long_ranking long_report long_score long_table
        merge novelty pairs parts periodogram phase_lock presence prevalence ramp ranking raw_columns report rita rita_window
        sampled scope score segments series signatures sizes sleep_law sparkline stacking standing stored strobe strobe_report
        succession timing
    """,
    "zeekhunt.dns": "tunnel_ranking tunnel_score tunnel_table",
}
NUMPY_MODULES = frozenset(f"{package}.{name}" for package, names in NUMPY_BY_PACKAGE.items() for name in names.split())

# What an indexer, or a parse-time probe, starts with; every command script is an entry as well.
INDEXER_ENTRIES = (
    "zeekhunt.spl.plan",
    "zeekhunt.spl.command",
    "zeekhunt.beacon.summary",
    "zeekhunt.beacon.codec",
    "zeekhunt.beacon.long_summary",
    "zeekhunt.graph.session_summary",
    "zeekhunt.graph.edge_summary",
    "zeekhunt.dns.tunnel_summary",
)


@dataclass(frozen=True)
class Arrow:
    """Of the repository's own code, modules below `source` may import `targets` alone; `why` ends the sentence otherwise."""

    source: str
    targets: tuple[str, ...]
    why: str
    splunklib: bool = False


ARROWS = (
    Arrow("zeekhunt.spl", ("zeekhunt.spl",), "spl knows Splunk and nothing about Zeek; pass the value in", splunklib=True),
    Arrow("zeekhunt.zeek", ("zeekhunt.zeek",), "zeek says what an event is and knows nothing above it; pass the value in"),
    Arrow(
        "zeekhunt.finding",
        ("zeekhunt.finding",),
        "finding is the shape of a result and knows nothing above it; pass the value in",
    ),
    *(
        Arrow(
            f"zeekhunt.{domain}",
            (f"zeekhunt.{domain}", "zeekhunt.zeek", "zeekhunt.finding"),
            "a domain imports zeek and finding alone; pass the value in or move it down to zeek",
        )
        for domain in DOMAINS
    ),
    Arrow("lab", ("lab",), "the lab starts the app's processes and reads its files, like splunkd", splunklib=True),
    Arrow(
        "tools.dns_model",
        ("tools", "zeekhunt.dns"),
        "the builder uses the features that ship",
    ),
    Arrow(
        "tools.hunts", ("tools", "zeekhunt.zeek"), "the builder writes the spellings and states of fields that the commands read"
    ),
    Arrow("tools", ("tools",), "tools read files and import nothing of what ships"),
)
SCRIPTS = Arrow("", ("zeekhunt",), "a command script imports zeekhunt and splunklib alone", splunklib=True)


def check_arrows(root: Path) -> list[str]:
    """One sentence per import against the arrows."""
    sentences = []
    for module in _library(root) + read_modules(root, "lab") + read_modules(root, "tools"):
        arrow = next((each for each in ARROWS if _within(module.name, each.source)), None)
        if arrow is not None:
            sentences += _against(module, arrow)
        elif module.name != "zeekhunt":
            sentences.append(
                f"{module.imports[0].place if module.imports else module.path}: {module.name} is in no known part; see DESIGN"
            )
    for module in _scripts(root):
        sentences += _against(module, SCRIPTS)
    return sentences


def check_outside(root: Path) -> list[str]:
    """What ships may use the standard library, numpy and what the package brings along: nothing else is on a Splunk. A REST
    handler runs inside Splunk's own driver and has its module splunk."""
    sentences = []
    handlers = rest_scripts(root)
    for module in _library(root) + _scripts(root):
        for each in module.imports:
            top = each.target.split(".")[0]
            if (
                top not in _STANDARD
                and top not in (*SHIPPED, "numpy")
                and top not in OWN_FOLDERS
                and not (top == "splunk" and module.path.name in handlers)
            ):
                sentences.append(
                    f"{each.place} imports {top}; a Splunk has the standard library, {', '.join(SHIPPED[1:])}, perhaps numpy"
                )
    return sentences


def check_numpy(root: Path) -> list[str]:
    """numpy only in the declared modules, and in nothing that an indexer loads."""
    modules = _library(root) + _scripts(root)
    sentences = [
        f"{each.place} imports numpy; {module.name} may run on an indexer; else add it to tools/structure/arrows.py"
        for module in modules
        for each in module.imports
        if _within(each.target, "numpy") and module.name not in NUMPY_MODULES
    ]
    loaded = loaded_with([*INDEXER_ENTRIES, *(module.name for module in _scripts(root))], modules)
    for module in modules:
        heavy = [each for each in module.imports if each.at_load and _within(each.target, "numpy")]
        if module.name in loaded and heavy:
            chain = " -> ".join(loaded[module.name])
            sentences.append(f"{heavy[0].place} loads numpy on indexers: {chain}; import it inside the function that merges")
    return sentences


def _against(module: Module, arrow: Arrow) -> list[str]:
    return [_sentence(each, arrow) for each in module.imports if not _allowed(each.target, arrow)]


def _allowed(target: str, arrow: Arrow) -> bool:
    top = target.split(".")[0]
    if top == "splunklib":
        return arrow.splunklib
    return top not in OWN_FOLDERS or any(_within(target, allowed) for allowed in arrow.targets)


def _sentence(each: Import, arrow: Arrow) -> str:
    return f"{each.place} imports {each.target}; {arrow.why}"


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _library(root: Path) -> list[Module]:
    return read_modules(root, f"{APP_CODE}/zeekhunt")


def _scripts(root: Path) -> list[Module]:
    return [module for module in read_modules(root, APP_CODE) if "." not in module.name and module.name != "zeekhunt"]


# sys.stdlib_module_names begins with 3.10; under 3.9 a name counts as standard when it is built in or lies in the library folder.
def _standard() -> frozenset[str]:
    listed = getattr(sys, "stdlib_module_names", None)
    if listed is not None:
        return frozenset(listed)
    import sysconfig

    folder = Path(sysconfig.get_paths()["stdlib"])
    names = {path.stem for path in folder.glob("*.py")} | {
        path.name for path in folder.iterdir() if (path / "__init__.py").is_file()
    }
    extensions = {path.name.split(".")[0] for path in (folder / "lib-dynload").glob("*")}
    return frozenset(names | extensions | set(sys.builtin_module_names)) - {"site-packages"}


_STANDARD = _standard()
