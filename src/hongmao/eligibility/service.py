"""Admission: whoever tells, whoever judges, whoever decides, at one desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.eligibility.deciding import Deciding
from hongmao.eligibility.desk import Desk
from hongmao.eligibility.judging import Judging
from hongmao.eligibility.live import LiveRules
from hongmao.eligibility.minors import ForMinors
from hongmao.eligibility.telling import Telling

if TYPE_CHECKING:
    from hongmao.catalog.api import Catalog
    from hongmao.eligibility.store import EligibilityStore
    from hongmao.kernel.clock import Clock


class Eligibility(Telling, Judging, Deciding, ForMinors):
    """准入: may this shop do this, who says so, and why."""

    def __init__(
        self, store: EligibilityStore, catalog: Catalog, clock: Clock, *, rules: LiveRules | None = None
    ) -> None:
        """Work on a store; `rules` stands for what ships with us and was published here."""
        desk = Desk(store, catalog, clock, rules or LiveRules(store, clock))
        Telling.__init__(self, desk)
        Judging.__init__(self, desk)
        Deciding.__init__(self, desk, self)
        ForMinors.__init__(self, desk)
