"""The suite finds what it promises to find of grants, scores, goods and shelves: for each check an adapter that breaks it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from hongmao.kernel.errors import HongmaoError
from hongmao.platforms.api import (
    CallFailed,
    GoodsUnread,
    Granted,
    GrantRefused,
    GrantUnanswered,
    ItemFacts,
    ScoresUnread,
    ShopRead,
)
from hongmao.platforms.pdd.grants import PddGrants
from hongmao.platforms.pdd.platform import PDD
from hongmao_contracts.finding import Found
from hongmao_contracts.suite import checks_of, run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.api import Caller, GrantApp, ItemWanted, ListedItem, Platform, PlatformAccount

RECORDED = "grant.it_asks_and_redeems_as_recorded"


def broken(platform: Platform, only: str) -> set[str]:
    """Run a part of the suite over Pinduoduo's samples, and name the promises that are broken."""
    found = Found(platform=platform, module="hongmao.platforms.pdd.platform")
    checks = [(name, check) for name, check in checks_of(found) if name.startswith(only)]
    assert checks
    return {result.name for result in run(checks) if not result.ok}


def test_pinduoduo_keeps_all_of_them() -> None:
    assert [broken(PDD, part) for part in ("grant", "scores", "goods", "shelf")] == [set()] * 4


def test_a_platform_without_them_is_asked_for_none() -> None:
    bare = replace(PDD, grants=None, scores=None, goods=None, shelf=None)
    found = Found(platform=bare, module="hongmao.platforms.pdd.platform")
    assert not [name for name, _ in checks_of(found) if name.startswith(("grant", "scores", "goods", "shelf"))]


class ForgetsState(PddGrants):
    def ask(self, app: GrantApp, *, state: str, challenge: str, back: str) -> str:
        return super().ask(app, state="", challenge=challenge, back=back) if state else ""


class SaysPlain(PddGrants):
    def ask(self, app: GrantApp, *, state: str, challenge: str, back: str) -> str:
        return super().ask(app, state=state, challenge=challenge, back=back).replace("S256", "plain")


class EncodesTwice(PddGrants):
    def ask(self, app: GrantApp, *, state: str, challenge: str, back: str) -> str:
        return super().ask(app, state=state, challenge=challenge, back=back.replace("&", "%26"))


class ShowsItsSecret(PddGrants):
    def ask(self, app: GrantApp, *, state: str, challenge: str, back: str) -> str:
        return f"{super().ask(app, state=state, challenge=challenge, back=back)}&client_secret={app.secret.decode()}"


class AsksByHttp(PddGrants):
    def ask(self, app: GrantApp, *, state: str, challenge: str, back: str) -> str:
        return super().ask(app, state=state, challenge=challenge, back=back).replace("https", "http", 1)


class KeepsTheVerifier(PddGrants):
    def exchange(self, app: GrantApp, code: str, verifier: str, caller: Caller, *, back: str, now_ms: int) -> Granted:  # noqa: ARG002 - what is broken is that it is not sent
        return super().exchange(app, code, "v" * 50, caller, back=back, now_ms=now_ms)


class NeverExpires(PddGrants):
    def exchange(self, app: GrantApp, code: str, verifier: str, caller: Caller, *, back: str, now_ms: int) -> Granted:
        return replace(super().exchange(app, code, verifier, caller, back=back, now_ms=now_ms), until_ms=None)


class Breaks(PddGrants):
    def exchange(self, app: GrantApp, code: str, verifier: str, caller: Caller, *, back: str, now_ms: int) -> Granted:
        try:
            return super().exchange(app, code, verifier, caller, back=back, now_ms=now_ms)
        except GrantUnanswered:
            raise KeyError("access_token") from None


class GrantsAnyhow(PddGrants):
    def exchange(self, app: GrantApp, code: str, verifier: str, caller: Caller, *, back: str, now_ms: int) -> Granted:
        try:
            return super().exchange(app, code, verifier, caller, back=back, now_ms=now_ms)
        except GrantUnanswered:
            return Granted(account="a", secret=b"")


class TellsTheCode(PddGrants):
    def exchange(self, app: GrantApp, code: str, verifier: str, caller: Caller, *, back: str, now_ms: int) -> Granted:
        try:
            return super().exchange(app, code, verifier, caller, back=back, now_ms=now_ms)
        except GrantRefused:
            raise GrantRefused(platform=app.platform, answer=f"{code} is none") from None


@pytest.mark.parametrize(
    ("grants", "promises"),
    [
        (ForgetsState, {RECORDED, "grant.the_question_holds_all_that_comes_back"}),
        (SaysPlain, {RECORDED, "grant.the_question_holds_all_that_comes_back"}),
        (EncodesTwice, {"grant.the_question_holds_all_that_comes_back"}),
        (ShowsItsSecret, {RECORDED, "grant.the_question_holds_no_secret"}),
        (AsksByHttp, {RECORDED, "grant.the_question_holds_no_secret"}),
        (KeepsTheVerifier, {RECORDED, "grant.every_part_is_sent"}),
        (NeverExpires, {RECORDED}),
        (Breaks, {"grant.a_broken_answer_is_named"}),
        (GrantsAnyhow, {"grant.a_broken_answer_is_named"}),
        (TellsTheCode, {"grant.nobody_reads_a_secret"}),
    ],
)
def test_a_grant_that_breaks_a_promise_is_found(grants: type[PddGrants], promises: set[str]) -> None:
    found = broken(replace(PDD, grants=grants()), "grant")
    assert promises <= found
    # One that does not know the verifier cannot hide it, and what escapes an adapter breaks the promise it comes up in.
    assert found - promises <= ({"grant.nobody_reads_a_secret"} if grants in {Breaks, KeepsTheVerifier} else set())


