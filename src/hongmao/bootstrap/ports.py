"""Ports that several processes of one machine listen on together: the system gives each connection to one of them."""

from __future__ import annotations

import socket

from hongmao.bootstrap.roles import AddressTaken


def shared_port(host: str, port: int) -> socket.socket:
    """Bind an address that others of this user may bind too; nobody is taken in before somebody listens.

    Raises `AddressTaken`. Port 0 takes a free one.
    """
    bound: socket.socket | None = None
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, proto)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
    except OSError as error:
        if bound is not None:
            bound.close()
        raise AddressTaken(host=host, port=port, why=error.strerror or str(error)) from error
    return bound
