"""What a reader's telephone does with an address: it opens a web page, and an app's link opens the app at the item's page.

The apps of the city all know one shop building; which page they show is read out of the address, as they would.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NESTING_MAX: Final = 6
# Where an app's link names no page, it names the item and hands the click id over by one of these.
_ITEM_PARAMS: Final = ("goods_id", "pid", "skuId", "id", "itemId", "item_id")
_CLICK_PARAMS: Final = ("customParameters", "click_id", "clickid", "statParam", "tra_from")


def open_address(address: str, *, shop_url: str) -> str | None:
    """Give the page of the shop that an address leads to, or None where it leads to no page of the city.

    >>> open_address("tbopen://m?h5Url=http%3A%2F%2Fshop%2Fitem%2F1%3Fclickid%3Dx", shop_url="http://shop")
    'http://shop/item/1?clickid=x'
    >>> open_address("pinduoduo://com.xunmeng.pinduoduo/goods.html?goods_id=7&customParameters=x", shop_url="http://shop")
    'http://shop/item/7?click_id=x'
    """
    parts = list(_unwrapped(address, _NESTING_MAX))
    page = next((part for part in parts if part.startswith(f"{shop_url}/")), None)
    return page or next((page for part in parts if (page := _item_page(part, shop_url)) is not None), None)


def _unwrapped(address: str, depth: int) -> Iterator[str]:
    """List an address and what is nested in it, outermost first."""
    yield address
    if not depth:
        return
    query = address.partition("?")[2]
    if _SCHEME.match(query):  # one universal link has a whole scheme for its query
        yield from _unwrapped(query, depth - 1)
        return
    for name, value in parse_qsl(query):
        if name == "params":
            yield from _in_json(value, depth - 1)
        elif _SCHEME.match(value) or ".html" in value or value.startswith("/"):
            yield from _unwrapped(value, depth - 1)


def _in_json(text: str, depth: int) -> Iterator[str]:
    try:
        params = json.loads(text)
    except ValueError:
        return
    if isinstance(params, dict):
        yield from _unwrapped(str(params.get("url", "")), depth)
        yield "?" + "&".join(f"{name}={value}" for name, value in params.items() if isinstance(value, str | int))


def _item_page(part: str, shop_url: str) -> str | None:
    query = dict(parse_qsl(urlsplit(part).query or part.partition("?")[2]))
    item = next((query[name] for name in _ITEM_PARAMS if query.get(name)), None)
    if item is None:
        return None
    click = next((unquote(query[name]) for name in _CLICK_PARAMS if query.get(name)), None)
    return f"{shop_url}/item/{item}" + (f"?click_id={click}" if click else "")