@pytest.mark.parametrize("part", ["grant", "scores", "goods", "shelf"])
def test_a_host_that_is_not_declared_is_found(part: str) -> None:
    assert broken(replace(PDD, hosts=("other.example",)), part) == {f"{part}.it_calls_its_own_hosts"}


def test_a_front_page_where_no_link_may_lead_is_found() -> None:
    assert broken(replace(PDD, link_prefixes=("https://other.example/",)), "shelf") == {"shelf.it_calls_its_own_hosts"}


class Scores:
    """Pinduoduo's, with what is told or raised changed."""

    def __init__(self, changes: Mapping[str, Any] | None = None, *, hides: bool = False, tells: bool = False) -> None:
        self._changes, self._hides, self._tells = changes or {}, hides, tells

    def read(self, platform_shop_id: str, account: PlatformAccount, caller: Caller, *, now_ms: int) -> ShopRead:
        assert PDD.scores is not None
        try:
            return replace(PDD.scores.read(platform_shop_id, account, caller, now_ms=now_ms), **self._changes)
        except ScoresUnread:
            if self._hides:
                return ShopRead()
            if self._tells:
                raise ScoresUnread(platform="pdd", shop="s", answer=account.secret.decode()) from None
            raise


@pytest.mark.parametrize(
    ("scores", "promises"),
    [
        (Scores({"scores": {"experience": "4.500000001"}}), {"it_is_told_as_recorded", "it_is_in_our_words"}),
        (Scores({"scores": {"experience": 4.5}}), {"it_is_told_as_recorded", "it_is_in_our_words"}),
        (Scores({"scores": {"experience": "5.1"}}), {"it_is_told_as_recorded", "it_is_in_our_words"}),
        (Scores({"scores": {"speed": "4.9"}}), {"it_is_told_as_recorded", "it_is_in_our_words"}),
        (Scores({"kind": "flagship"}), {"it_is_told_as_recorded", "it_is_in_our_words"}),
        (Scores({"badge": ""}), {"it_is_told_as_recorded", "it_is_in_our_words"}),
        (Scores({"observed_at_ms": 10**15}), {"it_is_told_as_recorded", "it_is_in_our_words"}),
        (Scores({"badge": None}), {"it_is_told_as_recorded"}),
        (Scores(hides=True), {"a_broken_answer_is_named"}),
        (Scores(tells=True), {"no_error_tells_a_secret"}),
    ],
)
def test_scores_that_break_a_promise_are_found(scores: Scores, promises: set[str]) -> None:
    assert broken(replace(PDD, scores=scores), "scores") == {f"scores.{name}" for name in promises}


class Goods:
    """The same of an item."""

    def __init__(self, changes: Mapping[str, Any] | None = None, *, guesses: bool = False) -> None:
        self._changes, self._guesses = changes or {}, guesses

    def read(self, wanted: ItemWanted, account: PlatformAccount, caller: Caller, *, now_ms: int) -> ItemFacts:
        assert PDD.goods is not None
        try:
            return replace(PDD.goods.read(wanted, account, caller, now_ms=now_ms), **self._changes)
        except GoodsUnread:
            if self._guesses:
                return ItemFacts(in_stock=True)
            raise


@pytest.mark.parametrize(
    ("goods", "promises"),
    [
        (Goods({"price_fen": 299.0}), {"it_is_told_as_recorded", "it_is_in_our_words"}),
        (Goods({"price_fen": -1}), {"it_is_told_as_recorded", "it_is_in_our_words"}),
        (Goods({"on_sale": "yes"}), {"it_is_told_as_recorded", "it_is_in_our_words"}),
        (Goods({"category": None}), {"it_is_told_as_recorded"}),
        (Goods(guesses=True), {"a_broken_answer_is_named"}),
    ],
)
def test_goods_that_break_a_promise_are_found(goods: Goods, promises: set[str]) -> None:
    assert broken(replace(PDD, goods=goods), "goods") == {f"goods.{name}" for name in promises}


class Shelf:
    """The same of a shelf."""

    def __init__(self, changes: Mapping[str, Any] | None = None, *, empty: bool = False) -> None:
        self._changes, self._empty = changes or {}, empty

    def home_url(self, platform_shop_id: str, account: PlatformAccount) -> str:
        assert PDD.shelf is not None
        return PDD.shelf.home_url(platform_shop_id, account)

    def read(
        self, platform_shop_id: str, account: PlatformAccount, caller: Caller, *, now_ms: int
    ) -> tuple[ListedItem, ...]:
        assert PDD.shelf is not None
        try:
            listed = PDD.shelf.read(platform_shop_id, account, caller, now_ms=now_ms)
        except (HongmaoError, CallFailed):
            if self._empty:
                return ()
            raise
        return tuple(replace(one, **self._changes) for one in listed)


@pytest.mark.parametrize(
    ("shelf", "promises"),
    [
        (Shelf({"platform_item_id": "a b"}), {"it_is_told_as_recorded", "it_is_in_our_words"}),
        (Shelf({"price_fen": 1.5}), {"it_is_told_as_recorded", "it_is_in_our_words"}),
        (Shelf(empty=True), {"a_broken_answer_is_named"}),
    ],
)
def test_a_shelf_that_breaks_a_promise_is_found(shelf: Shelf, promises: set[str]) -> None:
    assert broken(replace(PDD, shelf=shelf), "shelf") == {f"shelf.{name}" for name in promises}
