"""The edge pages' own few words in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.kernel.errors import Lang

HTML_LANG: Final[Mapping[Lang, str]] = {"zh": "zh-CN", "en": "en"}

WORDS: Final[Mapping[Lang, Mapping[str, str]]] = {
    "zh": {
        "title": "前往店铺",
        "leaving": "你将离开社区，前往",
        "host": "网址",
        "open_app": "打开店铺 App",
        "open_web": "直接访问网页版",
        "get_app": "还没有 App？前往应用商店",
        "waiting": "正在打开 App，若没有反应将前往网页版……",
        "back": "返回笔记",
        "home": "去社区首页",
        "gone": "链接不可用",
    },
    "en": {
        "title": "To the shop",
        "leaving": "You are about to leave the community for",
        "host": "Address",
        "open_app": "Open the shop's app",
        "open_web": "Go to the web page instead",
        "get_app": "No app yet? Get it in the store",
        "waiting": "Opening the app; if nothing happens, the web page follows…",
        "back": "Back to the note",
        "home": "To the community",
        "gone": "Link not available",
    },
}
