"""Calls with Anthropic's SDK."""

from concurrent.futures import ThreadPoolExecutor

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


def messages_stream_abort() -> None:
    """The user has read enough: the end, with the output's usage, is never received."""
    stream = client().messages.create(model=CLAUDE, max_tokens=1000, messages=MESSAGES, stream=True)
    next(iter(stream))
    stream.close()


def messages_parallel() -> None:
    shared = client()
    with ThreadPoolExecutor(2) as pool:
        calls = [
            pool.submit(shared.messages.create, model=CLAUDE, max_tokens=1000, messages=MESSAGES) for _ in range(2)
        ]
        for call in calls:
            call.result()


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
