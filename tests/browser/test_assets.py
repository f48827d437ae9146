"""The bundled assets work in a real browser under the policy the pages are served with, before any page uses them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from shared import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from browser.conftest import PageAt

pytestmark = pytest.mark.browser

BUILT = ROOT / "src" / "hongmao" / "web" / "static" / "built"
ORIGIN = "http://127.0.0.1:9"
POLICY = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'"
CHART = """<figure data-chart><div class="chart-plot"></div><table data-source>
<thead><tr><th>日期</th><th data-series="bar" data-scale="left" data-unit="fen">消耗</th></tr></thead>
<tbody><tr><th><time datetime="2025-05-07"></time></th><td><data value="1200">12.00</data></td></tr>
<tr><th><time datetime="2025-05-08"></time></th><td>—</td></tr></tbody></table></figure>"""
PAGE = """<!doctype html><html lang="zh-CN"><title>种草</title>
<link rel="stylesheet" href="/built/{css}"><script type="module" src="/built/{js}"></script>
{chart}
<button hx-get="/fragment" hx-target="#place">看看</button><p id="place"></p></html>"""


def serve(page: Page) -> None:
    """Answer the browser from the built folder, with the policy on every answer, without a server."""
    manifest = json.loads((BUILT / "manifest.json").read_text())
    document = PAGE.format(js=manifest["app.js"], css=manifest["app.css"], chart=CHART)
    kinds = {".js": "text/javascript", ".css": "text/css"}

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        headers = {"Content-Security-Policy": POLICY}
        file = BUILT / path.removeprefix("/built/")
        if path == "/":
            route.fulfill(body=document, content_type="text/html; charset=utf-8", headers=headers)
        elif path == "/fragment":
            route.fulfill(body="<b>一条好笔记</b>", content_type="text/html; charset=utf-8", headers=headers)
        elif path.startswith("/built/") and file.is_file():
            route.fulfill(body=file.read_bytes(), content_type=kinds[file.suffix], headers=headers)
        else:
            route.fulfill(status=404)

    page.route("**/*", answer)


@pytest.mark.parametrize("width_px", [390, 1440])
def test_htmx_swaps_and_uplot_draws_under_the_strict_policy(page_at: PageAt, width_px: int) -> None:
    page = page_at(width_px)
    serve(page)
    page.goto(f"{ORIGIN}/")
    page.get_by_role("button", name="看看").click()
    page.get_by_text("一条好笔记").wait_for()
    canvas = page.locator("[data-chart] canvas")
    canvas.wait_for()
    box = canvas.bounding_box()
    assert box is not None
    assert 0 < box["width"] <= width_px


def test_the_page_reads_without_javascript(page_at: PageAt) -> None:
    page = page_at(390, javascript=False)
    serve(page)
    page.goto(f"{ORIGIN}/")
    assert page.title() == "种草"
