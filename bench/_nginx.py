"""nginx that answers every request `return 302` and keeps nothing: what a redirect costs at the least."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from bench._served import until_open
from bench._tools import pinned, tool

if TYPE_CHECKING:
    from collections.abc import Iterator

# Nothing outside its own folder is written, so that it runs for anybody.
CONFIG = """\
daemon off;
pid {home}/nginx.pid;
error_log {home}/error.log;
worker_processes {workers};
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {home}/body;
  proxy_temp_path {home}/proxy;
  fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi;
  scgi_temp_path {home}/scgi;
  server {{
    listen 127.0.0.1:{port} reuseport backlog=4096;
    location / {{ return 302 {target}; }}
  }}
}}
"""


@contextlib.contextmanager
def redirecting(home: str, port: int, target: str, *, workers: int = 1, core: int | None = 0) -> Iterator[int]:
    """Serve by so many workers, on the first core unless said otherwise, until the block ends; gives the process."""
    config = Path(home, "nginx.conf")
    config.write_text(CONFIG.format(home=home, port=port, target=target, workers=workers))
    words = [*pinned(core), tool("nginx"), "-p", home, "-e", f"{home}/error.log", "-c", str(config)]
    with subprocess.Popen(words) as child:  # noqa: S603 - ours
        try:
            until_open(child, port)
            yield child.pid
        finally:
            child.terminate()
