"""The AppInspect gate: Splunk's own checks over the portable package, red unless errors, failures and future failures are 0.

``python3 -m tools.appinspect [package.spl]``. AppInspect lives in an environment of its own (it pins old libraries). Its exit
code does not serve: two warnings cannot be avoided, so its JSON report is read. Needs the system library libmagic.
"""

from __future__ import annotations

import ctypes.util
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tools.environment import ENVIRONMENTS, REPO, EnvironmentFailure, Place, ensure, lab_interpreter
from tools.graph_view import BundleMissing
from tools.package import Build, PackageError, build
from tools.vendor import VendorError

VERSION = "4.3.1"
PLACE = Place(ENVIRONMENTS / "appinspect", (f"splunk-appinspect=={VERSION}",))
REPORT = REPO / "build" / "appinspect.json"
MUST_BE_ZERO = ("error", "failure", "future_failure")
# Warnings that stay, with the reason. Any other is a finding.
ALLOWED = {
    "check_for_python_script_existence": "the app has Python code; the check only says so",
    "check_collections_conf": "the check warns whenever collections.conf exists",
    "check_python_sdk_version": "splunk-sdk 2.1.1 is the last release for Python 3.9; 3.x would be warned about as well",
}


@dataclass(frozen=True)
class Verdict:
    """counts: AppInspect's summary. problems: sentences, empty when the gate is open. allowed: warnings that were let through."""

    counts: dict[str, int]
    problems: tuple[str, ...]
    allowed: tuple[str, ...]


def judge(report: object) -> Verdict:
    """Read AppInspect's JSON report. A report without the expected parts is a problem, never a pass."""
    counts = report.get("summary") if isinstance(report, dict) else None
    reports = report.get("reports") if isinstance(report, dict) else None
    if not isinstance(counts, dict) or not isinstance(reports, list) or not reports or not counts.get("success"):
        return Verdict({}, ("AppInspect's report has no summary with passed checks; read it and the messages above",), ())
    checks = [check for part in reports for group in part["groups"] for check in group["checks"]]
    problems, allowed = [], []
    for check in checks:
        result, name = check["result"], check["name"]
        if result == "warning" and name in ALLOWED:
            allowed.append(f"{name}: {ALLOWED[name]}")
        elif result in ("warning", *MUST_BE_ZERO):
            said = "; ".join(str(message.get("message")) for message in check["messages"]) or "no message"
            problems.append(f"{result} {name}: {said}")
    for result in MUST_BE_ZERO:
        if counts.get(result, 0) and not any(problem.startswith(f"{result} ") for problem in problems):
            problems.append(f"the summary counts {counts[result]} {result} that no check explains")
    return Verdict(counts, tuple(problems), tuple(allowed))


def ensure_libmagic() -> None:
    """Raises EnvironmentFailure where the library is missing and cannot be installed from here."""
    if ctypes.util.find_library("magic"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "libmagic1"]):
            subprocess.run(command, capture_output=True, timeout=600, check=False)
        if ctypes.util.find_library("magic"):
            return
    raise EnvironmentFailure(
        "AppInspect needs the library libmagic; install it (Debian: apt-get install libmagic1, macOS: brew install libmagic)"
    )


def ensure_appinspect() -> Path:
    """The program, installed once. Raises EnvironmentFailure."""
    return ensure(lab_interpreter(), PLACE).parent / "splunk-appinspect"


def inspect(program: Path, package: Path) -> Verdict:
    """Run all precert checks. Raises EnvironmentFailure when AppInspect leaves no report."""
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.unlink(missing_ok=True)
    options = ["--mode", "precert", "--ci", "--skip-trusted-libraries-update", "--max-messages", "all"]
    command = [str(program), "inspect", str(package), *options, "--data-format", "json", "--output-file", str(REPORT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1200)
    if not REPORT.is_file():
        raise EnvironmentFailure(
            f"AppInspect ended with code {done.returncode} and no report:\n{(done.stdout + done.stderr).strip()[-1500:]}"
        )
    return judge(json.loads(REPORT.read_text(encoding="utf-8")))


def main(arguments: list[str]) -> int:
    try:
        ensure_libmagic()
        program = ensure_appinspect()
        package = Path(arguments[0]) if arguments else build(Build()).path
        started = time.monotonic()
        verdict = inspect(program, package)
    except (EnvironmentFailure, PackageError, VendorError, BundleMissing, OSError, subprocess.TimeoutExpired) as error:
        sys.stderr.write(f"appinspect: {error}\n")
        return 1
    took_s = time.monotonic() - started
    counted = ", ".join(f"{verdict.counts[key]} {key}" for key in sorted(verdict.counts))
    lines = [f"AppInspect {VERSION} on {package.name} in {took_s:.1f} s: {counted}"]
    lines += [f"  let through: {text}" for text in verdict.allowed] + [f"  {text}" for text in verdict.problems]
    lines.append("gate: " + ("closed" if verdict.problems else "open"))
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if verdict.problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
