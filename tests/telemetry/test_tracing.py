"""Rooms that know nothing of each other tell of one click under one trace."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.telemetry.tracing import NO_TRACER, Span, Stage, TraceTarget, chosen, read_target, trace_id

CLICK = "clk:0198c3a5f0000000000000a101"


def span(stage: Stage, *, click: str = CLICK, key: str = "") -> Span:
    return Span(click=click, stage=stage, began_ns=1, ended_ns=2, key=key)


def test_all_stages_of_a_click_share_a_trace_and_hang_together() -> None:
    spans = {stage: span(stage) for stage in Stage}
    assert {one.trace_id for one in spans.values()} == {trace_id(CLICK)}
    assert len({one.span_id for one in spans.values()}) == len(Stage) == 8
    assert spans[Stage.JUMP].parent_id is None
    assert spans[Stage.POST].parent_id == spans[Stage.CHARGE].span_id
    others = set(Stage) - {Stage.JUMP, Stage.POST}
    assert {spans[stage].parent_id for stage in others} == {spans[Stage.JUMP].span_id}


def test_what_is_told_twice_is_the_same_span_and_what_happens_twice_is_not() -> None:
    assert span(Stage.RETURN, key="pay:1").span_id == span(Stage.RETURN, key="pay:1").span_id
    assert span(Stage.RETURN, key="pay:1").span_id != span(Stage.RETURN, key="pay:2").span_id
    assert span(Stage.JUMP, click="clk:1").trace_id != span(Stage.JUMP, click="clk:2").trace_id


@given(st.text(min_size=1))
def test_ids_fit_their_fields_and_are_never_none(click: str) -> None:
    one = span(Stage.SINK, click=click)
    assert 0 < one.trace_id < 1 << 128
    assert 0 < one.span_id < 1 << 64


@given(st.text(min_size=1), st.floats(min_value=0.001, max_value=1), st.floats(min_value=0.001, max_value=1))
def test_who_is_in_a_small_share_is_in_every_larger_one(click: str, one: float, other: float) -> None:
    small, large = sorted((one, other))
    assert not chosen(click, small) or chosen(click, large)
    assert chosen(click, 1)


def test_a_share_is_about_as_large_as_asked() -> None:
    taken = sum(chosen(f"clk:{number:026x}", 0.1) for number in range(10_000))
    assert 900 < taken < 1_100  # three standard deviations of 10,000 draws at a tenth


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("http://127.0.0.1:4318/v1/traces", TraceTarget("http://127.0.0.1:4318/v1/traces", 1.0)),
        ("https://otel.example/v1/traces?ratio=0.01", TraceTarget("https://otel.example/v1/traces", 0.01)),
        ("http://otel/?ratio=1", TraceTarget("http://otel/", 1.0)),
        ("otel:4318", None),
        ("ftp://otel/v1", None),
        ("http://", None),
        ("http://user:secret@otel/", None),
        ("http://otel/?ratio=0", None),
        ("http://otel/?ratio=1.5", None),
        ("http://otel/?ratio=nan", None),
        ("http://otel/?ratio=", None),
        ("http://otel/?ratio=0.1&ratio=0.2", None),
        ("http://otel/?share=0.1", None),
        ("http://otel/#x", None),
        ("http://otel:port/", None),
        ("http://[::1/", None),
    ],
)
def test_a_target_is_read_or_refused(text: str, target: TraceTarget | None) -> None:
    assert read_target(text) == target


def test_no_tracer_wants_nothing() -> None:
    assert not NO_TRACER.wants(CLICK)
    NO_TRACER.tell(span(Stage.JUMP))
    NO_TRACER.close()
