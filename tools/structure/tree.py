"""Which files belong to the repository, and which of them are text."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

IGNORED_FOLDERS = {".git", ".venv", "dist", "build", "node_modules", "__pycache__", "data"}


def tracked_files(root: Path) -> list[Path]:
    """Files git knows or would add, relative to root, sorted; outside a checkout every file but what builds leave behind."""
    if (root / ".git").exists():
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=True)
        names = [name for name in done.stdout.split("\0") if name]
        return sorted(Path(name) for name in names if (root / name).is_file())
    return sorted(
        path.relative_to(root)
        for path in root.rglob("*")
        if path.is_file() and not IGNORED_FOLDERS & set(path.relative_to(root).parts[:1] + path.relative_to(root).parts[-2:-1])
    )


def python_files(root: Path, folder: str) -> Iterator[Path]:
    """Python files below a folder of the tree, sorted; vendored code and caches are no part of it."""
    for path in sorted((root / folder).rglob("*.py")):
        if "__pycache__" not in path.parts and "lib" not in path.relative_to(root / folder).parts[:1]:
            yield path


def text_of(path: Path) -> str | None:
    """The content, or None for a binary file."""
    content = path.read_bytes()
    if b"\0" in content[:8192]:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None
