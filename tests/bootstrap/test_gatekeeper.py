"""What rooms say must not serve stops serving at the next turn, and serves again when they say so."""

from __future__ import annotations

import random
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete

from eligibility.admission import Admission, admission
from hongmao.bootstrap.gatekeeper import Gatekeeper, gates_of
from hongmao.campaigns.api import Authorisations, Campaigns
from hongmao.kernel.ids import IdMaker, LinkId, NoteId, ShopId
from hongmao.kernel.time import MINUTE_MS, SECOND_MS
from hongmao.links.api import HoldSource, Links, LinkTable
from hongmao.links.contracts import LinkDraft, Review, Reviews, TargetKind
from hongmao.policy.api import Policy
from hongmao.storage.authorisations import SqlAuthorisationStore
from hongmao.storage.campaigns import SqlCampaignStore
from hongmao.storage.links import SqlLinkStore
from hongmao.storage.models import LinkHoldRow
from hongmao.storage.policy import SqlPolicyStore
from hongmao.storage.scope import PlatformScope
from storage.opened import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hongmao.bootstrap.gatekeeper import Gate


ALLOWED = {"taobao": ("https://a.example/",), "xhs": ("https://a.example/",)}


@dataclass
class Gated:
    """A house with links of two shops, its gatekeeper, and the edge's table."""

    story: Admission
    links: Links
    policy: Policy
    gates: dict[HoldSource, Gate]
    keeper: Gatekeeper
    table: LinkTable

    def turn(self) -> int:
        """Turn once, and let the edge look again."""
        moved = self.keeper.turn()
        self.story.clock.advance(2 * SECOND_MS)
        return moved

    def serving(self) -> set[str]:
        """Name the links that the edge would serve."""
        return {link.id for link in self.table.live()}

    def reasons(self) -> dict[str, list[tuple[str, str]]]:
        """Say why links rest."""
        every = self.links.every()
        told = {
            link.id: [(one.source.value, one.reason) for one in self.links.holds(link.tenant, link.id)]
            for link in every
        }
        return {link: holds for link, holds in told.items() if holds}


@contextmanager
def gated(engine: str = "sqlite") -> Iterator[Gated]:
    with admission(engine) as story:
        clock, catalog, database = story.clock, story.catalog, story.house.database
        store = SqlLinkStore(database)
        links = Links(store, clock, IdMaker(clock, random.Random(3)), ALLOWED)
        creator = catalog.add_creator(ROOT, name="阿橙", bio="", id="c-1").id
        note = catalog.add_note(
            ROOT, creator=creator, type="picture", title="t", body="", topic="美妆", cover="note-001", id="n-1",
            published_at_ms=clock.now_ms(),
        ).id  # fmt: skip
        for number, platform in ((1, "taobao"), (2, "taobao"), (3, "xhs")):
            shop = story.shop(platform, {"experience": "4.6" if number == 1 else "4.4"}, id=f"s-{number}")
            _link(story, links, number, shop.id, note)
        policy = Policy(SqlPolicyStore(database), catalog, clock)
        consents = Authorisations(SqlAuthorisationStore(database), catalog, clock, demanded=lambda: False)
        campaigns = Campaigns(SqlCampaignStore(database), links, catalog, clock, admission=story.eligibility)
        gates = gates_of(story.eligibility, policy, consents, campaigns, catalog)
        keeper = Gatekeeper(links, store.revision, clock, gates)
        yield Gated(story, links, policy, gates, keeper, LinkTable(store, clock))


def _link(story: Admission, links: Links, number: int, shop: ShopId, note: NoteId) -> None:
    item = story.catalog.add_item(
        story.mei, shop=shop, spu=f"spu-{number}", platform_item_id=str(number), title="防晒乳", price_fen=1,
        url="https://a.example/1",
    )  # fmt: skip
    platform = "xhs" if number == 3 else "taobao"
    draft = LinkDraft(
        id=LinkId(f"l-{number}"), merchant=story.merchant, note=note, creator=story.catalog.note(note).creator, shop=shop,
        platform=platform, target=TargetKind.ITEM, item=item.id, deeplink=None, universal_link=None,
        fallback_url="https://a.example/1", button="购买", title="好物", line="cid", price_fen=80,
    )  # fmt: skip
    made = links.create(story.mei.tenant, draft)
    links.review(made.tenant, made.id, Reviews(fallback=Review.APPROVED))


def test_article_row_7_the_kill_switch_stops_every_link_at_the_next_turn_and_lets_them_go_again() -> None:
    with gated() as house:
        assert house.turn() == 0
        assert house.serving() == {"l-1", "l-2", "l-3"}
        begun_ms = house.story.clock.now_ms()
        house.story.eligibility.set_stage(ROOT, "off", why="熔断")
        assert house.turn() == 2
        # The community's own shop is none of the programme's.
        assert house.serving() == {"l-3"}
        assert house.story.clock.now_ms() - begun_ms < MINUTE_MS
        assert set(map(tuple, house.reasons().values())) == {(("admission", "stage_off"),)}
        house.story.eligibility.set_stage(ROOT, "open", why="好了")
        # Opened: the shop of 4.4 stays out, by its score.
        assert house.turn() == 2
        assert house.reasons() == {"l-2": [("admission", "score")]}
        assert house.serving() == {"l-1", "l-3"}
        assert house.turn() == 0


def test_article_row_42_closed_serves_no_link_to_an_outside_shop() -> None:
    with gated() as house:
        house.policy.set_preset(ROOT, "closed", why="闭环")
        house.turn()
        assert house.serving() == {"l-3"}
        house.policy.set_preset(ROOT, "mixed", why="逐个商品")
        house.policy.choose(house.story.mei, "spu-1", "external", why="新客")
        house.turn()
        assert house.serving() == {"l-1", "l-3"}
        assert house.reasons() == {"l-2": [("policy", "route_not_chosen")]}


def test_a_merchant_s_own_pause_outlives_what_a_gate_lifts() -> None:
    with gated() as house:
        house.links.pause(house.story.mei.tenant, house.links.every()[0].id)
        house.story.eligibility.set_stage(ROOT, "off", why="熔断")
        house.turn()
        house.story.eligibility.set_stage(ROOT, "observe", why="好了")
        house.turn()
        assert house.serving() == {"l-2", "l-3"}


def test_a_room_that_fails_opens_and_closes_nothing_and_the_others_are_set() -> None:
    with gated() as house:
        house.story.eligibility.set_stage(ROOT, "off", why="熔断")
        house.turn()

        def fails(_: int, __: object) -> Mapping[LinkId, str]:
            raise ZeroDivisionError

        house.gates[HoldSource.ADMISSION] = fails
        house.story.eligibility.set_stage(ROOT, "observe", why="好了")
        house.policy.set_preset(ROOT, "closed", why="闭环")
        with pytest.raises(ZeroDivisionError):
            house.keeper.turn()
        assert [source for source, _ in house.reasons()["l-1"]] == ["admission", "policy"]
        assert "l-3" not in house.reasons()


def test_holds_that_were_swept_away_stand_again_within_a_minute() -> None:
    with gated() as house:
        house.story.eligibility.set_stage(ROOT, "open", why="开放")
        house.turn()
        before = house.reasons()
        assert before
        with house.story.house.database.session(PlatformScope("a clerk with SQL"), write=True) as session:
            session.execute(delete(LinkHoldRow))
        house.story.clock.advance(MINUTE_MS)
        house.turn()
        assert house.reasons() == before
