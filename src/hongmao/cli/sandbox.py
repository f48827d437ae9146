"""`hongmao sandbox`: the outside shop, in a process of its own."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import click

from hongmao.bootstrap.clocks import open_clock
from hongmao.bootstrap.draining import stop_when_stdin_closes
from hongmao.bootstrap.settings import Settings


@click.command()
@click.option("--host", default=None, help="Address to listen on; by default that of HONGMAO_SANDBOX_URL.")
@click.option("--port", type=int, default=None, help="Port to listen on; by default that of HONGMAO_SANDBOX_URL.")
@click.option("--seed", type=int, default=7, show_default=True, help="Seed of its lateness, repeats and garbage.")
@click.option("--until-stdin-closes", is_flag=True, help="Stop when standard input ends.")
def sandbox(*, host: str | None, port: int | None, seed: int, until_stdin_closes: bool) -> None:
    """Run the sandbox shop: item pages, orders, refunds, signed webhooks back to us, and each marketplace's gateway.

    It keeps its own state under HONGMAO_HOME/sandbox and knows us only by the click id in the URL. Its control
    endpoints want the token in HONGMAO_SANDBOX_CONTROL; without one they are closed.
    """
    from hongmao.platforms.registry import load_platforms  # noqa: PLC0415 - each platform's own libraries load with it
    from hongmao.platforms.sandbox.shop.serving import run  # noqa: PLC0415 - the shop's own libraries load with it

    settings = Settings.read()
    where = urlsplit(settings.sandbox_url)
    if until_stdin_closes:
        stop_when_stdin_closes()
    run(
        home=settings.home_path / "sandbox",
        host=host or where.hostname or "127.0.0.1",
        port=port or where.port or 8090,
        clock=open_clock(settings.clock),
        control_token=os.environ.get("HONGMAO_SANDBOX_CONTROL", ""),
        seed=seed,
        gateways={name: one.gateway for name, one in load_platforms().items() if one.gateway is not None},
    )
