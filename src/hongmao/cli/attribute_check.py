"""How `hongmao attribute --check` says that credits are the same: a line per rule, a checksum per engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hongmao.bootstrap.attribution import Checked


def print_checked(checked: Checked, *, err: bool) -> None:
    """Print SHA-256 of each rule's credits by engine; on standard error where standard output belongs to a program."""
    width = max(len(label) for label, _ in checked.checksums)
    engine = max(map(len, checked.engines))
    for label, sums in checked.checksums:
        for name, checksum in zip(checked.engines, sums, strict=True):
            click.echo(f"{label.ljust(width)}  {name.ljust(engine)}  sha256:{checksum}", err=err)
    if len(checked.engines) > 1:
        click.echo(f"{' = '.join(checked.engines)}: {len(checked.checksums)} rules, the same bits", err=err)
