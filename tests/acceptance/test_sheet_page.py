"""The page for a therapist in a real browser: light and dark, on a phone and a desk, and nothing asked of the net."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from bot.core.handout import Wish
from bot.library.handout import sheet_of
from bot.library.load import Library
from bot.library.sheet_page import page
from tests.acceptance.test_browser import CHROMIUM, QUIET
from tests.library.test_sheet import EVERY_PART, HARD, chosen

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: apt-get install chromium)")
FAINT = """() => {
  const rgb = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
  const f = (v) => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => .2126 * f(r) + .7152 * f(g) + .0722 * f(b);
  const back = (n) => { for (; n; n = n.parentElement) { const c = rgb(getComputedStyle(n).backgroundColor);
    if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
  return [...document.querySelectorAll('h1,h2,h3,p,dt,dd,th,td,caption,li,blockquote')].filter((n) => n.innerText)
    .map((n) => { const a = light(rgb(getComputedStyle(n).color)), b = light(back(n));
      return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), n.tagName]; }).filter(([ratio]) => ratio < 4.5); }"""
OUTSIDE = """() => [...document.querySelectorAll('body *')]
  .filter((n) => n.getBoundingClientRect().right > innerWidth + 1 || n.getBoundingClientRect().left < -1)
  .map((n) => n.tagName)"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 800])
async def test_it_fits_can_be_read_and_asks_nothing_of_the_net(
    library: Library, tmp_path: Path, scheme: str, width: int
) -> None:
    what = chosen(tuple(HARD.values()), tuple(HARD.values()), 400, Wish(days=None, parts=EVERY_PART))
    file = tmp_path / "notes.html"
    file.write_text(page(sheet_of(library.speak("en"), what)), encoding="utf-8")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        context = await browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
        )
        shown = await context.new_page()
        asked: list[str] = []
        shown.on("request", lambda request: asked.append(request.url))
        shown.on("dialog", lambda dialog: asked.append(dialog.message))
        await shown.goto(file.as_uri())
        assert await shown.evaluate(OUTSIDE) == []
        assert await shown.evaluate(FAINT) == []
        assert asked == [file.as_uri()]
        await browser.close()
