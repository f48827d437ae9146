"""The suite finds what it promises to find of renewals: for each check an adapter that breaks it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from contracts.test_granting_suite import broken
from hongmao.platforms.api import RenewalRefused, RenewalUnanswered, Renewed
from hongmao.platforms.jd.platform import JD
from hongmao.platforms.pdd.grants import PddGrants
from hongmao.platforms.pdd.platform import PDD
from hongmao.platforms.taobao.platform import TAOBAO, TMALL
from hongmao_contracts.finding import Found
from hongmao_contracts.suite import checks_of, run

if TYPE_CHECKING:
    from hongmao.platforms.api import Caller, GrantApp, Platform

RECORDED = "it_renews_as_recorded"


@pytest.mark.parametrize("platform", [TAOBAO, TMALL, JD, PDD], ids=lambda platform: platform.name)
def test_all_who_grant_renew_and_keep_every_promise(platform: Platform) -> None:
    module = platform.name if platform is not TMALL else "taobao"
    found = Found(platform=platform, module=f"hongmao.platforms.{module}.platform")
    checks = [(name, check) for name, check in checks_of(found) if name.startswith("renewal")]
    assert len({name for name, _ in checks}) == 9
    assert [result for result in run(checks) if not result.ok] == []


def test_a_platform_that_renews_nothing_is_asked_for_nothing() -> None:
    found = Found(platform=replace(PDD, renews=None), module="hongmao.platforms.pdd.platform")
    assert not [name for name, _ in checks_of(found) if name.startswith("renewal")]


class ForgetsTheToken(PddGrants):
    def renew(self, app: GrantApp, refresh: str, caller: Caller, *, shop: str, now_ms: int) -> Renewed:  # noqa: ARG002 - what is broken is that it is not sent
        return super().renew(app, "r" * 20, caller, shop=shop, now_ms=now_ms)


class NeverEnds(PddGrants):
    def renew(self, app: GrantApp, refresh: str, caller: Caller, *, shop: str, now_ms: int) -> Renewed:
        return replace(super().renew(app, refresh, caller, shop=shop, now_ms=now_ms), until_ms=None)


class KeepsTheOldToken(PddGrants):
    def renew(self, app: GrantApp, refresh: str, caller: Caller, *, shop: str, now_ms: int) -> Renewed:
        return replace(super().renew(app, refresh, caller, shop=shop, now_ms=now_ms), refresh=refresh)


class Breaks(PddGrants):
    def renew(self, app: GrantApp, refresh: str, caller: Caller, *, shop: str, now_ms: int) -> Renewed:
        try:
            return super().renew(app, refresh, caller, shop=shop, now_ms=now_ms)
        except RenewalUnanswered:
            raise KeyError("access_token") from None


class TakesSilenceForANo(PddGrants):
    def renew(self, app: GrantApp, refresh: str, caller: Caller, *, shop: str, now_ms: int) -> Renewed:
        try:
            return super().renew(app, refresh, caller, shop=shop, now_ms=now_ms)
        except RenewalUnanswered as error:
            raise RenewalRefused(platform=app.platform, answer=error.params["answer"]) from None


class TakesANoForSilence(PddGrants):
    def renew(self, app: GrantApp, refresh: str, caller: Caller, *, shop: str, now_ms: int) -> Renewed:
        try:
            return super().renew(app, refresh, caller, shop=shop, now_ms=now_ms)
        except RenewalRefused as error:
            raise RenewalUnanswered(platform=app.platform, answer=error.params["answer"]) from None


class TellsTheToken(PddGrants):
    def renew(self, app: GrantApp, refresh: str, caller: Caller, *, shop: str, now_ms: int) -> Renewed:
        try:
            return super().renew(app, refresh, caller, shop=shop, now_ms=now_ms)
        except RenewalRefused as error:
            raise RenewalRefused(platform=app.platform, answer=f"{error.params['answer']} {refresh}") from None


@pytest.mark.parametrize(
    ("renews", "promises"),
    [
        (ForgetsTheToken, {RECORDED, "every_part_is_sent", "nobody_reads_a_secret"}),
        (NeverEnds, {RECORDED}),
        (KeepsTheOldToken, {RECORDED}),
        (Breaks, {"a_broken_answer_is_named", "silence_is_no_refusal", "nobody_reads_a_secret"}),
        (TakesSilenceForANo, {"silence_is_no_refusal"}),
        (TakesANoForSilence, {"a_no_is_a_refusal"}),
        (TellsTheToken, {"nobody_reads_a_secret"}),
    ],
)
def test_a_renewal_that_breaks_a_promise_is_found(renews: type[PddGrants], promises: set[str]) -> None:
    assert broken(replace(PDD, renews=renews()), "renewal") == {f"renewal.{name}" for name in promises}


def test_a_host_that_is_not_declared_is_found() -> None:
    assert broken(replace(PDD, hosts=("other.example",)), "renewal") == {"renewal.it_calls_its_own_hosts"}
