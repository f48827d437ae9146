"""What one reader does in a sitting: scroll, tap, read, jump. Only through the endpoints any reader has."""

from __future__ import annotations

import random
import re
from html import unescape
from typing import TYPE_CHECKING

from hongmao.kernel.time import SECOND_MS
from hongmao.world.phone import open_address
from hongmao.world.truth import Tap
from hongmao.world.wire import CityLineDown

if TYPE_CHECKING:
    from hongmao.world.ground import Ground
    from hongmao.world.spec import Citizen, Story

CARDS = 12
_LOOKS_PER_SITTING = 0.75
_FALLBACK = re.compile(rb'<a[^>]*\bid="fallback"[^>]*\bhref="([^"]+)"|<a[^>]*\bhref="([^"]+)"[^>]*\bid="fallback"')
_ENGAGEMENTS = (("like", 0.14), ("collect", 0.07), ("share", 0.02), ("follow", 0.02))


class Sitting:
    """One visit of one reader to the community."""

    def __init__(self, city: Ground, citizen: Citizen, at_ms: int, number: int) -> None:
        """Draw from this sitting's own stream, so that no other reader's luck moves this one's."""
        self._city = city
        self._citizen = citizen
        self._at_ms = at_ms
        self._rng = random.Random(f"sitting/{city.plan.seed}/{citizen.id}/{number}")  # noqa: S311 - a simulation
        self._key = f"{citizen.id}-{number}"
        self._sent = 0
        self._headers = {"cookie": f"hm_r={citizen.id}", "user-agent": citizen.agent}

    def play(self) -> None:
        """Scroll the feed, look at what catches the eye, and perhaps go shopping."""
        path = f"/v1/feed?limit={CARDS}"
        feed = self._city.platform.must(self._city.platform.get(path, self._headers), "GET", path).json()
        cards = feed["cards"]
        if not isinstance(cards, list):
            return
        seen = [card for card in cards if self._rng.random() < _LOOKS_PER_SITTING]
        self._send([self._impression(card) for card in seen])
        for card in seen:
            story = self._city.plan.story(str(card["note"]))
            if story is not None and self._taps(story):
                self._open(card, story)

    def _taps(self, story: Story) -> bool:
        taste = self._citizen.taste[self._city.topic_index(story.topic)]
        return self._rng.random() < 0.03 + 0.32 * taste * story.quality * (0.3 + self._citizen.curiosity)

    def _open(self, card: dict[str, object], story: Story) -> None:
        self._wait(4, 20)
        ad = card["ad"]
        impression = ad["impression"] if isinstance(ad, dict) else None
        query = f"?i={impression}" if impression else ""
        note = self._city.platform.get(f"/v1/notes/{story.id}{query}", self._headers).json()
        about = {"note": story.id, **self._ad_facts(ad)}
        acts = [{"kind": "click", **about}, {"kind": "read", **about}]
        acts += [{"kind": kind, **about} for kind, chance in _ENGAGEMENTS if self._rng.random() < chance]
        self._send([{**act, **self._stamp()} for act in acts])
        component = note.get("ad")
        if story.good is not None and isinstance(component, dict) and self._wants_to_look(story):
            self._jump(str(component["jump_url"]), story)

    def _wants_to_look(self, story: Story) -> bool:
        taste = self._citizen.taste[self._city.topic_index(story.topic)]
        return self._rng.random() < 0.12 + 0.5 * taste * (0.3 + self._citizen.curiosity)

    def _jump(self, jump_url: str, story: Story) -> None:
        self._wait(6, 40)
        answer = self._city.platform.get(jump_url, self._headers)
        self._city.count_tap(story.id, Tap.FIRST)
        shop_url = landing(answer.location, answer.body, shop_url=self._city.shop.base_url)
        if story.good is not None and shop_url is not None:
            self._city.go_shopping(self._citizen, story.good, shop_url, self._at_ms, self._rng)
        # Some readers tap twice; the second tap must cost the merchant nothing.
        if self._rng.random() < 0.05:  # noqa: PLR2004 - a share of impatient fingers
            self._city.platform.get(jump_url, self._headers)
            self._city.count_tap(story.id, Tap.AGAIN)

    def _impression(self, card: dict[str, object]) -> dict[str, object]:
        self._wait(1, 4)
        return {
            "kind": "impression",
            "note": card["note"],
            "placement": "feed",
            **self._ad_facts(card["ad"]),
            **self._stamp(),
        }

    def _ad_facts(self, ad: object) -> dict[str, object]:
        if not isinstance(ad, dict):
            return {}
        return {"link": ad["link"], "impression": ad["impression"], "labelled": ad["label"] == "广告"}

    def _stamp(self) -> dict[str, object]:
        self._sent += 1
        return {"event_id": f"w-{self._key}-{self._sent}", "occurred_at_ms": self._at_ms}

    def _send(self, events: list[dict[str, object]]) -> None:
        if events:
            self._city.set_time(self._at_ms)
            path = "/v1/events"
            answer = self._city.platform.post(path, {"events": events}, self._headers)
            outcomes = self._city.platform.must(answer, "POST", path).json()["outcomes"]
            if not isinstance(outcomes, list) or any(one["outcome"] == "rejected" for one in outcomes):
                raise CityLineDown(method="POST", url=path, status=answer.status, answer=outcomes)

    def _wait(self, low_s: int, high_s: int) -> None:
        self._at_ms += self._rng.randrange(low_s * SECOND_MS, high_s * SECOND_MS)
        self._city.set_time(self._at_ms)


def landing(location: str | None, page: bytes, *, shop_url: str) -> str | None:
    """Find where a tap leads: the redirect's target, or the page's plain link; an app's link opens the item's page."""
    target = location
    if target is None:
        found = _FALLBACK.search(page)
        target = unescape((found[1] or found[2]).decode()) if found else None
    return None if target is None else open_address(target, shop_url=shop_url)
