"""What a shop sends that no shop should: broken rows among good ones, bodies that are no JSON, forged rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.platforms.sandbox.shop.faults import Dice, Garbage
    from hongmao.platforms.sandbox.shop.wire import WireEvent

_FORGED_FEN = 99_999_999

# Each takes a good row's keys and makes a row nobody can use, under an event number of its own.
_BROKEN: tuple[Callable[[dict[str, object]], object], ...] = (
    lambda row: row | {"type": "teleport"},
    lambda row: row | {"amount_fen": -1},
    lambda row: row | {"amount_fen": "299.00"},
    lambda row: row | {"occurred_at_ms": "yesterday"},
    lambda row: row | {"shop_id": "<script>alert(1)</script>"},
    lambda row: row | {"item_id": "'; DROP TABLE event; --"},
    lambda row: row | {"version": 10**30},
    lambda row: row | {"discount": 1},
    lambda row: {key: value for key, value in row.items() if key != "occurred_at_ms"},
    lambda _: "event",
    lambda _: None,
    lambda row: [row],
)
_NOT_JSON: tuple[bytes, ...] = (
    b"",
    b"status=ok&events=1",
    b'{"account":"',
    b'{"events":[[[[',
    b"\xff\xfe\x00{}",
    b"[]",
    b'{"account":7,"events":"all"}',
)


def make(kind: Garbage, *, like: WireEvent, dice: Dice) -> bytes:
    """Make garbage of a kind: a row's JSON, or for `not_json` a whole body."""
    row: dict[str, object] = msgspec.to_builtins(like)
    row["event_no"] = f"x-{like.event_no}"
    match kind:
        case "broken_row":
            return msgspec.json.encode(_BROKEN[dice.below(len(_BROKEN), "broken row")](row))
        case "not_json":
            return _NOT_JSON[dice.below(len(_NOT_JSON), "not json")]
        case "bad_signature":
            # Well-formed and dear: whoever lets it in will see it in the sums.
            return msgspec.json.encode(row | {"amount_fen": _FORGED_FEN})
