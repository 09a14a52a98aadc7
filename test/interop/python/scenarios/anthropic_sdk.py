"""Calls with Anthropic's SDK."""

from anthropic import Anthropic

from telemetry import mock_url

CLAUDE = "claude-sonnet-4-5-20250929"
MESSAGES = [{"role": "user", "content": "What is the weather in Paris?"}]


def client(retries: int = 2) -> Anthropic:
    return Anthropic(base_url=mock_url(), api_key="mock", max_retries=retries)


def messages() -> None:
    client().messages.create(model=CLAUDE, max_tokens=1000, messages=MESSAGES)


def messages_stream() -> None:
    for _ in client().messages.create(model=CLAUDE, max_tokens=1000, messages=MESSAGES, stream=True):
        pass


def messages_stream_plain() -> None:
    messages_stream()


def messages_stream_cumulative() -> None:
    with client().messages.stream(model=CLAUDE, max_tokens=1000, messages=MESSAGES) as stream:
        for _ in stream:
            pass


def messages_search() -> None:
    client().messages.create(
        model="claude-sonnet-4-5",
        max_tokens=1000,
        messages=MESSAGES,
        tools=[{"type": "web_search_20250305", "name": "web_search"}],
    )


def messages_retry() -> None:
    messages()


def messages_error() -> None:
    client(retries=0).messages.create(model=CLAUDE, max_tokens=1000, messages=MESSAGES)


def messages_twice() -> None:
    messages()
    messages()
