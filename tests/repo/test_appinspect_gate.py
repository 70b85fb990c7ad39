"""The AppInspect gate opens for a clean report alone."""

from __future__ import annotations

from typing import Any

import pytest

from tools.appinspect import ALLOWED, judge


def report(*checks: tuple[str, str], **counts: int) -> dict[str, Any]:
    """A report in AppInspect's form; its summary counts the checks unless counts say otherwise."""
    summary = dict.fromkeys(("error", "failure", "future_failure", "warning", "success", "skipped"), 0)
    for _, result in checks:
        summary[result] = summary.get(result, 0) + 1
    summary.update(counts)
    listed = [{"name": name, "result": result, "messages": [{"message": "said"}]} for name, result in checks]
    return {"summary": summary, "reports": [{"groups": [{"checks": listed}]}]}


PASSED = ("check_x", "success")


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_the_warnings_that_cannot_be_avoided_pass_with_their_reason(name: str) -> None:
    verdict = judge(report(PASSED, (name, "warning")))
    assert verdict.problems == ()
    assert verdict.allowed == (f"{name}: {ALLOWED[name]}",)


@pytest.mark.parametrize("result", ["error", "failure", "future_failure", "warning"])
def test_any_other_finding_closes_the_gate(result: str) -> None:
    assert judge(report(PASSED, ("check_y", result))).problems == (f"{result} check_y: said",)


@pytest.mark.parametrize("result", ["error", "failure", "future_failure"])
def test_an_allowed_name_does_not_excuse_more_than_a_warning(result: str) -> None:
    assert len(judge(report(PASSED, (next(iter(ALLOWED)), result))).problems) == 1


def test_a_failure_that_only_the_summary_counts_closes_the_gate() -> None:
    assert judge(report(PASSED, failure=1)).problems == ("the summary counts 1 failure that no check explains",)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param([], id="a-list"),
        pytest.param({}, id="empty"),
        pytest.param({"summary": {}, "reports": []}, id="no-checks"),
        pytest.param(report(("check_x", "skipped")), id="nothing-passed"),
    ],
)
def test_a_report_that_shows_no_passed_check_closes_the_gate(content: object) -> None:
    assert len(judge(content).problems) == 1


def test_results_that_are_no_finding_pass() -> None:
    assert judge(report(PASSED, ("check_y", "not_applicable"), ("check_z", "skipped"))).problems == ()
