"""The receivers of the media, in the sandbox: the other side, which shares no code with the targets."""

from hongmao.platforms.media.gateway.routes import gateway

__all__ = ["gateway"]
