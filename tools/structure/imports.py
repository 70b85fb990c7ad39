"""Which module imports which, read with ast: at module level, inside functions, under TYPE_CHECKING, relative or by literal name.

Names are those of Python with the repository root and zeek_hunting/bin on its path: ``zeekhunt.beacon.summary``, ``lab.cli``.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from tools.structure.tree import python_files

APP_CODE = "zeek_hunting/bin"


@dataclass(frozen=True)
class Import:
    """target: the dotted name. at_load: whether loading the module runs it (not in a function, not only for type checkers)."""

    module: str
    place: str
    target: str
    at_load: bool


@dataclass(frozen=True)
class Module:
    name: str
    path: Path
    imports: tuple[Import, ...]


def read_modules(root: Path, folder: str) -> list[Module]:
    """Every module below a folder of the tree. Raises SyntaxError with the file's name."""
    base = root / APP_CODE if folder.startswith(APP_CODE) else root
    modules = []
    for path in python_files(root, folder):
        parts = list(path.relative_to(base).with_suffix("").parts)
        package = parts[:-1]
        name = ".".join(package if parts[-1] == "__init__" else parts)
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        reader = _Reader(name, path.relative_to(root).as_posix(), package)
        reader.visit(tree)
        modules.append(Module(name, path, tuple(reader.found)))
    return modules


class _Reader(ast.NodeVisitor):
    def __init__(self, module: str, place: str, package: list[str]) -> None:
        self.module, self.place, self.package = module, place, package
        self.found: list[Import] = []
        self._deferred = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._inside(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._inside(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._inside(node)

    def visit_If(self, node: ast.If) -> None:
        for_types = any(
            isinstance(part, (ast.Name, ast.Attribute)) and _name(part) == "TYPE_CHECKING" for part in ast.walk(node.test)
        )
        if not for_types:
            self.generic_visit(node)
            return
        self._deferred += 1
        for statement in node.body:
            self.visit(statement)
        self._deferred -= 1
        for statement in node.orelse:
            self.visit(statement)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._add(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        prefix = node.module or ""
        if node.level:
            above = self.package[: len(self.package) - node.level + 1]
            prefix = ".".join([*above, *([node.module] if node.module else [])])
        for alias in node.names:
            # whether the name is a module or something in one is not known here: the prefix alone would hide `from . import x`
            self._add(node, f"{prefix}.{alias.name}" if alias.name != "*" else prefix)

    def visit_Call(self, node: ast.Call) -> None:
        named = _name(node.func) in ("import_module", "__import__") and node.args
        if named and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            self._add(node, node.args[0].value)
        self.generic_visit(node)

    def _inside(self, node: ast.AST) -> None:
        self._deferred += 1
        self.generic_visit(node)
        self._deferred -= 1

    def _add(self, node: ast.stmt | ast.expr, target: str) -> None:
        self.found.append(Import(self.module, f"{self.place}:{node.lineno}", target, self._deferred == 0))


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def loaded_with(entries: list[str], modules: list[Module]) -> dict[str, list[str]]:
    """module -> the chain of imports that loads it with an entry; packages on the way are loaded too. Unknown: absent."""
    known = {module.name: module for module in modules}
    chains: dict[str, list[str]] = {}
    waiting = [(entry, [entry]) for entry in entries if entry in known]
    while waiting:
        name, chain = waiting.pop(0)
        if name in chains:
            continue
        chains[name] = chain
        reached = [name.rpartition(".")[0]]
        reached += [
            target for each in known[name].imports if each.at_load for target in (each.target, each.target.rpartition(".")[0])
        ]
        waiting += [(target, [*chain, target]) for target in reached if target in known]
    return chains
