"""Size, names and text of the files: what a reader meets before the first line of logic."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tools.structure.tree import python_files, text_of, tracked_files

CODE_FOLDERS = ("zeek_hunting/bin", "lab", "tools", "tests", "bench", "viz/src")
BANNED = frozenset(("utils", "util", "helpers", "helper", "common", "core", "misc", "manager", "base"))
LINES = 400
FUNCTION_LINES = 40
PARAMETERS = 5
# A file may be longer with a reason written here: path -> why.
LONG_FILES: dict[str, str] = {}

FOLDERS = frozenset((".ci", "bench", "dashboards", "docs", "hunts", "lab", "notebooks", "tests", "tools", "viz", "zeek_hunting"))
ROOT_FILES = frozenset(
    (
        ".gitattributes",
        ".gitignore",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "Makefile",
        "README.md",
        "package.sh",
        "pyproject.toml",
    )
)

_PATHS = re.compile(
    r"""(?<![\w./~-])(?:
        /(?:root|work|home/(?!\$|\{|<|user/|you/)\w[\w.-]*|Users/(?!\$|\{|<)\w[\w.-]*)/\w
      | [A-Za-z]:\\+Users\\+\w
      | file:///(?:opt|srv|home|root|work)/
    )""",
    re.VERBOSE,
)
_REGISTRIES = re.compile(
    r"--(?:extra-)?index-url|\b(?:npm_config_)?registry\s*=\s*https?:|\"resolved\":\s*\"(?!https://registry\.npmjs\.org/)"
)


def check_sizes(root: Path) -> list[str]:
    """Files over 400 lines without a recorded reason, functions over 40 lines, more than 5 parameters."""
    sentences = []
    for folder in CODE_FOLDERS:
        for path in python_files(root, folder):
            name = path.relative_to(root).as_posix()
            text = path.read_text(encoding="utf-8")
            lines = text.count("\n")
            if lines > LINES and name not in LONG_FILES:
                sentences.append(f"{name} has {lines} lines; split it by concept at {LINES}, or record the reason in LONG_FILES")
            if not name.startswith("tests/"):
                sentences += _long_functions(name, ast.parse(text, filename=name))
    return sentences


def _long_functions(name: str, tree: ast.Module) -> list[str]:
    sentences = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                sentences.append(f"{name}:{node.lineno} {node.name} has {lines} lines; split it at {FUNCTION_LINES}")
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            given = [each for each in arguments if each.arg not in ("self", "cls")]
            if len(given) > PARAMETERS:
                sentences.append(f"{name}:{node.lineno} {node.name} takes {len(given)} parameters; make them a frozen dataclass")
    return sentences


def check_names(root: Path) -> list[str]:
    """Files, folders and classes named after nothing."""
    sentences = []
    for path in tracked_files(root):
        if not path.as_posix().startswith(CODE_FOLDERS):
            continue
        nameless = [part for part in (*path.parts[:-1], path.stem) if part.lower().strip("_") in BANNED]
        sentences += [f"{path.as_posix()}: {part!r} names no concept; say what is in it" for part in nameless]
        if path.suffix == ".py":
            tree = ast.parse((root / path).read_text(encoding="utf-8"), filename=path.as_posix())
            classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
            sentences += [_class_sentence(path, node) for node in classes if _words(node.name) & BANNED]
    return sentences


def _words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def _class_sentence(path: Path, node: ast.ClassDef) -> str:
    return f"{path.as_posix()}:{node.lineno}: class {node.name} names no concept; say what it is"


def check_folders(root: Path) -> list[str]:
    """The top level holds the folders of the design and a few files, nothing else."""
    sentences = []
    for path in tracked_files(root):
        top = path.parts[0]
        if len(path.parts) > 1 and top not in FOLDERS:
            sentences.append(
                f"{path.as_posix()}: {top}/ is no folder of the design; put it into one of {', '.join(sorted(FOLDERS))}"
            )
        if len(path.parts) == 1 and top not in ROOT_FILES:
            sentences.append(f"{top} lies at the top; put it into a folder, or add it to ROOT_FILES with a reason")
    return sentences


def check_private(root: Path) -> list[str]:
    """Paths of somebody's machine and addresses of package registries other than the public ones."""
    sentences = []
    for path in tracked_files(root):
        text = text_of(root / path)
        for number, line in enumerate((text or "").split("\n"), 1):
            for pattern, remedy in (
                (_PATHS, "write it relative to the repository"),
                (_REGISTRIES, "leave the registry to the client's settings"),
            ):
                found = pattern.search(line)
                if found:
                    sentences.append(f"{path.as_posix()}:{number}: {found.group().strip()!r} holds on one machine only; {remedy}")
    return sentences
