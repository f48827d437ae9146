"""Errors as answers: one JSON shape for programs in both languages, and the language a reader asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import HTTPConnection

    from hongmao.kernel.errors import HongmaoError, Lang

LANG_COOKIE = "hm_lang"


def problem(error: HongmaoError) -> dict[str, object]:
    """Write an error for programs: a stable code, the sentence and the hint in both languages, and the facts."""
    return {
        "code": error.code,
        "message": {"zh": error.message("zh"), "en": error.message("en")},
        "hint": {"zh": error.hint("zh"), "en": error.hint("en")},
        "params": {name: _plain(value) for name, value in error.params.items()},
    }


def problem_response(error: HongmaoError, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Answer with an error: its own status, never a 200."""
    return JSONResponse({"error": problem(error)}, status_code=error.status, headers=dict(headers or {}))


def lang_of(connection: HTTPConnection) -> Lang:
    """Choose the language: what was picked on a page, else what the browser prefers, else Chinese."""
    picked = connection.cookies.get(LANG_COOKIE)
    if picked in {"zh", "en"}:
        return "zh" if picked == "zh" else "en"
    accepted = connection.headers.get("accept-language", "zh").lower()
    for part in accepted.split(","):
        tag = part.split(";")[0].strip()
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "zh"


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | bool | list | None) else str(value)
