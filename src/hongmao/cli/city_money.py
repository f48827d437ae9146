"""What a city's money came to, line by line: charged, matched, given back; and whether the ledger proves it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final
from unicodedata import east_asian_width

from hongmao.billing.api import Line
from hongmao.cli.ledger import OPERATOR
from hongmao.kernel.money import Money
from hongmao.kernel.time import Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hongmao.web.services import Services

_ALWAYS: Final = Window(0, 4_102_444_800_000)  # until the year 2100
_HEADS: Final = ("charged", "matched", "credited", "refunded")
_LABEL_WIDTH: Final = 34
_VALUE_WIDTH: Final = 16
_LABELS: Final = {"cid": "CID", "ud": "UD"}


def city_money(services: Services, report: Mapping[str, Any]) -> dict[str, object]:
    """Add a city's money up by line, as plain data in fen; unknown is null.

    `charged` is what clicks cost, `matched` what a programme paid of it, `credited` what was given back of it, `refunded`
    what buyers were paid back by the shops. The same seed gives the same figures, so no head of a chain is among them.
    """
    charged, credited = Counter[str](), Counter[str]()
    for spend in services.billing.spend(None, _ALWAYS):
        charged[spend.line] += spend.amount_fen
    for line, fen in _credits(services):
        credited[line] += fen
    programmes = services.billing.coinvest.running(OPERATOR)
    matched_fen = sum(member.matched_fen for one in programmes for member in one.members)
    refunded = _refunded_fen(report)
    lines = {
        line.value: {
            "charged_fen": charged[line],
            "matched_fen": matched_fen if line is Line.CID else 0,
            "credited_fen": credited[line],
            "refunded_fen": refunded[line],
        }
        for line in Line
    }
    caps = [{"id": one.programme.id, "cap_fen": one.programme.cap_fen, "left_fen": one.left_fen} for one in programmes]
    return {"lines": lines, "programmes": caps, "verified": report["ledger_balanced"]}


def money_lines(money: Mapping[str, Any], head: str) -> Iterator[str]:
    """Write a city's money for a reader, the head of the ledger's chain last: kept elsewhere, it proves all of it."""
    yield _padded("资金线 money (yuan)") + "".join(f"{name:>{_VALUE_WIDTH}}" for name in _HEADS)
    for line, figures in money["lines"].items():
        values = (_yuan(figures[f"{name}_fen"]) for name in _HEADS)
        yield _padded(_LABELS[line]) + "".join(f"{value:>{_VALUE_WIDTH}}" for value in values)
    for one in money["programmes"]:
        spent_fen = one["cap_fen"] - one["left_fen"]
        yield _padded(f"共投 {one['id']}") + f"{_yuan(spent_fen)} of {_yuan(one['cap_fen'])} spent"
    yield _padded("账本 ledger verify") + ("balanced" if money["verified"] else "NOT balanced")
    yield _padded("链头 head") + head


def _credits(services: Services) -> Iterator[tuple[str, int]]:
    for merchant in services.catalog.merchants(OPERATOR):
        after = ""
        while page := services.billing.credits.listed(OPERATOR, merchant.id, 0, _ALWAYS.end_ms, after=after):
            for credit in page:
                charge = services.billing.charge_of(credit.event_id)
                yield (charge.line if charge else ""), credit.amount_fen
            after = page[-1].event_id


def _refunded_fen(report: Mapping[str, Any]) -> dict[Line, int | None]:
    """Give what buyers were paid back: on CID as it came back to us, on UD as Alibaba's own report says."""
    said = [line["reported"] for line in report["lines"] if line["line"] == Line.UD]
    known = [one["refund_fen"] for one in said if one and one.get("refund_fen") is not None]
    gross_fen, net_fen = report["gmv_fen"], report["gmv_net_fen"]
    return {
        Line.CID: None if gross_fen is None or net_fen is None else gross_fen - net_fen,
        Line.UD: sum(known) if known else None,
    }


def _padded(label: str) -> str:
    """Fill a label up to where values begin; Chinese characters are two columns wide."""
    return label + " " * (_LABEL_WIDTH - len(label) - sum(east_asian_width(char) in "WF" for char in label))


def _yuan(fen: int | None) -> str:
    return "—" if fen is None else f"{Money(fen)}"
