"""The other side of 小红星: answers as the interfaces would, and shares no line with the client that asks.

Its numbers are drawn, not joined: a market knows no other market's buyers. What was true before sampling is drawn as well, so
that a scaled number can be held against it (`truth` of `drawing`).
"""

from hongmao.platforms.star.gateway.doors import routes

__all__ = ["routes"]
