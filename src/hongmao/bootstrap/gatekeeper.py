"""守门: what rooms say must not serve becomes the holds of their source, at every turn of the clockwork.

    admission      a shop's verdict, or the stage of the programme       policy      the way out is closed
    authorisation  the note's creator does not consent                   campaign    what it is bound to does not serve

Nothing is remembered that cannot be worked out again: were every hold of these sources deleted, the next whole turn would
place them anew. The edge reads `paused` a second or two later, so a kill switch takes a turn and one look of the edge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from hongmao.kernel.time import MINUTE_MS
from hongmao.links.api import AdLink, HoldSource
from hongmao.policy.api import Route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.campaigns.api import Authorisations, Campaigns
    from hongmao.catalog.api import Catalog
    from hongmao.eligibility.api import Eligibility
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import LinkId, ShopId
    from hongmao.links.api import Links
    from hongmao.policy.api import Policy

Every = Callable[[], Sequence[AdLink]]
Gate = Callable[[int, Every], Mapping["LinkId", str]]
"""Says which links must not serve at an instant, and why; it asks for the links only where it needs them."""
WHOLE_EVERY_MS: Final = MINUTE_MS
"""How long holds are taken to be as they were set. Whoever lifts one by other means sees it again after this."""


class Gatekeeper:
    """Sets what every gate wants held. A gate that fails leaves its holds as they are, and the others are set."""

    def __init__(
        self, links: Links, revision: Callable[[], int], clock: Clock, gates: Mapping[HoldSource, Gate]
    ) -> None:
        """Know nothing yet; `revision` grows with every change of a link."""
        self._links = links
        self._revision = revision
        self._clock = clock
        self._gates = gates
        self._set: dict[HoldSource, tuple[int, Mapping[LinkId, str]]] = {}
        self._known: tuple[int, Sequence[AdLink]] | None = None

    def turn(self) -> int:
        """Ask every gate and set the difference; say how many links it concerned. Raises what the first failing gate did."""
        now_ms = self._clock.now_ms()
        faults: list[Exception] = []
        concerned = 0
        for source, gate in self._gates.items():
            try:
                concerned += self._keep(source, gate(now_ms, self._every), now_ms)
            except Exception as fault:  # noqa: BLE001 - one room in trouble must not open the gates of the others
                faults.append(fault)
        if faults:
            raise faults[0]
        return concerned

    def _keep(self, source: HoldSource, wanted: Mapping[LinkId, str], now_ms: int) -> int:
        at_ms, before = self._set.get(source, (0, None))
        # A clock that was set back must not keep us from looking.
        if before == wanted and abs(now_ms - at_ms) < WHOLE_EVERY_MS:
            return 0
        concerned = self._links.set_holds(source, wanted, now_ms)
        self._set[source] = (now_ms, wanted)
        return concerned

    def _every(self) -> Sequence[AdLink]:
        """Read the links again only where one has changed: most turns hold what the last one held."""
        revision = self._revision()
        if self._known is None or self._known[0] != revision:
            self._known = (revision, self._links.every())
        return self._known[1]


def gates_of(
    eligibility: Eligibility,
    policy: Policy,
    authorisations: Authorisations,
    campaigns: Campaigns,
    catalog: Catalog,
) -> dict[HoldSource, Gate]:
    """Give the gates of a house."""
    return {
        HoldSource.ADMISSION: lambda at_ms, every: _by_shop(eligibility.would_hold(at_ms), every),
        HoldSource.POLICY: lambda _, every: _by_policy(policy, catalog, every),
        HoldSource.AUTHORISATION: lambda _, every: authorisations.would_hold(_when_asked(every)),
        HoldSource.CAMPAIGN: lambda _, __: campaigns.would_hold(),
    }


def _when_asked(every: Every) -> Iterator[AdLink]:
    """Read no link before somebody wants the first: while nothing is demanded nobody does."""
    yield from every()


def _by_shop(held: Mapping[ShopId, str], every: Every) -> Mapping[LinkId, str]:
    return {link.id: held[link.shop] for link in every() if link.shop in held} if held else {}


def _by_policy(policy: Policy, catalog: Catalog, every: Every) -> Mapping[LinkId, str]:
    gate = policy.gate()
    if gate.preset.external == "all" and Route.IN_SITE not in gate.chosen.values():
        return {}
    links = every()
    items = catalog.items_known({link.item for link in links if link.item is not None})
    closed: dict[LinkId, str] = {}
    for link in links:
        item = items.get(link.item) if link.item is not None else None
        reason = gate.closed(link.tenant, link.platform, item.spu if item else None)
        if reason is not None:
            closed[link.id] = reason
    return closed
