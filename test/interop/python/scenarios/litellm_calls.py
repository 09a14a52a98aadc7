"""Calls through LiteLLM."""

import time

import litellm

from telemetry import mock_url

GPT = "openai/gpt-4o-2024-08-06"
CLAUDE = "anthropic/claude-sonnet-4-5-20250929"
MESSAGES = [{"role": "user", "content": "What is the weather in Paris?"}]


def settle() -> None:
    """LiteLLM reports from threads of its own, and has no way to wait for them."""
    time.sleep(1)


def complete(model: str = GPT, **options):
    base = mock_url("/v1") if model.startswith("openai/") else mock_url()
    response = litellm.completion(model=model, messages=MESSAGES, api_base=base, api_key="mock", **options)
    if options.get("stream"):
        for _ in response:
            pass
    settle()


def chat() -> None:
    complete()


def chat_stream() -> None:
    complete(stream=True, stream_options={"include_usage": True})


def chat_stream_without_usage() -> None:
    complete(stream=True)


def chat_flex() -> None:
    complete("openai/gpt-5", service_tier="flex")


def chat_priority() -> None:
    complete(service_tier="priority")


def chat_retry() -> None:
    complete(num_retries=2)


def chat_error() -> None:
    try:
        complete(num_retries=0, max_retries=0)
    finally:
        settle()


def chat_twice() -> None:
    chat()
    chat()


def embeddings() -> None:
    litellm.embedding(
        model="openai/text-embedding-3-small", input=["one", "two"], api_base=mock_url("/v1"), api_key="mock"
    )
    settle()


def messages() -> None:
    complete(CLAUDE)


def messages_stream() -> None:
    complete(CLAUDE, stream=True)


def messages_stream_plain() -> None:
    messages_stream()


def messages_error() -> None:
    try:
        complete(CLAUDE, num_retries=0, max_retries=0)
    finally:
        settle()


def messages_twice() -> None:
    messages()
    messages()


def generate() -> None:
    litellm.completion(
        model="gemini/gemini-2.5-pro", messages=MESSAGES, api_base=mock_url("/v1beta/models/gemini-2.5-pro"), api_key="mock"
    )
    settle()
