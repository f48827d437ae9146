"""Addresses of links: what may be one, how a click id gets into it, how an app scheme becomes an Android intent. Pure.

Shops nest addresses: an app scheme carries the H5 page it should show as a parameter, percent-encoded, and sometimes the
scheme itself stands inside a universal link. The click id belongs into the innermost page, because that is what the shop
reads, and every layer around it must decode to exactly what it was before.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote_plus, urlsplit

from hongmao.links.contracts import CLICK_PARAM
from hongmao.links.macros import fill, has_click_macro, unknown_macros

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hongmao.links.macros import TapFacts

ADDRESS_CHARS_MAX = 2_048  # what the oldest browsers and every gateway let through
NESTING_MAX = 4  # a scheme inside a universal link inside a wrapper is three; what nests deeper is somebody's joke
_WEB: Final = ("http", "https")
_NESTED_ANYWHERE: Final = frozenset({"h5url", "smburl", "launch_url"})
_NESTED_IN_SCHEMES: Final = _NESTED_ANYWHERE | {"url"}
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PLAIN: Final = re.compile(r"[!-\[\]-~]+")  # printable ASCII without space and backslash
_NEVER: Final = frozenset({"javascript", "data", "vbscript", "file", "blob", "about", "intent", "content"})
REASONS: Final = {
    "too_long": (f"超过 {ADDRESS_CHARS_MAX} 个字符", f"it is longer than {ADDRESS_CHARS_MAX} characters"),
    "odd_characters": ("含有空格、控制字符或非 ASCII 字符", "it has spaces, control or non-ASCII characters"),
    "unreadable": ("不是完整的地址", "it is no complete address"),
    "scheme": ("协议不被允许", "its scheme is never allowed"),
    "userinfo": ("含有用户名或密码", "it carries a user name or password"),
    "macro": ("含有无法替换的宏", "it has a macro that nobody fills"),
    "not_web": ("必须是网页地址", "it must be a web address"),
    "not_app": ("必须是 App 协议，不是网页地址", "it must be an app's scheme, not a web address"),
    "not_allowed": ("不在该平台允许的地址之内", "the shop's platform does not allow it"),
}


@dataclass(frozen=True, slots=True)
class Prefix:
    """One allowed place: an origin with the beginning of a path, or the scheme of an app."""

    scheme: str
    netloc: str
    path: str

    @classmethod
    def of(cls, text: str) -> Prefix:
        """Read a prefix such as `http://127.0.0.1:8090` or `sandboxshop://`."""
        parts = urlsplit(text)
        return cls(parts.scheme.lower(), parts.netloc.lower(), parts.path)

    def allows(self, url: str) -> bool:
        """Tell whether an address begins here: the whole origin must be the same, not its first characters."""
        parts = urlsplit(url)
        if parts.scheme.lower() != self.scheme:
            return False
        if self.scheme not in _WEB and not self.netloc:
            return True
        return parts.netloc.lower() == self.netloc and _below(parts.path, self.path)


def fault_of(url: str, *, app: bool, allowed: Sequence[Prefix]) -> str | None:
    """Name why no link may carry an address (a key of `REASONS`), or None where it may.

    Every address nested inside must be allowed as well: a scheme that opens somebody else's page is a redirect.
    """
    fault = _unreadable(url)
    if fault is not None:
        return fault
    if unknown_macros(url):
        return "macro"
    scheme = urlsplit(url).scheme.lower()
    if scheme in _NEVER:
        return "scheme"
    if app and scheme in _WEB:
        return "not_app"
    if not app and scheme not in _WEB:
        return "not_web"
    return next((why for part in (url, *_inside(url)) if (why := _refused(part, allowed)) is not None), None)


def address_for(url: str, facts: TapFacts) -> str:
    """Make one tap's address from a link's template: by its own macros where it has any, else by our own parameter."""
    return fill(url, facts) if has_click_macro(url) else with_click_id(fill(url, facts), facts.click_id)


def with_click_id(url: str, click_id: str) -> str:
    """Put the click id where the shop will read it, replacing one that is there; all else stays as it was.

    >>> with_click_id("https://shop.example/item/1?from=note#top", "abc")
    'https://shop.example/item/1?from=note&hm_click=abc#top'
    >>> with_click_id("sandboxshop://open?h5url=https%3A%2F%2Fshop.example%2Fitem%2F1", "abc")
    'sandboxshop://open?h5url=https%3A%2F%2Fshop.example%2Fitem%2F1%3Fhm_click%3Dabc'
    """
    return _marked(url, click_id, NESTING_MAX)


def intent_of(deeplink: str, *, fallback_url: str, package: str | None) -> str:
    """Write an app scheme as an Android intent that names its own fallback; `package` is the shop's app where known."""
    scheme, _, rest = deeplink.partition("://")
    extras = [f"scheme={scheme}"]
    if package is not None:
        extras.append(f"package={package}")
    extras.append(f"S.browser_fallback_url={quote(fallback_url, safe='')}")
    return f"intent://{rest.replace('#', '%23')}#Intent;{';'.join(extras)};end"


