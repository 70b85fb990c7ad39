"""Where numpy comes from, for what scores on the search head.

In this order: the running interpreter; ``bin/lib/<os>_<arch>/cp<XY>/`` (the package flavour that bundles it); Splunk's add-on
Python for Scientific Computing, by running the command again under the add-on's interpreter. None of them: a sentence that says
what to install. Layout of the add-on: splunk/Splunk-python-for-scientific-computing, package/bin/exec_anaconda.py.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
import tempfile
from pathlib import Path

from .chunk import Chunk, write_chunk
from .plan import HANDED_OVER

_ADD_ON = "Splunk_SA_Scientific_Python_"
_ADD_ON_PLATFORMS = {
    ("linux", "x86_64"): "linux_x86_64",
    ("darwin", "x86_64"): "darwin_x86_64",
    ("darwin", "arm64"): "darwin_arm64",
    ("windows", "amd64"): "windows_x86_64",
}
# Splunk plans one core for a search. More threads of the linear algebra would take others away from it, and small matrices
# gain nothing: the threads wait in a loop, a tenth of all CPU time.
_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_BIN = Path(__file__).resolve().parents[2]


class NumpyMissing(ValueError):
    """numpy is nowhere to be found, or what was found does not load; the text says what to install."""


def bundled(bin_folder: Path = _BIN) -> Path:
    """Where the bundled flavour keeps numpy for this machine and interpreter."""
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    return bin_folder / "lib" / f"{platform.system().lower()}_{machine}" / f"cp{sys.version_info[0]}{sys.version_info[1]}"


def found() -> bool:
    """Whether numpy can be imported; adds the bundled folder to the path when that is where it lies."""
    if importlib.util.find_spec("numpy") is not None:
        return True
    folder = bundled()
    if (folder / "numpy").is_dir():
        sys.path.insert(0, str(folder))
        return True
    return False


def require() -> None:
    """Import numpy. Raises NumpyMissing with what to do."""
    if found():
        for threads in _THREADS:
            os.environ.setdefault(threads, "1")
        try:
            import numpy  # noqa: F401
        except ImportError as error:
            reason = (str(error).strip() or "no reason given").splitlines()[0]
            raise NumpyMissing(f"numpy was found but does not load under Python {platform.python_version()}: {reason}") from error
        return
    raise NumpyMissing(
        f"this command needs numpy on the search head and Python {platform.python_version()} at {sys.executable} has none. "
        "Install the add-on Python for Scientific Computing (Splunkbase 2882 for 64-bit Linux, 2881 macOS, 2883 Windows), "
        "or the flavour of this app that brings numpy (zeek_hunting-<version>-numpy.spl)"
    )


def add_on_python(apps: Path | None = None) -> Path | None:
    """The interpreter of Python for Scientific Computing beside this app, or None. Newer releases put a version folder
    between."""
    name = _ADD_ON_PLATFORMS.get((platform.system().lower(), platform.machine().lower()))
    if name is None or os.name == "nt":  # os.exec* on Windows detaches the pipes to splunkd
        return None
    root = (apps or _BIN.parents[1]) / f"{_ADD_ON}{name}" / "bin" / name
    pythons = [root / "bin" / "python", *sorted(root.glob("*/bin/python"), reverse=True)]
    return next((python for python in pythons if os.access(python, os.X_OK)), None)


def run_again_under(python: Path, getinfo: Chunk) -> None:
    """Replace this process by the same command under another interpreter. Does not return.

    getinfo has been read already; it is handed over in an unlinked file, since it holds the session key. Nothing else can have
    been read: splunkd sends the next message only after our answer.
    """
    handed = tempfile.TemporaryFile()  # noqa: SIM115  it must outlive this process image
    write_chunk(handed, getinfo.metadata, getinfo.body)
    handed.seek(0)
    os.set_inheritable(handed.fileno(), True)
    environment = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH")
    }
    environment[HANDED_OVER] = str(handed.fileno())
    sys.stdout.flush()
    os.execve(python, [str(python), *sys.argv], environment)
