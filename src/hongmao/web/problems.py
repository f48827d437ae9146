"""Errors as answers: one JSON shape for programs in both languages, and the language a reader asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import HTTPConnection
    from starlette.responses import JSONResponse

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
    from starlette.responses import JSONResponse  # noqa: PLC0415 - an edge alone answers without it

    return JSONResponse({"error": problem(error)}, status_code=error.status, headers=dict(headers or {}))


def said(error: HongmaoError, lang: Lang) -> str:
    """Say an error in one line for a page: what is wrong, and the next step."""
    return f"{error.message(lang)}{'。' if lang == 'zh' else '. '}{error.hint(lang)}"


def lang_of(connection: HTTPConnection) -> Lang:
    """Choose the language: what was picked on a page, else what the browser prefers, else Chinese."""
    return _lang(connection.cookies.get(LANG_COOKIE), connection.headers.get("accept-language", "zh"))


def lang_asked(headers: Mapping[str, str]) -> Lang:
    """Choose the language as `lang_of` does, by headers alone, as `headers_of` gives them."""
    cookies = (part.strip().partition("=") for part in headers.get("cookie", "").split(";"))
    picked = {name.strip(): value.strip() for name, _, value in cookies}.get(LANG_COOKIE)
    return _lang(picked, headers.get("accept-language", "zh"))


def _lang(picked: str | None, accepted: str) -> Lang:
    if picked in {"zh", "en"}:
        return "zh" if picked == "zh" else "en"
    for part in accepted.lower().split(","):
        tag = part.split(";")[0].strip()
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "zh"


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | bool | list | None) else str(value)
