"""A campaign that is charged by impressions, in a real house: what reports of now and of the past say it has cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from billing.budgeted import Agreed
from billing.test_cpm import by_shown
from definitions.deployment import deployment
from hongmao.kernel.ids import CreatorId, MerchantId
from insight.stage import impression
from storage.opened import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.events.contracts import Event
    from hongmao.insight.api import Insight

M = MerchantId("merchant-a")


def seen(first: int, end: int) -> list[Event]:
    return [
        impression("2025-05-07 10:00", event_id=f"seen-s{n}", impression=f"s{n}", labelled=True)
        for n in range(first, end)
    ]


def costs(insight: Insight, to_ms: int | None = None) -> dict[str, object]:
    report: dict[str, Any] = insight.city_report(to_ms=to_ms)
    figures = report["costs"]["figures"]
    return {"spend": report["spend_fen"], **{name: figures[name]["text"] for name in ("spend_cid", "full_cost")}}


def test_no_report_of_the_past_shows_what_impressions_cost_as_free_or_too_low(tmp_path: Path) -> None:
    """7 May: a hundred impressions at 400.00 each thousand are 40.00, fifty more 20.00. On 20 May a creator gets 110.00."""
    with deployment(tmp_path) as here:
        here.found()
        services = here.house.services
        services.billing._rates = Agreed({"link-1": by_shown(40_000)})
        services.billing.top_up(ROOT, M, "cid", 1_000_00, "k")
        services.billing.top_up(ROOT, M, "creator", 1_000_00, "kc")
        services.catalog.add_creator(ROOT, name="小林", bio="", id=CreatorId("creator-1"))
        services.billing.creators.place(ROOT, M, "o", creator="creator-1", price_fen=100_00)
        here.hear(*seen(0, 100))
        first, first_ms = services.glass.position(), here.clock.now_ms()
        here.hear(*seen(100, 150))
        services.billing.creators.release(ROOT, M, "o")
        # The order was paid out on the 20th, the last day that the log has acts of is the 7th.
        both = services.glass.position()
        assert costs(services.insight) == {"spend": 60_00, "spend_cid": "60.00", "full_cost": "—"}
        registry = here.desk.registry.snapshot()

        def then(until: int, at_ms: int) -> dict[str, object]:
            with services.glass.insight(registry, until=until, at_ms=at_ms) as insight:
                return costs(insight)

        assert then(first, first_ms) == {"spend": 40_00, "spend_cid": "40.00", "full_cost": "—"}
        assert then(both, here.clock.now_ms()) == {"spend": 60_00, "spend_cid": "60.00", "full_cost": "—"}
        assert then(first + 10, first_ms) == {"spend": None, "spend_cid": "—", "full_cost": "—"}
        assert then(first - 100, first_ms)["spend"] == 0
        # Up to the day of the payment the creator is in it, but not in a report of the moment before that.
        whole = {"spend": 60_00, "spend_cid": "60.00"}
        for at_ms, full in ((here.clock.now_ms(), "170.00"), (first_ms, "—")):
            with services.glass.insight(registry, until=both, at_ms=at_ms) as insight:
                assert costs(insight, here.clock.now_ms()) == {**whole, "full_cost": full}
