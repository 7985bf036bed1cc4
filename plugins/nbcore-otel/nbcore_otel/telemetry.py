"""Telemetry: the hook plugin. Each attempt of a call is a client span; what was sent is measured; the trace goes on in the server."""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from opentelemetry import metrics, propagate, trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from nbcore import Call, Reply, hookimpl

from . import attributes

if TYPE_CHECKING:
    import requests

    from nbcore import Options

# The boundaries that the HTTP conventions advise.
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)


class Telemetry:
    """Spans and metrics of the requests of one Api, or of several.

    Args:
        tracer_provider: where spans go; OpenTelemetry's global one when left out.
        meter_provider: where metrics go; the global one when left out.
        propagate: send the trace along in the request's headers (`traceparent`), so that the server's spans join it. Only sessions
            that nbcore makes do so, not one that was assigned to `http_session`.
    """

    def __init__(
        self,
        tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics.MeterProvider | None = None,
        *,
        propagate: bool = True,
    ) -> None:
        version = ""
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):  # a frozen application without metadata
            version = importlib.metadata.version("nbcore-otel")
        self.propagate = propagate
        self._tracer = trace.get_tracer("nbcore", version, tracer_provider)
        meter = metrics.get_meter("nbcore", version, meter_provider)
        self._duration = meter.create_histogram(
            "http.client.request.duration", "s", "Duration of HTTP client requests.", explicit_bucket_boundaries_advisory=_SECONDS
        )
        self._retries = meter.create_counter("nbcore.client.retries", "{retry}", "Attempts that failed and were followed by another.")
        self._hits = meter.create_counter("nbcore.client.cached", "{call}", "Calls that a plugin answered instead of the server.")

    # --- hooks -------------------------------------------------------------------------------------------------------

    @hookimpl
    def nbcore_configure_session(self, session: requests.Session, options: Options) -> None:
        """Add the headers of the current trace to what the session sends."""
        if self.propagate:
            for adapter in {id(adapter): adapter for adapter in session.adapters.values()}.values():
                if hasattr(adapter, "add_headers"):
                    setattr(adapter, "add_headers", functools.partial(_inject, adapter.add_headers))  # noqa: B010  a method

    @hookimpl(wrapper=True, trylast=True)
    def nbcore_send(self, call: Call) -> Generator[None, Reply, Reply]:
        """A span around one attempt, and its duration."""
        told = attributes.of_call(call) | attributes.of_server(call.server)
        started = time.perf_counter()
        with self._tracer.start_as_current_span(
            attributes.span_name(call),
            kind=SpanKind.CLIENT,
            attributes=told | attributes.of_span(call),
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                reply = yield
            except BaseException as exc:
                told |= attributes.of_failure(exc)
                span.set_attribute("error.type", told["error.type"])
                span.set_status(Status(StatusCode.ERROR, str(exc)))
                span.record_exception(exc)
                self._duration.record(time.perf_counter() - started, told)
                raise
            if reply.source != "server":
                # Nothing was sent, so it is no HTTP request to measure.
                span.set_attribute("nbcore.source", reply.source)
                self._hits.add(1, told | {"nbcore.source": reply.source})
                return reply
            answer = attributes.of_reply(reply)
            span.set_attributes(answer)
            if reply.status >= 400:
                span.set_status(Status(StatusCode.ERROR))
            self._duration.record(reply.elapsed or time.perf_counter() - started, told | answer)
            return reply

    @hookimpl
    def nbcore_retrying(self, call: Call, failure: Exception, attempt: int, delay: float) -> None:
        """Count a retry."""
        told = attributes.of_call(call) | attributes.of_server(call.server)
        self._retries.add(1, told | attributes.of_failure(failure))

    def __reduce__(self) -> tuple[Any, ...]:
        # Providers hold threads and connections: a copy uses the global ones.
        return _restore, (self.propagate,)

    def __repr__(self) -> str:
        return "<Telemetry>"


def _restore(propagate: bool) -> Telemetry:
    return Telemetry(propagate=propagate)


def _inject(add_headers: Callable[..., None], request: Any, **arguments: Any) -> None:
    """The adapter's own headers, then those of the current trace."""
    add_headers(request, **arguments)
    propagate.inject(request.headers)
