"""Days on the command line: whole days of Asia/Shanghai, and never the last before the first."""

from __future__ import annotations

from datetime import datetime

import pytest
from click.testing import CliRunner

from hongmao.cli.options import span_of
from hongmao.cli.returns.group import returns
from hongmao.kernel.time import DAY_MS, instant

BACKWARDS = ("--from", "2025-05-08", "--to", "2025-05-07")


def test_days_are_whole_and_the_last_belongs_to_them() -> None:
    span = span_of(datetime(2025, 5, 7), datetime(2025, 5, 8))  # noqa: DTZ001 - as click reads them
    assert span.start_ms == instant("2025-05-07T00:00:00+08:00")
    assert span.end_ms - span.start_ms == 2 * DAY_MS


@pytest.mark.parametrize(
    "words",
    [
        ("reconcile",),
        ("pull", "--platform", "taobao", "--account", "app-1", "--source", "orders"),
        ("replay", "--target", "juguang"),
    ],
)
@pytest.mark.usefixtures("home")
def test_days_that_run_backwards_ask_nobody(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(returns, [*words, *BACKWARDS])
    assert result.exit_code == 2
    assert "--to is before --from" in result.output