def host_of(url: str) -> str:
    """Give the host an address leads to, with its port: what a reader is told before the tap."""
    return urlsplit(url).netloc


def _marked(url: str, click_id: str, depth: int) -> str:
    before, hash_, fragment = url.partition("#")
    place, _, query = before.partition("?")
    web = place.partition(":")[0].lower() in _WEB
    if depth and _SCHEME.match(query):  # 京东's universal link has a whole scheme for its query
        return f"{place}?{_marked(query, click_id, depth - 1)}{hash_}{fragment}"
    fields = query.split("&") if query else []
    for index, field in enumerate(fields):
        inner = _nested(field, click_id, depth, web=web)
        if inner is not None:
            fields[index] = inner
            return f"{place}?{'&'.join(fields)}{hash_}{fragment}"
    kept = [field for field in fields if field.partition("=")[0] != CLICK_PARAM]
    return f"{place}?{'&'.join([*kept, f'{CLICK_PARAM}={click_id}'])}{hash_}{fragment}"


def _nested(field: str, click_id: str, depth: int, *, web: bool) -> str | None:
    """Rewrite a parameter that holds an address; None where it holds none."""
    name, _, value = field.partition("=")
    if not depth or not value:
        return None
    if name.lower() in (_NESTED_ANYWHERE if web else _NESTED_IN_SCHEMES):
        return f"{name}={quote(_marked(unquote_plus(value), click_id, depth - 1), safe='')}"
    if name == "params" and not web:
        params = _params(value)
        if params is not None:
            params["url"] = _marked(str(params["url"]), click_id, depth - 1)
            return f"{name}={quote(json.dumps(params, ensure_ascii=False, separators=(',', ':')), safe='')}"
    return None


def _params(value: str) -> dict[str, object] | None:
    """Read 京东's `params`, a JSON object encoded once; None where it names no page."""
    try:
        params = json.loads(unquote_plus(value))
    except ValueError:
        return None
    return params if isinstance(params, dict) and isinstance(params.get("url"), str) else None


def _inside(url: str, depth: int = NESTING_MAX) -> Iterable[str]:
    """List the addresses nested in an address, outermost first."""
    before = url.partition("#")[0]
    place, _, query = before.partition("?")
    if not depth or not query:
        return
    web = place.partition(":")[0].lower() in _WEB
    inner = (
        [query] if _SCHEME.match(query) else [found for field in query.split("&") for found in _held(field, web=web)]
    )
    for address in inner:
        if _SCHEME.match(address) or address.startswith("//"):
            yield address
        yield from _inside(address, depth - 1)


def _held(field: str, *, web: bool) -> Iterable[str]:
    name, _, value = field.partition("=")
    if name.lower() in (_NESTED_ANYWHERE if web else _NESTED_IN_SCHEMES):
        yield unquote_plus(value)
    elif name == "params" and not web:
        params = _params(value)
        if params is not None:
            yield str(params["url"])


def _unreadable(url: str) -> str | None:
    if len(url) > ADDRESS_CHARS_MAX:
        return "too_long"
    if _PLAIN.fullmatch(url) is None:
        return "odd_characters"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "unreadable"
    if not parts.scheme or (parts.scheme.lower() in _WEB and not parts.hostname) or "://" not in url:
        return "unreadable"
    return "userinfo" if "@" in parts.netloc else None


def _refused(url: str, allowed: Sequence[Prefix]) -> str | None:
    fault = _unreadable(url)
    if fault is not None:
        return fault
    if urlsplit(url).scheme.lower() in _NEVER:
        return "scheme"
    return None if any(prefix.allows(url) for prefix in allowed) else "not_allowed"


def _below(path: str, prefix: str) -> bool:
    """Compare whole segments, and refuse dots that would climb out again."""
    if ".." in unquote_plus(path).split("/"):
        return not prefix.strip("/")
    return not prefix.strip("/") or path == prefix.rstrip("/") or path.startswith(prefix.rstrip("/") + "/")
