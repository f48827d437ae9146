"""Which tap is another's repeat: by which key, and for how long."""

from __future__ import annotations

import pytest

from hongmao.links.taps import Dedupe, Taps, read_dedupe

NOON = 1_746_590_400_000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", Dedupe()),
        ("link,showing,reader;10s", Dedupe(by=("link", "showing", "reader"), window_ms=10_000)),
        (" device , link ; 500ms ", Dedupe(by=("device", "link"), window_ms=500)),
        ("reader;60m", Dedupe(by=("reader",), window_ms=3_600_000)),
        ("off", Dedupe(window_ms=0)),
    ],
)
def test_a_key_and_a_window_are_read(text: str, told: Dedupe) -> None:
    assert read_dedupe(text) == told


@pytest.mark.parametrize(
    "text",
    ["link;10s", "link,link,reader;10s", "hand;10s", "reader", "reader;", "reader;0s", "reader;10", "reader;61m", ";10s",
     "reader;10s;10s", "reader,;10s", "reader;-1s"],
)  # fmt: skip
def test_a_key_that_means_nothing_or_names_nobody_is_refused(text: str) -> None:
    assert read_dedupe(text) is None


def repeats(text: str, *taps: tuple[str, str | None, str | None, str | None], apart_ms: int = 1) -> list[bool]:
    taps_known = Taps(read_dedupe(text))
    found = []
    for place, tap in enumerate(taps):
        key = taps_known.tap_of(*tap)
        found.append(key is not None and taps_known.repeats(key, NOON + place * apart_ms))
    return found


A = ("link-1", "imp-1", "r-lin", "r-lin")
OTHER_SHOWING = ("link-1", "imp-2", "r-lin", "r-lin")
OTHER_LINK = ("link-2", "imp-1", "r-lin", "r-lin")
COOKIELESS = ("link-1", "imp-3", None, "a telephone in a network")
NOBODY = ("link-1", None, None, None)


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("", [False, True, False, False, False, True, False]),
        ("link,reader;10s", [False, True, True, False, False, False, False]),
        ("reader;10s", [False, True, True, True, False, False, False]),
        ("device,link;10s", [False, True, True, False, False, True, False]),
        ("off", [False] * 7),
    ],
)
def test_the_chosen_key_alone_tells_a_repeat(text: str, marks: list[bool]) -> None:
    assert repeats(text, A, A, OTHER_SHOWING, OTHER_LINK, COOKIELESS, COOKIELESS, NOBODY) == marks


def test_taps_of_nobody_known_are_nobodys_repeats() -> None:
    for text in ("", "link,reader;10s", "device;10s", "link,device,reader;10s"):
        assert repeats(text, NOBODY, NOBODY, NOBODY) == [False] * 3


def test_the_window_begins_with_the_first_tap_of_a_burst() -> None:
    assert repeats("link,showing,reader;10s", A, A, A, A, apart_ms=4_000) == [False, True, True, False]
    assert repeats("link,showing,reader;500ms", A, A, apart_ms=500) == [False, False]
