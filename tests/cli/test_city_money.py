"""The last lines of a city's report: columns that stand under their heads, unknown as a dash, the head whole."""

from __future__ import annotations

from unicodedata import east_asian_width

from hongmao.cli.city_money import money_lines

HEAD = "be3d5d94" * 8
MONEY = {
    "lines": {
        "cid": {"charged_fen": 94_980, "matched_fen": 15_784, "credited_fen": 240, "refunded_fen": 62_433},
        "ud": {"charged_fen": 16_320, "matched_fen": 0, "credited_fen": 0, "refunded_fen": None},
    },
    "programmes": [{"id": "summer-seeding", "cap_fen": 80_000, "left_fen": 64_216}],
    "verified": True,
}


def columns(line: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in line)


def test_each_line_says_what_became_of_its_money() -> None:
    head, cid, ud, programme, check, chain = money_lines(MONEY, HEAD)
    assert cid.split() == ["CID", "949.80", "157.84", "2.40", "624.33"]
    assert ud.split() == ["UD", "163.20", "0.00", "0.00", "—"]
    assert head.split()[3:] == ["charged", "matched", "credited", "refunded"]
    assert {columns(line) for line in (head, cid, ud)} == {34 + 4 * 16}
    assert programme.endswith("157.84 of 800.00 spent")
    assert check.endswith(" balanced")
    assert chain.endswith(f" {HEAD}")


def test_books_that_do_not_add_up_are_said_to_be_so() -> None:
    told = list(money_lines({**MONEY, "verified": False}, HEAD))
    assert told[-2].endswith(" NOT balanced")
