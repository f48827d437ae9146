"""唤端结果: what became of jumps, by kind of browser, as far as their pages told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeCount:
    """One kind of browser: its taps, by what the jump's page told of each. A page tells one end, its first.

    The five ends and `unknown` add up to `taps`. A jump that needs no page of ours (a universal link, the web page at
    once) and a browser without scripts tell nothing; where no page told anything, the ends are unknown and not 0.
    """

    agent: str | None
    """The kind of browser by the wake-up data (唤端): `wechat`, `safari-ios`, ...; None where the click does not say."""
    taps: int
    """组件点击 that count."""
    opened: int | None
    """The app came up."""
    store: int | None
    """The reader went to get the app."""
    fallback: int | None
    """The web page followed, by the timer or by the reader's choice."""
    blocked: int | None
    """The browser asked or refused, and no app came."""
    timeout: int | None
    """Neither the app nor the web page came up."""
    unknown: int
    """Taps of which nobody told anything."""

    @property
    def told(self) -> int:
        """Count the taps whose end is known."""
        return self.taps - self.unknown
