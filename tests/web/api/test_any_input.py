"""Anything at all may be sent: the answer is one of those that are written down, and never a fault of ours."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from hongmao.kernel.errors import BadInput
from hongmao.web.api.reading import AT_MS_MAX, moment
from web.api.sent import HOSTILE, PATHS, QUERIES, fault

if TYPE_CHECKING:
    from web.api.front import Caller

_WORDS = st.sampled_from(
    ["tenant-1", "merchant-1", "shop-1", "item-1", "note-1", "link-1", "cid", "merchant", "admin", *HOSTILE]
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=80) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def posts(draw: st.DrawFn) -> tuple[str, object]:
    """Send to some address its own body with some fields changed, or anything else."""
    path = draw(st.sampled_from(sorted(PATHS)))
    body = PATHS[path]
    if draw(st.integers(0, 4)) == 0:
        return path, draw(_VALUES)
    names = st.sampled_from([*body, "tenant", "id", "universal_link", "from"])
    return path, {**body, **draw(st.dictionaries(names, _VALUES | _WORDS, max_size=3))}


@settings(max_examples=150)
@given(posts())
def test_no_body_breaks_anything(everybody: list[Caller], sent: tuple[str, object]) -> None:
    path, body = sent
    content = json.dumps(body).encode()
    for caller in everybody:
        answer = caller.send(path, content)
        assert answer.status_code in {200, 201, 401, 403, 404, 409, 422}
        if answer.status_code >= 400:
            fault(answer)


@settings(max_examples=100)
@given(st.sampled_from(sorted(PATHS)), st.binary(max_size=200))
def test_no_bytes_break_anything(everybody: list[Caller], path: str, body: bytes) -> None:
    answer = everybody[0].send(path, body)
    assert answer.status_code in {200, 201, 404, 409, 422}


@settings(max_examples=100)
@given(
    st.sampled_from(QUERIES[:-2]),
    st.dictionaries(
        st.sampled_from(
            ["tenant", "after", "limit", "merchant", "shop", "before", "creator", "from", "to", "waiting", "x"]
        ),
        st.text(max_size=30) | _WORDS | st.integers().map(str),
        max_size=3,
    ),
)
def test_no_question_breaks_anything(everybody: list[Caller], path: str, query: dict[str, str]) -> None:
    asked = "&".join(f"{name}={quoted(text)}" for name, text in query.items())
    for caller in everybody:
        assert caller.get(f"{path}?{asked}").status_code in {200, 401, 403, 404, 422}


def quoted(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))


@settings(max_examples=500)
@given(
    st.text(max_size=40)
    | st.datetimes(timezones=st.none() | st.timezones()).map(lambda at: at.isoformat())
    | st.integers().map(str)
)
def test_no_moment_breaks_anything(text: str) -> None:
    at_ms: int | None = None
    with contextlib.suppress(BadInput):
        at_ms = moment(text, place="from")
    assert at_ms is None or 0 <= at_ms <= AT_MS_MAX
