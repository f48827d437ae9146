"""What a note is said to be: by the house alone, in words that are known, of notes that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.catalog.api import Role
from web.api.sent import fault

if TYPE_CHECKING:
    from platforms.sandbox.browser import Browser
    from web.api.front import Caller, Front


@pytest.mark.usefixtures("tenant")
def test_the_house_says_what_a_note_is_and_keeps_every_copy_that_it_let_go(admin: Caller, house: Front) -> None:
    said = admin.add("/v1/notes/note-1/mark", kind="health", ai=True)
    assert (said["note"], said["kind"], said["ai"], said["at_ms"]) == ("note-1", "health", True, house.clock.now_ms())
    assert admin.get("/v1/notes/note-1/ai-copies").json() == {"copies": []}
    let_go = admin.add("/v1/notes/note-1/ai-copies", why="合同 2025-17")
    assert admin.get("/v1/notes/note-1/ai-copies").json() == {"copies": [let_go]}
    wrong = admin.post("/v1/notes/note-1/mark", {"kind": "poem", "ai": False})
    assert (wrong.status_code, fault(wrong)["code"]) == (422, "note_kind_unknown")
    blank = admin.post("/v1/notes/note-1/ai-copies", {"why": " "})
    assert blank.status_code == 422
    for path, body in (("mark", {"kind": "other", "ai": False}), ("ai-copies", {"why": "x"})):
        assert admin.post(f"/v1/notes/note-none/{path}", body).status_code == 404


def test_nobody_but_the_house_says_it(house: Front, browser: Browser, tenant: str) -> None:
    ours = house.caller(browser, Role.OPTIMISER, tenant)
    assert ours.post("/v1/notes/note-1/mark", {"kind": "other", "ai": False}).status_code == 403
    assert ours.post("/v1/notes/note-1/ai-copies", {"why": "x"}).status_code == 403
    assert ours.get("/v1/notes/note-1/ai-copies").status_code == 403
