"""Other media as a platform of the house: it brings targets, and the sandbox receivers that stand for them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hongmao.platforms.api import OrderGrain, Platform
from hongmao.platforms.media.consented import nobody
from hongmao.platforms.media.gateway import gateway
from hongmao.platforms.media.juguang.target import JuguangTarget, JuguangTokenTarget
from hongmao.platforms.media.meta.target import MetaTarget
from hongmao.platforms.media.oceanengine.target import OceanEngineTarget
from hongmao.platforms.media.reports import REPORTS
from hongmao.platforms.media.signing import sign
from hongmao.platforms.media.tencent.payload import CALLBACK_HOSTS
from hongmao.platforms.media.tencent.target import TencentTarget
from hongmao.platforms.media.tiktok.target import TikTokTarget
from hongmao.platforms.media.wire import load

if TYPE_CHECKING:
    from hongmao.platforms.api import Target
    from hongmao.platforms.media.consented import Consented

MEDIA_FOLDERS = ("juguang", "oceanengine", "tencent", "meta", "tiktok")


def targets(consented: Consented | None = None) -> tuple[Target, ...]:
    """Make the targets. `consented` looks up what a merchant may tell of its own buyers; without it nothing is told.

    The return by 口令码 goes by such data and is there only with it.
    """
    by_code = () if consented is None else (JuguangTokenTarget(consented),)
    consented = consented or nobody
    return (
        JuguangTarget(),
        JuguangTarget("juguang_goods", "goods"),
        *by_code,
        OceanEngineTarget(consented),
        TencentTarget(consented),
        MetaTarget(consented),
        TikTokTarget(consented),
    )


MEDIA = Platform(
    name="media",
    zh="其他媒体",
    en="Other media",
    grain=OrderGrain.SUB_ORDER,
    hosts=tuple(sorted({urlsplit(load(name).endpoint).netloc for name in MEDIA_FOLDERS} | CALLBACK_HOSTS)),
    files=REPORTS,
    targets=targets(),
    sign=sign,
    gateway=gateway,
)
