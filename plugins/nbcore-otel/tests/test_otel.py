"""What arrives in OpenTelemetry of the requests that nbcore sends."""

from __future__ import annotations

import http.server
import json
import pickle
import subprocess
import sys
import threading

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

import nbcore
from nbcore import Call, Reply, hookimpl
from nbcore.options import make
from nbcore.testing import make_api, reply, row
from nbcore_otel import Telemetry
from nbcore_otel.hooks import plugin

TOKEN = "0123456789abcdefsecret"


class Seen:
    """A Telemetry, and what it told."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracer = tracers.get_tracer("test")
        self.telemetry = Telemetry(tracers, MeterProvider([self._reader]))

    @property
    def spans(self):
        return self._exporter.get_finished_spans()

    def points(self, name):
        data = self._reader.get_metrics_data()
        metrics = [m for r in data.resource_metrics for s in r.scope_metrics for m in s.metrics] if data else []
        return [point for metric in metrics if metric.name == name for point in metric.data.data_points]


@pytest.fixture
def seen():
    return Seen()


def test_a_read_is_a_client_span_with_the_http_conventions(wire, seen):
    wire.serve("dcim/devices", [row("dcim/devices", "dcim.device", name="a")])
    nb = make_api(wire, seen.telemetry, token=TOKEN)
    assert [device.name for device in nb.endpoint("dcim/devices").filter(name="a b")] == []
    (span,) = seen.spans
    assert (span.name, span.kind, span.status.status_code) == ("GET dcim/devices", SpanKind.CLIENT, StatusCode.UNSET)
    told = dict(span.attributes)
    assert told.pop("nbcore.call_id") == wire.calls[0].id
    assert told == {
        "http.request.method": "GET",
        "url.full": "https://nautobot.test/api/dcim/devices/?name=a%20b&limit=1000",
        "server.address": "nautobot.test",
        "server.port": 443,
        "http.response.status_code": 200,
        "nbcore.app": "dcim",
        "nbcore.endpoint": "dcim/devices",
        "nbcore.operation": "list",
    }
    (point,) = seen.points("http.client.request.duration")
    assert point.count == 1
    assert 0 < point.sum < 60
    assert "url.full" not in point.attributes
    assert "nbcore.call_id" not in point.attributes
    assert point.attributes["nbcore.endpoint"] == "dcim/devices"
    assert point.explicit_bounds[0] == 0.005


def test_ids_are_in_the_address_but_not_in_the_names(wire, seen):
    devices = wire.serve("plugins/bgp/peer-groups", [row("plugins/bgp/peer-groups", name="a")])
    nb = make_api(wire, seen.telemetry)
    record = nb.endpoint("plugins/bgp/peer-groups").get(devices[0]["id"])
    record.name = "b"
    record.save()
    assert [span.name for span in seen.spans] == ["GET plugins/bgp/peer-groups", "PATCH plugins/bgp/peer-groups"]
    assert {span.attributes["nbcore.app"] for span in seen.spans} == {"bgp"}
    assert all(devices[0]["id"] in span.attributes["url.full"] for span in seen.spans)
    assert all(devices[0]["id"] not in str(point.attributes) for point in seen.points("http.client.request.duration"))


def test_an_error_status_is_an_error(wire, seen):
    wire.on("GET", "dcim/devices/", {"detail": "no"}, status=403)
    nb = make_api(wire, seen.telemetry)
    with pytest.raises(nbcore.PermissionDeniedError):
        list(nb.endpoint("dcim/devices").all())
    (span,) = seen.spans
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["http.response.status_code"] == 403
    assert span.attributes["error.type"] == "403"
    (point,) = seen.points("http.client.request.duration")
    assert point.attributes["error.type"] == "403"


def test_every_attempt_is_a_span_and_retries_are_counted(wire, seen, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    answers = [nbcore.ConnectError("refused"), reply({"detail": "busy"}, 429), {"count": 0, "next": None, "previous": None, "results": []}]

    def answer(call):
        found = answers[call.attempt - 1]
        if isinstance(found, nbcore.ConnectError):
            found.call = call
        return found

    wire.on("GET", "dcim/devices/", answer)
    nb = make_api(wire, seen.telemetry, retries=3)
    assert list(nb.endpoint("dcim/devices").all()) == []
    first, second, third = seen.spans
    assert "http.request.resend_count" not in first.attributes
    assert (second.attributes["http.request.resend_count"], third.attributes["http.request.resend_count"]) == (1, 2)
    assert first.attributes["error.type"] == "nbcore.errors.ConnectError"
    assert first.events[0].name == "exception"
    assert first.status.status_code is StatusCode.ERROR
    assert "http.response.status_code" not in first.attributes
    assert {span.attributes["nbcore.call_id"] for span in seen.spans} == {wire.calls[0].id}
    assert sum(point.value for point in seen.points("nbcore.client.retries")) == 2
    assert sum(point.count for point in seen.points("http.client.request.duration")) == 3


def test_what_another_plugin_answers_is_not_measured_as_http(wire, seen):
    class Recorded:
        @hookimpl(tryfirst=True)
        def nbcore_send(self, call: Call) -> Reply:
            return Reply(200, "OK", {"api-version": "3.2", "content-type": "application/json"}, b'{"a": 1}', source="cache")

    nb = make_api(wire, seen.telemetry, Recorded())
    assert nb.request("GET", "dcim/devices/") == {"a": 1}
    (span,) = seen.spans
    assert span.attributes["nbcore.source"] == "cache"
    assert "http.response.status_code" not in span.attributes
    assert seen.points("http.client.request.duration") == []
    assert [point.value for point in seen.points("nbcore.client.cached")] == [1]


def test_spans_of_pool_threads_and_of_the_caller_nest(wire, seen):
    wire.serve("dcim/devices", [row("dcim/devices", "dcim.device", name=str(n)) for n in range(5)])
    nb = make_api(wire, seen.telemetry)
    with seen.tracer.start_as_current_span("script") as script:
        list(nb.endpoint("dcim/devices").filter(limit=2))
    inner = [span for span in seen.spans if span.name != "script"]
    assert len(inner) > 1
    assert {span.parent.span_id for span in inner} == {script.get_span_context().span_id}


def test_nothing_secret_is_told(wire, seen):
    wire.on("GET", "extras/secrets/", {"count": 0, "next": None, "previous": None, "results": []})
    nb = make_api(wire, seen.telemetry, token=TOKEN)
    nb.request("GET", "extras/secrets/", params={"token": TOKEN, "secret_key": "hidden", "name": "seen"})
    wire.on("POST", "dcim/devices/", {"detail": "no"}, status=400)
    with pytest.raises(nbcore.ValidationError):
        nb.request("POST", "dcim/devices/", body={"password": "hidden"})
    text = "".join(span.to_json() for span in seen.spans)
    assert "name=seen" in text
    assert "token=REDACTED" in text
    assert TOKEN not in text
    assert "hidden" not in text


def test_one_telemetry_serves_several_servers(wire, seen):
    wire.on("GET", "status/", {"nautobot-version": "3"})
    for url in ("https://one.test:8443", "http://two.test"):
        make_api(wire, seen.telemetry, url=url).status()
    told = [(span.attributes["server.address"], span.attributes["server.port"]) for span in seen.spans]
    assert told == [("one.test", 8443), ("two.test", 80)]
    assert [span.name for span in seen.spans] == ["GET", "GET"]


class Server(http.server.BaseHTTPRequestHandler):
    """Answers an empty list, and keeps the headers it was sent."""

    def do_GET(self):
        self.server.seen.append(dict(self.headers))
        body = json.dumps({"count": 0, "next": None, "previous": None, "results": []}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("API-Version", "3.2")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as found:
        found.seen = []
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield found
        found.shutdown()


@pytest.mark.parametrize("propagate", [True, False])
def test_the_trace_goes_on_in_the_server(server, seen, propagate):
    seen.telemetry.propagate = propagate
    with nbcore.Api(f"http://127.0.0.1:{server.server_port}", TOKEN, plugins=[seen.telemetry]) as nb:
        assert list(nb.endpoint("dcim/devices").all()) == []
    (span,) = seen.spans
    (headers,) = server.seen
    assert headers["Authorization"] == f"Token {TOKEN}"
    if propagate:
        _, trace_id, span_id, _ = headers["traceparent"].split("-")
        assert (trace_id, span_id) == (f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}")
    else:
        assert "traceparent" not in headers


def test_it_stays_out_until_it_is_configured(monkeypatch):
    monkeypatch.delenv("NBCORE_OTEL", raising=False)
    assert plugin(make("https://nautobot.test", "t")) is None
    monkeypatch.setenv("NBCORE_OTEL", "0")
    assert plugin(make("https://nautobot.test", "t")) is None
    monkeypatch.setenv("NBCORE_OTEL", "1")
    assert isinstance(plugin(make("https://nautobot.test", "t")), Telemetry)
    assert plugin(make("https://nautobot.test", "t", plugins=[Telemetry()])) is None
    monkeypatch.delenv("NBCORE_OTEL")
    found = plugin(make("https://nautobot.test", "t", settings={"otel": {"propagate": False}}))
    assert found.propagate is False
    with pytest.raises(nbcore.InputError, match="no setting 'propagation'"):
        plugin(make("https://nautobot.test", "t", settings={"otel": {"propagation": False}}))


def test_by_its_entry_point(monkeypatch):
    monkeypatch.setenv("NBCORE_OTEL", "1")
    (info,) = [info for info in make_api().plugin_report() if info.name == "otel"]
    assert (info.state, info.distribution) == ("active", "nbcore-otel")
    monkeypatch.delenv("NBCORE_OTEL")
    (info,) = [info for info in make_api().plugin_report() if info.name == "otel"]
    assert info.state == "inert"


def test_opentelemetry_is_not_imported_before():
    code = (
        "import sys, nbcore; nbcore.Api('https://nautobot.test', 't');"
        "assert 'nbcore_otel.hooks' in sys.modules; assert not [name for name in sys.modules if name.startswith('opentelemetry')]"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, env={"PATH": ""})


def test_an_api_with_it_can_be_pickled(wire, seen):
    assert repr(pickle.loads(pickle.dumps(seen.telemetry))) == "<Telemetry>"


@pytest.mark.integration
def test_a_real_server_takes_the_headers(live_settings, seen):
    with nbcore.Api(**live_settings, plugins=[seen.telemetry]) as nb:
        assert nb.endpoint("extras/statuses").filter(limit=1)[:1]
        assert nb.graphql.query("{ statuses(limit: 1) { name } }").data["statuses"]
    names = [span.name for span in seen.spans]
    assert names == ["GET extras/statuses", "POST graphql"]
    assert all(span.attributes["http.response.status_code"] == 200 for span in seen.spans)
    assert live_settings["token"] not in "".join(span.to_json() for span in seen.spans)
