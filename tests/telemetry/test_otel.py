"""Spans reach a collector in the form that collectors take."""

from __future__ import annotations

import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from hongmao.telemetry.otel import OtelTracer, TracingMissing, open_tracer
from hongmao.telemetry.tracing import Span, Stage, TraceTarget, chosen

if TYPE_CHECKING:
    from collections.abc import Iterator

CLICK = "clk:0198c3a5f0000000000000a101"


@pytest.fixture
def collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """Give the address of a collector on this machine, and what it was sent."""
    sent: list[ExportTraceServiceRequest] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            sent.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1/traces", sent
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_collector_is_sent_what_was_told(
    collector: tuple[str, list[ExportTraceServiceRequest]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "hongmao.telemetry.otel.SEND_TIMEOUT_S", 120.0
    )  # how fast this one answers is the machine's affair
    url, sent = collector
    tracer = open_tracer(TraceTarget(url, 1.0), role="all", version="0.1.0")
    jump = Span(click=CLICK, stage=Stage.JUMP, began_ns=1_000, ended_ns=2_000, facts={"invalid": "bot"})
    post = Span(click=CLICK, stage=Stage.POST, began_ns=3_000, ended_ns=4_000)
    tracer.tell(jump)
    tracer.tell(post)
    tracer.close()
    (resource,) = [found for request in sent for found in request.resource_spans]
    named = {entry.key: entry.value.string_value for entry in resource.resource.attributes}
    assert (named["service.name"], named["service.version"], named["hongmao.role"]) == ("hongmao", "0.1.0", "all")
    first, second = (span for scope in resource.scope_spans for span in scope.spans)
    assert first.trace_id == second.trace_id == jump.trace_id.to_bytes(16, "big")
    assert (first.name, first.span_id, first.parent_span_id) == ("jump", jump.span_id.to_bytes(8, "big"), b"")
    assert (first.start_time_unix_nano, first.end_time_unix_nano) == (1_000, 2_000)
    assert [(entry.key, entry.value.string_value) for entry in first.attributes] == [("hongmao.invalid", "bot")]
    assert post.parent_id is not None
    assert second.parent_span_id == post.parent_id.to_bytes(8, "big")


def test_a_tracer_wants_its_share() -> None:
    tracer = OtelTracer(SimpleSpanProcessor(InMemorySpanExporter()), 0.2, role="all", version="0.1.0")
    clicks = [f"clk:{number:026x}" for number in range(200)]
    assert [tracer.wants(click) for click in clicks] == [chosen(click, 0.2) for click in clicks]


def test_without_the_extra_a_target_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace.export", None)
    with pytest.raises(TracingMissing) as refused:
        open_tracer(TraceTarget("http://127.0.0.1:1/", 1.0), role="all", version="0.1.0")
    assert "HONGMAO_TRACE" in str(refused.value)
    assert "hongmao[otel]" in str(refused.value)
