"""A door of its own for whoever gathers figures: one page, on an address that readers need not reach."""

from __future__ import annotations

import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

from hongmao.kernel.errors import Conflict
from hongmao.telemetry.openmetrics import CONTENT_TYPE, render

if TYPE_CHECKING:
    from hongmao.telemetry.live import LiveMeter

PATH: Final = "/metrics"
TIMEOUT_S: Final = 5.0  # of one request, so that a scraper that hangs holds nothing
PORT_MAX: Final = 65_535
_ADDRESS: Final = re.compile(r"(?P<host>[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\]):(?P<port>[0-9]{1,5})")


class MetricsAddressTaken(Conflict):
    """Somebody else listens where figures were to be told."""

    code = "metrics_address_taken"
    zh = "指标地址 {host}:{port} 无法监听：{why}"
    en = "Nothing can listen on {host}:{port} to tell figures: {why}"
    hint_zh = "请改用其他 HONGMAO_METRICS 地址，或停止占用它的进程"
    hint_en = "Give HONGMAO_METRICS another address, or stop the process that holds it"


def read_address(text: str) -> tuple[str, int] | None:
    """Read `127.0.0.1:9464` or `[::1]:9464`; None for what is no such address. Port 0 takes a free one."""
    found = _ADDRESS.fullmatch(text)
    if found is None or int(found["port"]) > PORT_MAX:
        return None
    return found["host"].strip("[]"), int(found["port"])


class Scraping:
    """Listens on a thread of its own until it is closed."""

    def __init__(self, meter: LiveMeter, host: str, port: int) -> None:
        """Listen at once. Raises `MetricsAddressTaken`."""
        try:
            self._server = _server(meter, host, port)
        except OSError as error:
            raise MetricsAddressTaken(host=host, port=port, why=error.strerror or error) from error
        self._thread = threading.Thread(target=self._server.serve_forever, name="hongmao-metrics", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Give the port, which the system has chosen where 0 was asked for."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _server(meter: LiveMeter, host: str, port: int) -> ThreadingHTTPServer:
    class _Page(BaseHTTPRequestHandler):
        timeout = TIMEOUT_S
        server_version, sys_version = "hongmao", ""

        def do_GET(self) -> None:
            """Answer with all figures, or say that there is nothing else."""
            here = self.path.partition("?")[0] == PATH
            body = render(meter.readings()).encode("utf-8", "replace") if here else b""
            self.send_response(200 if here else 404)
            if here:
                self.send_header("content-type", CONTENT_TYPE)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing: a line per look would drown what is worth reading."""

    class _Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        daemon_threads = True

    return _Server((host, port), _Page)
