"""The lab's own pages around the dashboards: index, no logs, unknown pages, what may run in them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from web.conftest import Served

from lab.web.pages import _in_script
from lab.web.views import ViewUnusable, read_view, view_names


def fetch(served: Served, path: str, token: bool = True) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers; the token in a header, as a script sends it."""
    request = urllib.request.Request(served.address + path, headers={"Authorization": f"Bearer {served.token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), dict(error.headers)


def test_without_logs_the_index_and_every_page_say_so_and_what_to_do(served_empty: Served) -> None:
    for path in ("/", "/en-US/app/zeek_hunting/beacons"):
        status, text, _ = fetch(served_empty, path)
        assert status == 200
        assert "No logs are loaded" in text
        assert "make lab LOGS=" in text


def test_the_index_lists_every_view_with_its_description(served_empty: Served, repo: Path) -> None:
    _, text, _ = fetch(served_empty, "/")
    for name in view_names(repo / "zeek_hunting"):
        assert f"/en-US/app/zeek_hunting/{name}" in text


def test_pages_need_the_token(served_empty: Served) -> None:
    assert fetch(served_empty, "/", token=False)[0] == 401


@pytest.mark.parametrize(
    "path",
    ["/en-US/app/zeek_hunting/nosuch", "/en-US/app/other/beacons", "/en-US/app/zeek_hunting/..%2Fnav", "/lab/validate.cjs"],
)
def test_what_is_no_page_is_not_found(path: str, served_empty: Served) -> None:
    assert fetch(served_empty, path)[0] == 404


def test_a_link_without_locale_leads_to_the_page(served_empty: Served) -> None:
    assert fetch(served_empty, "/app/zeek_hunting/beacons")[0] == 200


def test_a_search_from_a_link_is_shown_as_text(served_empty: Served) -> None:
    _, text, headers = fetch(served_empty, "/en-US/app/zeek_hunting/search?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "default-src 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!--", "a & b", "line\u2028separator"])
def test_a_value_cannot_end_the_script_it_stands_in(text: str) -> None:
    written = _in_script({"value": text})
    assert not any(character in written for character in "<>&\u2028")
    assert json.loads(written) == {"value": text}


def written(app: Path, name: str, text: str) -> Path:
    folder = app / "default" / "data" / "ui" / "views"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.xml").write_text(text, encoding="utf-8")
    return app


def test_a_simple_xml_view_is_refused_with_the_reason(tmp_path: Path) -> None:
    app = written(tmp_path, "classic", '<dashboard version="1.1"/>')
    with pytest.raises(ViewUnusable, match="Simple XML"):
        read_view(app, "classic")
    assert view_names(app) == []


def test_a_definition_that_is_no_json_is_refused(tmp_path: Path) -> None:
    app = written(tmp_path, "broken", '<dashboard version="2"><definition>{</definition></dashboard>')
    with pytest.raises(ViewUnusable, match="no JSON"):
        read_view(app, "broken")
