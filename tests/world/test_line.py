"""The city's telephone: a passing fault is asked once more, a refusal stops the city."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import urllib3

from hongmao.world.wire import TRIES, Answer, CityLineDown, Line

if TYPE_CHECKING:
    from collections.abc import Mapping


class Spoken(Line):
    """A line whose answers are known beforehand."""

    def __init__(self, *statuses: int) -> None:
        super().__init__("http://house.example")
        self.statuses = list(statuses)
        self.asked: list[str] = []

    def post(self, path: str, value: object, headers: Mapping[str, str] | None = None) -> Answer:  # noqa: ARG002 - its signature
        self.asked.append(path)
        return Answer(urllib3.HTTPResponse(body=b"{}", status=self.statuses.pop(0)))


def test_what_is_unwell_is_asked_once_more() -> None:
    line = Spoken(503, 503, 201)
    assert line.insist("/v1/links", {}).status == 201
    assert line.asked == ["/v1/links"] * 3


def test_what_stays_unwell_stops_the_city() -> None:
    line = Spoken(*[503] * TRIES, 201)
    with pytest.raises(CityLineDown, match="503"):
        line.insist("/v1/links", {})
    assert line.statuses == [201]


def test_a_refusal_is_asked_once_only() -> None:
    line = Spoken(409, 201)
    with pytest.raises(CityLineDown, match="409"):
        line.insist("/v1/links", {})
    assert line.asked == ["/v1/links"]
