"""What else an in-site shop tells: its items with price and stock, the reviews of them, and the tokens to ask with.

Reviews are no part of Ark: none of its public methods tells them. A method for them is named by the account's settings, as
the sandbox's is; without one the question is refused here and never sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from hongmao.platforms.api import Fault, FieldFault, PullRefused, needed, pull_error, unreadable
from hongmao.platforms.xhs.client import ITEMS_V1, PLATFORM, ArkKey, ark_call, ark_v1_call, read_answer
from hongmao.platforms.xhs.fields import ArkFields

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hongmao.platforms.api import Call, Caller, PlatformAccount

T = TypeVar("T")
PAGE_SIZE: Final = 50
REVIEWS_METHOD: Final = "reviews_method"
RATING_MAX: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sku:
    """One variant on sale."""

    sku_id: str
    price_fen: int
    stock: int
    buyable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """商品: an item with its variants. In stock means that one of them can be bought now."""

    item_id: str
    title: str
    skus: tuple[Sku, ...]

    @property
    def in_stock(self) -> bool:
        """Tell whether anything of it can be bought."""
        return any(sku.buyable and sku.stock > 0 for sku in self.skus)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """评价: what a buyer wrote about an item. A deleted one is told once more, without its text."""

    review_id: str
    item_id: str
    rating: int
    text: str
    deleted: bool
    written_at_ms: int
    changed_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[T]):
    """One page of a list; `next_page` is None on the last."""

    rows: Sequence[T]
    total: int
    next_page: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArkToken:
    """What a shop's owner granted: access for days, renewed by the refresh token. Neither is shown."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at_ms: int
    refresh_expires_at_ms: int
    shop_id: str
    shop_name: str


def list_items(account: PlatformAccount, caller: Caller, *, now_ms: int, page: int = 1) -> Listing[str]:
    """List the ids of a shop's items, newest first (`product.searchItemList`)."""
    asked = {"pageNo": page, "pageSize": PAGE_SIZE, "searchParam": {}}
    told = _ask(account, caller, "product.searchItemList", asked, now_ms=now_ms)
    return _listing(told, "itemDetailV3s", lambda one: needed(one.id("id"), "id"), page)


def list_items_v1(account: PlatformAccount, caller: Caller, *, now_ms: int, page: int = 1) -> Listing[str]:
    """List the ids of a shop's items by the older address, for apps that were never moved to the newer."""
    query = {"page_no": str(page), "page_size": str(PAGE_SIZE), "status": "2"}
    told = _opened(ark_v1_call(ArkKey.of(account), ITEMS_V1, query, now_ms=now_ms), caller)
    return _listing(told, "hits", lambda one: needed(one.object("item").id("id"), "id"), page)


def get_item(account: PlatformAccount, caller: Caller, item_id: str, *, now_ms: int) -> Item:
    """Ask for one item with all its variants (`product.getItemInfo`)."""
    asked = {"itemId": item_id, "pageNo": 1, "pageSize": PAGE_SIZE}
    told = _ask(account, caller, "product.getItemInfo", asked, now_ms=now_ms)
    return _read(lambda: _item(ArkFields(told)))


def list_reviews(
    account: PlatformAccount, caller: Caller, *, since_ms: int, now_ms: int, page: int = 1
) -> Listing[Review]:
    """List reviews that were written, changed or deleted since an instant. Good and bad alike: nobody selects (LABEL-11)."""
    method = account.settings.get(REVIEWS_METHOD, "")
    if not method:
        raise PullRefused(platform=PLATFORM, answer="no public method for reviews")
    asked = {"updateTimeFrom": since_ms, "pageNo": page, "pageSize": PAGE_SIZE}
    told = _ask(account, caller, method, asked, now_ms=now_ms)
    return _listing(told, "reviews", _review, page)


def token_call(key: ArkKey, code: str, *, now_ms: int) -> Call:
    """Write the exchange of a grant's code for tokens (`oauth.getAccessToken`)."""
    return ark_call(key, "oauth.getAccessToken", {"code": code}, now_ms=now_ms)


def refresh_call(key: ArkKey, refresh_token: str, *, now_ms: int) -> Call:
    """Write a renewal (`oauth.refreshToken`). Within thirty minutes of its end or after it; before, the old one comes back."""
    return ark_call(key, "oauth.refreshToken", {"refreshToken": refresh_token}, now_ms=now_ms)


def fetch_token(call: Call, caller: Caller) -> ArkToken:
    """Make one of the two calls above and read the tokens."""
    told = ArkFields(_opened(call, caller))
    return _read(
        lambda: ArkToken(
            access_token=needed(told.text("accessToken"), "accessToken"),
            refresh_token=needed(told.text("refreshToken"), "refreshToken"),
            expires_at_ms=needed(told.epoch_ms("accessTokenExpiresAt"), "accessTokenExpiresAt"),
            refresh_expires_at_ms=needed(told.epoch_ms("refreshTokenExpiresAt"), "refreshTokenExpiresAt"),
            shop_id=needed(told.id("sellerId"), "sellerId"),
            shop_name=told.text("sellerName") or "",
        )
    )


def _item(told: ArkFields) -> Item:
    item = told.object("itemInfo")
    skus = tuple(
        Sku(
            sku_id=needed(sku.id("id"), "id"),
            price_fen=needed(sku.fen("price"), "price"),
            stock=needed(sku.whole("stock"), "stock"),
            buyable=needed(sku.truth("buyable"), "buyable"),
        )
        for sku in told.objects("skuInfos")
    )
    return Item(item_id=needed(item.id("id"), "id"), title=item.text("name") or "", skus=skus)


def _review(told: ArkFields) -> Review:
    rating = needed(told.whole("rating"), "rating")
    if not 1 <= rating <= RATING_MAX:
        raise FieldFault("out_of_range", "rating")
    deleted = needed(told.truth("deleted"), "deleted")
    return Review(
        review_id=needed(told.id("reviewId"), "reviewId"),
        item_id=needed(told.id("itemId"), "itemId"),
        rating=rating,
        text="" if deleted else told.text("content") or "",
        deleted=deleted,
        written_at_ms=needed(told.epoch_ms("createdTime"), "createdTime"),
        changed_at_ms=needed(told.epoch_ms("updateTime"), "updateTime"),
    )


def _listing(told: dict[str, Any], name: str, read: Callable[[ArkFields], T], page: int) -> Listing[T]:
    listed = ArkFields(told)
    total = _read(lambda: needed(listed.whole("total"), "total"))
    rows = _read(lambda: [read(one) for one in listed.objects(name)])
    due = min(PAGE_SIZE, max(0, total - (page - 1) * PAGE_SIZE))
    if len(rows) != due:
        raise unreadable(PLATFORM, f"应有 {due} 行，实有 {len(rows)} 行", f"{len(rows)} rows, not {due}")
    return Listing(rows=rows, total=total, next_page=page + 1 if page * PAGE_SIZE < total else None)


def _ask(
    account: PlatformAccount, caller: Caller, method: str, asked: dict[str, Any], *, now_ms: int
) -> dict[str, Any]:
    return _opened(ark_call(ArkKey.of(account), method, asked, now_ms=now_ms), caller)


def _opened(call: Call, caller: Caller) -> dict[str, Any]:
    answer = read_answer(caller.call(call))
    if isinstance(answer, Fault):
        raise pull_error(answer, PLATFORM)
    return answer


def _read(read: Callable[[], T]) -> T:
    try:
        return read()
    except FieldFault as fault:
        raise unreadable(PLATFORM, f"字段 {fault.place} 无法读取", f"the field {fault.place} cannot be read") from None
