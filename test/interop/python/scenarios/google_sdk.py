"""Calls with Google's Gen AI SDK."""

from google import genai
from google.genai import types

from telemetry import mock_url

GEMINI = "gemini-2.5-pro"
PROMPT = "What is the weather in Paris?"


def client() -> genai.Client:
    return genai.Client(api_key="mock", http_options=types.HttpOptions(base_url=mock_url()))


def generate() -> None:
    # A client that nobody holds closes its connections at once.
    google = client()
    google.models.generate_content(model=GEMINI, contents=PROMPT)


def generate_stream() -> None:
    google = client()
    for _ in google.models.generate_content_stream(model=GEMINI, contents=PROMPT):
        pass


def generate_stream_abort() -> None:
    google = client()
    stream = google.models.generate_content_stream(model=GEMINI, contents=PROMPT)
    next(iter(stream))
    stream.close()


def generate_error() -> None:
    generate()


def generate_twice() -> None:
    generate()
    generate()
