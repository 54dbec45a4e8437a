"""A new person, a real browser: the demo page from /start to /progress, by taps, phone-sized, light and dark.

Screenshots are kept in artefacts/. Without Chromium the test says so and is skipped; CI installs it.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from bot.library.load import load
from bot.simulator.demo import Demo

ROOT = Path(__file__).parent.parent.parent
ARTEFACTS = ROOT / "artefacts"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
WALK = [
    ("Choose a time", "What time is it"), ("11:|12:|13:|14:|15:|16:|17:|18:|19:|20:|21:|22:|23:|0", "Right?"),
    ("Yes", "How often"), ("Every day", "what time on"), ("8:30", "All set"),
]  # fmt: skip
SPIRAL = [
    ("Next", "nose|Out longer"), ("I've paused", "Is it passing"), ("6", "camera"), ("Seen, no", "camera"),
    ("That's all", "adding"), ("Interest is", "adding"), ("That's all", "something kind"),
    ("A kind line", "Say this|Try this"), ("Said it", "here now"), ("Scared", "would you need"),
    ("Rest", "One more number"), ("3", "a mirror"), ("That's all", "for now"),
]  # fmt: skip

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: apt-get install chromium)")


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    """The demo on a free port."""
    shown = Demo(tmp_path, load(ROOT / "content"))
    ready = asyncio.Event()
    running = asyncio.create_task(shown.run(0, ready))
    await ready.wait()
    yield shown
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def newest(page: Page) -> str:
    """What the newest bubble of the bot says."""
    return await page.locator(".chat.shown .post:not(.mine) .bubble").last.inner_text()


async def press(page: Page, label: str, then: str) -> None:
    """Press the newest button whose label begins so, once it is there, and wait until the newest bubble says one of
    `then`."""
    for _ in range(100):
        for begin in label.split("|"):
            found = page.locator(".chat.shown [data-testid=inline-button]").filter(has_text=begin)
            exact = [at for at in range(await found.count()) if _begins(await found.nth(at).inner_text(), begin)]
            if exact:
                await found.nth(exact[-1]).click()
                return await says(page, then)
        await asyncio.sleep(0.1)
    raise AssertionError(f"no button {label}")


def _begins(text: str, begin: str) -> bool:
    bare = text.removeprefix("✓ ").removeprefix("○ ")
    return bare == begin if begin.isdigit() and len(begin) == 1 and ":" not in bare else bare.startswith(begin)


async def says(page: Page, words: str) -> None:
    """Wait until the newest bubble says one of `words`."""
    for _ in range(100):
        said = await newest(page)
        if any(word in said for word in words.split("|")):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"“{words}” never came; the newest is: {said}")


async def keep(page: Page, name: str) -> None:
    """A screenshot, and nothing wider than the screen."""
    ARTEFACTS.mkdir(exist_ok=True)
    await page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    await page.screenshot(path=ARTEFACTS / f"{name}.png")
    wide = await page.evaluate(WIDE)
    assert wide == 0, f"{wide} elements stick out of the screen at {name}"
    faint = await page.evaluate(CONTRAST)
    assert faint == [], f"too little contrast at {name}: {faint}"


WIDE = """() => [...document.querySelectorAll('.chat.shown *')]
  .filter((node) => node.getBoundingClientRect().right > innerWidth + 1).length"""
CONTRAST = """() => {
  const rgb = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
  const f = (v) => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => {
    return .2126 * f(r) + .7152 * f(g) + .0722 * f(b); };
  const back = (n) => { for (; n; n = n.parentElement) { const c = rgb(getComputedStyle(n).backgroundColor);
    if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
  const looked = '.chat.shown .bubble, .chat.shown time, .chat.shown button, .chat.shown .who, textarea';
  return [...document.querySelectorAll(looked)]
    .filter((n) => n.offsetParent && !n.classList.contains('spoiler'))
    .map((n) => { const a = light(rgb(getComputedStyle(n).color)), b = light(back(n));
      return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), n.className || n.tagName]; })
    .filter(([ratio]) => ratio < 4.5);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_new_person_goes_from_start_to_progress(demo: Demo, scheme: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        context = await browser.new_context(
            viewport={"width": PHONE["width"], "height": PHONE["height"]},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        page = await context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        await page.goto(demo.root)
        await page.get_by_test_id("start").click()
        await says(page, "not therapy")
        await keep(page, f"1-start-{scheme}")
        for number, (label, then) in enumerate(WALK):
            await press(page, label, then)
            await keep(page, f"2-setup-{number}-{scheme}")
        await page.get_by_test_id("keyboard-button").first.click()
        await says(page, "here|Okay")
        await keep(page, f"3-spiral-arrive-{scheme}")
        for number, (label, then) in enumerate(SPIRAL):
            await press(page, label, then)
            await keep(page, f"3-spiral-{number:02}-{scheme}")
        await page.locator(".chat.shown .open-panel").click()
        await keep(page, f"4-panel-{scheme}")
        await page.get_by_test_id("clock-lesson").click()
        await page.locator("#panel-close").click()
        await says(page, "Why trying harder backfires")
        await keep(page, f"5-lesson-{scheme}")
        await press(page, "Tried it", "push usually look")
        await press(page, "Not sure yet", "fine place")
        await keep(page, f"6-lesson-answered-{scheme}")
        await page.get_by_test_id("composer").fill("/progress")
        await page.get_by_test_id("composer").press("Enter")
        await says(page, "What grew")
        await keep(page, f"7-progress-{scheme}")
        await press(page, "Show as a picture", "day with something done")
        await page.locator(".chat.shown .post img").last.evaluate("picture => picture.decode()")
        await keep(page, f"7-picture-{scheme}")
        await page.get_by_test_id("composer").fill("/sos")
        await page.get_by_test_id("send").click()
        await says(page, "People to reach")
        await press(page, "Germany", "TelefonSeelsorge")
        await keep(page, f"8-sos-{scheme}")
        assert wrong == []
        assert demo.telegram.refusals() == []
        await browser.close()
