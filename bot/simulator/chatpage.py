"""The chat page of the demo: people's chats as a messenger shows them, and a panel with the clock and faults."""

from __future__ import annotations

import asyncio
import base64
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.simulator.controls import Controls
from bot.simulator.person import Person, join
from bot.simulator.server import routes
from bot.simulator.state import Chat, Post
from bot.simulator.telegram import Telegram

PAGE = Path(__file__).parent / "page"
WATCH_SECONDS = 20
DEMO_ZONE = "Europe/Berlin"


def page(telegram: Telegram, controls: Controls) -> Starlette:
    """The whole demo server: Bot API, page, and the page's own small API."""
    return Starlette(
        routes=[
            *routes(telegram),
            Route("/", lambda _: FileResponse(PAGE / "index.html")),
            Mount("/page", StaticFiles(directory=PAGE)),
            Route("/demo/people", _people(telegram), methods=["GET", "POST"]),
            Route("/demo/chat/{chat:int}", _chat(telegram, controls)),
            Route("/demo/chat/{chat:int}/do", _do(telegram), methods=["POST"]),
            Route("/demo/panel", _panel(telegram, controls), methods=["GET", "POST"]),
        ]
    )


def _people(telegram: Telegram) -> Any:
    async def people(request: Request) -> Response:
        if request.method == "POST":
            name = str((await request.json()).get("name", "")).strip()[:40] or f"Person {len(telegram.chats) + 1}"
            join(telegram, name)
        found = [chat for chat in telegram.chats.values() if chat.kind == "private"]
        return JSONResponse([{"id": chat.id, "name": chat.name} for chat in found])

    return people


def _chat(telegram: Telegram, controls: Controls) -> Any:
    async def chat(request: Request) -> Response:
        """The chat as it is; waits for a change when the asker has seen this revision."""
        watched = telegram.chats.get(request.path_params["chat"])
        if watched is None:
            return JSONResponse({"error": "no such chat"}, 404)
        seen = int(request.query_params.get("seen", -1))
        ends = asyncio.get_running_loop().time() + WATCH_SECONDS
        async with telegram.changed:
            while watched.revision == seen and (left := ends - asyncio.get_running_loop().time()) > 0:
                try:
                    async with asyncio.timeout(left):
                        await telegram.changed.wait()
                except TimeoutError:
                    break
        return JSONResponse(_view(telegram, watched, controls.now()))

    return chat


def _view(telegram: Telegram, chat: Chat, now: datetime) -> dict[str, Any]:
    answers = [query.answered for query in telegram.queries.values() if query.chat_id == chat.id and query.answered]
    typing = chat.action is not None and now - chat.action[1] < timedelta(seconds=5)
    return {
        "revision": chat.revision,
        "name": chat.name,
        "blocked": chat.blocked,
        "posts": [_post(telegram, post) for post in chat.posts.values()],
        "keyboard": chat.keyboard,
        "pinned": chat.pinned,
        "typing": typing,
        "toast": answers[-1] if answers and answers[-1]["text"] else None,
        "commands": telegram.commands.get(("default", ""), []),
    }


def _post(telegram: Telegram, post: Post) -> dict[str, Any]:
    shown = {
        "id": post.id,
        "mine": not post.from_bot,
        "at": post.at.isoformat(),
        "edited": post.edits > 0,
        "text": post.data.get("text") or post.data.get("caption") or "",
        "entities": post.data.get("entities") or post.data.get("caption_entities") or [],
        "buttons": post.data.get("reply_markup", {}).get("inline_keyboard", []),
    }
    for kind in ("photo", "voice", "animation", "document"):
        about = post.data.get(kind)
        if about:
            about = about[-1] if isinstance(about, list) else about
            content = base64.b64encode(telegram.files.get(about["file_id"], b"")).decode()
            shown["file"] = {"kind": kind, "name": about.get("file_name", kind), "content": content}
            break
    else:
        known = {"text", "message_id", "from", "chat", "date", "entities", "reply_markup", "edit_date"}
        other = next((name for name in post.data if name not in known), None)
        shown["text"] = shown["text"] or (f"[{other}]" if other else "")
    return shown


def _do(telegram: Telegram) -> Any:
    async def do(request: Request) -> Response:
        chat = telegram.chats.get(request.path_params["chat"])
        if chat is None:
            return JSONResponse({"error": "no such chat"}, 404)
        person, wanted = Person(telegram, chat), await request.json()
        match wanted.get("do"):
            case "say" if str(wanted.get("text", "")).strip():
                person.send_text(str(wanted["text"])[:4096])
            case "tap" if wanted.get("post") in chat.posts:
                person.tap(chat.posts[wanted["post"]], str(wanted.get("data", "")))
            case "location":
                person.send_location(float(wanted["latitude"]), float(wanted["longitude"]))
            case "sticker":
                person.send_sticker()
            case "voice":
                person.send_voice()
            case "block":
                person.block()
            case "unblock":
                person.unblock()
            case _:
                return JSONResponse({"error": "nothing to do"}, 400)
        telegram.touch(chat)
        return JSONResponse({"ok": True})

    return do


def _panel(telegram: Telegram, controls: Controls) -> Any:
    async def panel(request: Request) -> Response:
        said = ""
        if request.method == "POST":
            said = await _order(telegram, controls, await request.json())
        due = [{"at": moment.isoformat(), "what": what} for moment, what in (await controls.due())[:12]]
        faults = telegram.faults
        state = {"down": faults.down, "slow": faults.slow > 0, "flood": faults.flooded}
        return JSONResponse({"now": controls.now().isoformat(), "due": due, "faults": state, "said": said})

    return panel


async def _order(telegram: Telegram, controls: Controls, wanted: dict[str, Any]) -> str:
    now, faults = controls.now(), telegram.faults
    match wanted.get("do"):
        case "hour":
            await controls.move_to(now + timedelta(hours=1))
        case "week":
            await controls.move_to(now + timedelta(days=7))
        case "lesson":
            moment = await controls.next_lesson()
            if moment is None:
                return "No lesson is planned. Choose a time in the chat first."
            await controls.move_to(max(moment, now) + timedelta(seconds=1))
        case "spring" | "autumn":
            await controls.move_to(next_change(now, spring=wanted["do"] == "spring"))
        case "restart":
            await controls.restart()
        case "down":
            faults.down = not faults.down
        case "slow":
            faults.slow = 0.0 if faults.slow else 2.0
        case "flood":
            faults.flooded = not faults.flooded
    return ""


def next_change(now: datetime, *, spring: bool) -> datetime:
    """Half an hour before the demo zone's next clock change of one kind."""
    zone = ZoneInfo(DEMO_ZONE)
    moment = now.replace(minute=30, second=0, microsecond=0) + timedelta(hours=1)
    for _ in range(366 * 24):
        before, after = moment.astimezone(zone).utcoffset(), (moment + timedelta(hours=1)).astimezone(zone).utcoffset()
        if before is not None and after is not None and (after > before if spring else after < before):
            return moment
        moment += timedelta(hours=1)
    return now
