"""What its people may ask of the city: the two lines they call on, the clock they move, and what is counted of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import random

    from hongmao.world.agenda import Agenda
    from hongmao.world.spec import Citizen, Good, Plan
    from hongmao.world.truth import Tap, Truth
    from hongmao.world.wire import Line


class Ground(Protocol):
    """The city as readers and shoppers see it."""

    plan: Plan
    platform: Line
    shop: Line
    truth: Truth
    agenda: Agenda

    def set_time(self, at_ms: int) -> None:
        """Move the shared clock forwards."""
        ...

    def go_shopping(self, citizen: Citizen, good: Good, url: str, at_ms: int, rng: random.Random) -> None:
        """Send a reader through a jump into the shop."""
        ...

    def first_purchase(self, citizen: Citizen, good: Good) -> bool:
        """Let each reader buy an item once."""
        ...

    def count_order(self, order_id: str, *, after_note: bool, anyway: bool, faked: bool = False) -> None:
        """Keep the truth of an order that was placed."""
        ...

    def count_tap(self, note: str, tap: Tap) -> None:
        """Keep the truth of a tap on the component of a note."""
        ...

    def shelf(self, shop: str) -> list[Good]:
        """List what a shop sells."""
        ...

    def topic_index(self, topic: str) -> int:
        """Find a topic's place in a reader's taste."""
        ...
