"""Runs scenarios with one instrumentation: run.py <setup> <client> <scenario>...

The provider is at MOCK_URL, which is told when a scenario begins and when it ended. Spans and log records
go to OTEL_EXPORTER_OTLP_ENDPOINT.
"""

import gc
import importlib
import sys
import traceback
import urllib.request

import setups
from telemetry import mock_url


def main(setup: str, client: str, *scenarios: str) -> None:
    flush = getattr(setups, setup)()
    calls = importlib.import_module(f"scenarios.{client}")
    for scenario in scenarios:
        tell("begin", scenario)
        failure = perform(getattr(calls, scenario), scenario)
        flush()
        tell("end", scenario, failure)


def perform(call, scenario: str) -> str:
    try:
        call()
        # Spans of streams that were left end with the objects that hold them.
        gc.collect()
    except Exception:
        # The provider refuses on purpose in these; everywhere else an exception is a broken run.
        return "" if scenario.endswith("_error") else traceback.format_exc(limit=-4)
    return ""


def tell(step: str, scenario: str, text: str = "") -> None:
    urllib.request.urlopen(mock_url(f"/control/{step}/{scenario}"), data=text.encode()).close()


if __name__ == "__main__":
    main(*sys.argv[1:])
