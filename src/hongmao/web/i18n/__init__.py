"""The pages' words in both languages: Babel catalogues read once at the start, keyed by place (`feed.more`)."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.pofile import read_po

from hongmao.platforms.registry import load_platforms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.kernel.errors import Lang

FOLDER = Path(__file__).parent
LANGS: tuple[Lang, ...] = ("zh", "en")
HTML_LANG: dict[Lang, str] = {"zh": "zh-CN", "en": "en"}
NATIVE: dict[Lang, str] = {"zh": "中文", "en": "English"}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language's words. Placeholders are `str.format` fields, filled by name."""

    lang: Lang
    texts: Mapping[str, str]

    def text(self, key: str, /, **params: object) -> str:
        """Say what a key means; an unknown key shows itself, so that a page with a gap still reads."""
        said = self.texts.get(key, key)
        return said.format(**params) if params else said

    def code(self, family: str, code: str) -> str:
        """Say a machine's code in words (`code("reason", "skew")`); a code we have no words for stays as it is.

        A platform says its own name, so that a plugin's reads like ours.
        """
        platform = load_platforms().get(code) if family == "platform" else None
        if platform is not None:
            return platform.zh if self.lang == "zh" else platform.en
        return self.texts.get(f"{family}.{code}", code)


@functools.cache
def catalogue(lang: Lang) -> Catalogue:
    """Read one language's catalogue."""
    with (FOLDER / f"{lang}.po").open("rb") as file:
        messages = read_po(file, locale=lang, charset="utf-8")
    return Catalogue(lang, {str(message.id): str(message.string) for message in messages if message.id})
