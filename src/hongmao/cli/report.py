"""`hongmao report`: the figures of a deployment, or of one merchant; the same bytes from the same log."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hongmao.cli.house import merchants_of, open_house
from hongmao.insight.api import (
    DayUnreadable,
    MerchantUnknown,
    Pin,
    as_pinned,
    check_pin,
    check_range,
    digest,
    markdown_of,
    read_pin,
    render_report,
    write_pin,
    written,
)
from hongmao.kernel.time import Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hongmao.insight.api import Insight
    from hongmao.web.services import Services

    Reports = Mapping[str, Mapping[str, object]]
    """Reports by merchant; the whole deployment's has the name `""`."""

_FILE = click.Path(dir_okay=False, path_type=Path)
WHOLE = ""


@click.command()
@click.option("--from", "from_day", default=None, metavar="DAY", help="First day, Asia/Shanghai [the log's first].")
@click.option("--to", "to_day", default=None, metavar="DAY", help="Last day, inclusive [the log's last].")
@click.option("--merchant", default=None, metavar="ID", help="One merchant's funnel, figures and notes.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    metavar="DIR",
    help="Write report.json and report.md, and one folder of both for each merchant.",
)
@click.option("--save-pin", type=_FILE, default=None, metavar="FILE", help="Write what the report is made from.")
@click.option("--pin", type=_FILE, default=None, metavar="FILE", help="Print that report again, byte for byte.")
@click.option("--as-of", default=None, metavar="DAY", help="Print what was known and decided at the end of that day.")
def report(
    *,
    from_day: str | None,
    to_day: str | None,
    merchant: str | None,
    as_json: bool,
    out: Path | None,
    save_pin: Path | None,
    pin: Path | None,
    as_of: str | None,
) -> None:
    """Print what the deployment did, by the definitions in force on the last day: their default window, by billing time.

    After `hongmao rebuild` it is the same to the byte, and by its pin it is so whatever has come or been decided since.
    """
    if sum(way is not None for way in (pin, as_of, save_pin)) > 1 or (pin and (from_day or to_day)):
        raise click.UsageError("--pin, --as-of and --save-pin exclude each other, and a pin knows its days")
    from_ms, to_ms = _instants(from_day, to_day)
    known = None if pin is None else read_pin(_body(pin), place=str(pin))
    if known is not None:
        from_ms, to_ms = Window.of_day(known.from_day).start_ms, Window.of_day(known.to_day).end_ms
    with open_house() as services:
        with _view(services, known, as_of, keep=save_pin is not None) as view:
            names = _names(services, merchant, known, every=out is not None)
            reports = {name: _report(view.insight, services, name, from_ms, to_ms) for name in names}
        if known is not None:
            reports = {name: as_pinned(known, found) for name, found in reports.items()}
            check_pin(known, reports, place=str(pin))
        if save_pin is not None:
            save_pin.write_bytes(write_pin(view.pin(services, reports)))
    if out is not None:
        _write_all(out, reports)
    else:
        (name,) = names
        click.echo(written(reports[name]) if as_json else _text(name, reports[name]), nl=False)


class _View:
    """What a report is read through, and what it is made from."""

    def __init__(self, insight: Insight, position: int, at_ms: int) -> None:
        """Stand on an insight over the log up to a position."""
        self.insight = insight
        self._position = position
        self._at_ms = at_ms

    def pin(self, services: Services, reports: Reports) -> Pin:
        """Write down what these reports were made from."""
        first, last = (date.fromisoformat(str(next(iter(reports.values()))[key])) for key in ("from_day", "to_day"))
        return Pin(
            position=self._position,
            at_ms=self._at_ms,
            from_day=first,
            to_day=last,
            definitions=services.definitions.pins(last),
            reports={name: digest(found) for name, found in reports.items()},
            made_by=version("hongmao"),
        )


@contextmanager
def _view(services: Services, pin: Pin | None, as_of: str | None, *, keep: bool) -> Iterator[_View]:
    """Choose what to look through: what is published, or a glass on the log and the definitions as they were."""
    if pin is None and as_of is None and not keep:
        yield _View(services.insight, 0, 0)
        return
    glass, desk = services.glass, services.definition_desk
    if pin is not None:
        registry, until, at_ms = desk.registry.pinned(pin.definitions), pin.position, pin.at_ms
    elif as_of is not None:
        end_ms = Window.of_day(_day(as_of, place="--as-of") or date.min).end_ms
        registry, until, at_ms = desk.as_decided(end_ms), glass.position_at(end_ms), end_ms - 1
    else:
        registry, until, at_ms = desk.registry.snapshot(), glass.position(), services.clock.now_ms()
    with glass.insight(registry, until=until, at_ms=at_ms) as insight:
        yield _View(insight, until, at_ms)


def _names(services: Services, merchant: str | None, pin: Pin | None, *, every: bool) -> list[str]:
    """Name the reports that are asked for; a pin knows which there were."""
    if pin is not None:
        names = list(pin.reports) if every else [merchant or min(pin.reports)]
        if not set(names) <= pin.reports.keys():
            raise MerchantUnknown(id=merchant)
        return names
    chosen = [one.id for one in merchants_of(services.catalog, merchant)]
    if merchant is not None and not chosen:
        raise MerchantUnknown(id=merchant)
    return [WHOLE, *chosen] if every else [merchant or WHOLE]


def _report(
    insight: Insight, services: Services, name: str, from_ms: int | None, to_ms: int | None
) -> dict[str, object]:
    if name == WHOLE:
        return insight.city_report(from_ms, to_ms)
    (merchant,) = merchants_of(services.catalog, name)
    return insight.merchant_report(merchant.tenant, merchant.id, from_ms, to_ms)


def _text(name: str, found: Mapping[str, object]) -> str:
    return f"{render_report(found)}\n" if name == WHOLE else markdown_of(found)


def _write_all(out: Path, reports: Reports) -> None:
    for name, found in reports.items():
        markdown = _text(name, found)
        _write(out / name, written(found), f"```text\n{markdown}```\n" if name == WHOLE else markdown)


def _write(folder: Path, as_json: str, markdown: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(as_json, encoding="utf-8", newline="\n")
    (folder / "report.md").write_text(markdown, encoding="utf-8", newline="\n")


def _body(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise click.UsageError(f"{path} cannot be read ({fault.strerror})") from None


def _instants(from_day: str | None, to_day: str | None) -> tuple[int | None, int | None]:
    first, last = _day(from_day, place="--from"), _day(to_day, place="--to")
    if first is not None and last is not None:
        check_range(first, last)
    return (
        None if first is None else Window.of_day(first).start_ms,
        None if last is None else Window.of_day(last).end_ms,
    )


def _day(text: str | None, *, place: str) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise DayUnreadable(place=place, got=text) from None
