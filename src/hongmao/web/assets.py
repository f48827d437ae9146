"""Where the built files are: a page names `app.css`, the reader's browser gets the hashed file of this build."""

from __future__ import annotations

import functools
import json
from pathlib import Path

from hongmao.kernel.errors import HongmaoError

STATIC = Path(__file__).parent / "static"
BUILT = STATIC / "built"


class AssetsMissing(HongmaoError):
    """The browser's files were never built, or are of another build than the pages."""

    code = "assets_missing"
    zh = "页面资源 {name} 尚未构建"
    en = "The page asset {name} has not been built"
    hint_zh = "请在源码目录运行 make setup"
    hint_en = "Run make setup in the checkout"


@functools.lru_cache(maxsize=1)
def _manifest() -> dict[str, str]:
    try:
        manifest = json.loads((BUILT / "manifest.json").read_bytes())
    except FileNotFoundError:
        raise AssetsMissing(name="manifest.json") from None
    return {str(name): str(file) for name, file in manifest.items()}


def asset(name: str) -> str:
    """Give the address of a built file; its name changes with its content, so it may be kept for ever."""
    file = _manifest().get(name)
    if file is None:
        raise AssetsMissing(name=name)
    return f"/static/built/{file}"
