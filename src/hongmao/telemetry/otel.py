"""Traces sent to a collector by OpenTelemetry's own exporter (OTLP over HTTP); loaded only where a target is set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.kernel.errors import BadInput
from hongmao.telemetry.tracing import chosen

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanProcessor

    from hongmao.telemetry.tracing import Span, Tracer, TraceTarget

SERVICE: Final = "hongmao"
SEND_TIMEOUT_S: Final = 2.0  # with all tries: a collector that is down must not hold up the end of a process


class TracingMissing(BadInput):
    """A target for traces is set, and what sends them is not installed."""

    code = "tracing_missing"
    zh = "{place} 指定了链路追踪的去处，但未安装 OpenTelemetry"
    en = "{place} names where traces go, and OpenTelemetry is not installed"
    hint_zh = "请安装 hongmao[otel]，或清空该设置"
    hint_en = "Install hongmao[otel], or leave the setting empty"


class OtelTracer:
    """Hands finished spans to a processor of the SDK, which gathers and sends them on its own thread."""

    def __init__(self, processor: SpanProcessor, ratio: float, *, role: str, version: str) -> None:
        """Tell of a share of clicks; `role` and `version` name who tells."""
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - an extra

        self._processor = processor
        self._ratio = ratio
        self._resource: Resource = Resource({"service.name": SERVICE, "service.version": version, "hongmao.role": role})

    def wants(self, click: str) -> bool:
        """Tell whether this click is one that is told of."""
        return chosen(click, self._ratio)

    def tell(self, span: Span) -> None:
        """Hand a span on; a full queue drops it, and the SDK says so."""
        from opentelemetry.sdk.trace import ReadableSpan  # noqa: PLC0415 - an extra
        from opentelemetry.trace import SpanContext, TraceFlags  # noqa: PLC0415 - an extra

        flags = TraceFlags(TraceFlags.SAMPLED)

        def _context(span_id: int) -> SpanContext:
            return SpanContext(span.trace_id, span_id, is_remote=False, trace_flags=flags)

        told = ReadableSpan(
            span.stage.value,
            context=_context(span.span_id),
            parent=None if span.parent_id is None else _context(span.parent_id),
            resource=self._resource,
            attributes={f"hongmao.{name}": value for name, value in span.facts.items()},
            start_time=span.began_ns,
            end_time=span.ended_ns,
        )
        self._processor.on_end(told)

    def close(self) -> None:
        """Send what is left."""
        self._processor.shutdown()


def open_tracer(target: TraceTarget, *, role: str, version: str) -> Tracer:
    """Open the way to a collector. Raises `TracingMissing`; whether anybody listens there is found out in the background."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - an extra
    except ImportError:
        raise TracingMissing(place="HONGMAO_TRACE") from None
    processor = BatchSpanProcessor(OTLPSpanExporter(endpoint=target.url, timeout=SEND_TIMEOUT_S))
    return OtelTracer(processor, target.ratio, role=role, version=version)
