"""The other side of Ark: answers as the open platform would, and shares no line with the client that asks."""

from hongmao.platforms.xhs.gateway.doors import routes

__all__ = ["routes"]
