"""One tree of errors: each a named sentence with a code, a status, the facts and the next step, in Chinese and English.

Web pages, the HTTP API and the command line all render from here, so the same mistake reads the same everywhere.
A context declares its own errors in `errors.py` as subclasses of `HongmaoError`:

    HongmaoError
    ├── BadInput        422  what was sent cannot be understood; `place` says where
    ├── NotFound        404  no such thing, or not yours to see
    ├── Refused         403  understood, and a rule says no
    ├── Conflict        409  understood, and it contradicts what is already there
    └── Unavailable     503  try again later; nothing was lost
"""

from __future__ import annotations

from typing import ClassVar, Literal

Lang = Literal["zh", "en"]


class HongmaoError(Exception):
    """Base of every error we raise on purpose.

    Subclasses set `code` (stable, machine-readable), `status` (HTTP), the sentence in both languages and the hint.
    Templates are `str.format` templates over the keyword arguments the error is raised with.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    zh: ClassVar[str] = "出错了"
    en: ClassVar[str] = "Something went wrong"
    hint_zh: ClassVar[str] = ""
    hint_en: ClassVar[str] = ""

    def __init__(self, **params: object) -> None:
        """Keep the facts; the sentence is rendered when somebody reads it."""
        self.params = params
        super().__init__(self.code, params)

    def message(self, lang: Lang = "en") -> str:
        """Say what is wrong, with the facts filled in."""
        return (self.zh if lang == "zh" else self.en).format(**self.params)

    def hint(self, lang: Lang = "en") -> str:
        """Say what to do next; empty where nothing can be done."""
        return (self.hint_zh if lang == "zh" else self.hint_en).format(**self.params)

    def __str__(self) -> str:
        """Render in English for logs and tracebacks."""
        hint = self.hint("en")
        return f"{self.message('en')}. {hint}" if hint else self.message("en")


class BadInput(HongmaoError):
    """What was sent cannot be understood. Subclasses take `place`: the field, row or file where it stands."""

    code = "bad_input"
    status = 422
    zh = "{place} 的内容无法理解"
    en = "What stands at {place} cannot be understood"
    hint_zh = "请按接口文档更正后重新提交"
    hint_en = "Correct it as the reference describes and send it again"


class NotFound(HongmaoError):
    """There is no such thing, or it belongs to somebody else: both read the same, so nothing leaks."""

    code = "not_found"
    status = 404
    zh = "找不到 {id}"
    en = "There is no {id}"
    hint_zh = "请检查编号，或确认当前账号有权查看"
    hint_en = "Check the id, or whether this account may see it"


class Refused(HongmaoError):
    """Understood, and a rule says no. Subclasses name the rule."""

    code = "refused"
    status = 403
    zh = "规则不允许这样做"
    en = "A rule does not allow this"


class Conflict(HongmaoError):
    """Understood, and it contradicts what is already there. Subclasses say what."""

    code = "conflict"
    status = 409
    zh = "{id} 与已有数据冲突"
    en = "{id} contradicts what is already there"
    hint_zh = "请先查看已有数据，再决定是否更改"
    hint_en = "Look at what is there before changing it"


class Unavailable(HongmaoError):
    """Not now. Nothing was lost; try again."""

    code = "unavailable"
    status = 503
    zh = "暂时不可用"
    en = "Not available right now"
    hint_zh = "请稍后重试"
    hint_en = "Try again in a moment"


def every_error(root: type[HongmaoError] = HongmaoError) -> list[type[HongmaoError]]:
    """List the whole tree below `root`, itself included, in a stable order: the catalogue that docs and tests walk."""
    found = [root]
    for child in sorted(root.__subclasses__(), key=lambda cls: cls.code):
        found.extend(every_error(child))
    return found
