"""小红星 as a platform of the house. It has no link and no order: it measures spend that was already made."""

from __future__ import annotations

from typing import Final

from hongmao.platforms.api import Platform
from hongmao.platforms.star.client import GATEWAY, host_of
from hongmao.platforms.star.files import STAR_TASK
from hongmao.platforms.star.gateway import routes
from hongmao.platforms.star.pulls import DailySource, NoteSource

STAR: Final = Platform(
    name="star",
    zh="小红星",
    en="Xiaohongxing",
    hosts=(host_of(GATEWAY),),
    pulls=(NoteSource(), DailySource()),
    files=(STAR_TASK,),
    gateway=routes,
)
