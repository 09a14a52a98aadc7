"""Calls with OpenAI's SDK."""

from concurrent.futures import ThreadPoolExecutor

from openai import AzureOpenAI, OpenAI

from telemetry import mock_url

GPT = "gpt-4o-2024-08-06"
MESSAGES = [{"role": "user", "content": "What is the weather in Paris?"}]


def client(retries: int = 2) -> OpenAI:
    return OpenAI(base_url=mock_url("/v1"), api_key="mock", max_retries=retries)


def chat() -> None:
    client().chat.completions.create(model=GPT, messages=MESSAGES)


def chat_stream() -> None:
    for _ in client().chat.completions.create(
        model=GPT, messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    ):
        pass


def chat_stream_without_usage() -> None:
    for _ in client().chat.completions.create(model=GPT, messages=MESSAGES, stream=True):
        pass


def chat_stream_abort() -> None:
    """The user has read enough: the rest, and the usage, is never received."""
    stream = client().chat.completions.create(
        model=GPT, messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    )
    next(iter(stream))
    stream.close()


def chat_stream_error() -> None:
    client(retries=0).chat.completions.create(model=GPT, messages=MESSAGES, stream=True)


def chat_azure() -> None:
    azure = AzureOpenAI(azure_endpoint=mock_url(), api_key="mock", api_version="2024-10-21")
    azure.chat.completions.create(model="prod-gpt4o-eastus", messages=MESSAGES)


def chat_openrouter() -> None:
    client().chat.completions.create(model="anthropic/claude-sonnet-4.5", messages=MESSAGES)


def chat_flex() -> None:
    client().chat.completions.create(model="gpt-5", messages=MESSAGES, service_tier="flex")


def chat_priority() -> None:
    client().chat.completions.create(model=GPT, messages=MESSAGES, service_tier="priority")


def chat_cache_write() -> None:
    client().chat.completions.create(model="gpt-5.6", messages=MESSAGES)


def chat_retry() -> None:
    chat()


def chat_error() -> None:
    client(retries=0).chat.completions.create(model=GPT, messages=MESSAGES)


def chat_twice() -> None:
    chat()
    chat()


def chat_parallel() -> None:
    shared = client()
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(shared.chat.completions.create, model=GPT, messages=MESSAGES) for _ in range(2)]
        for call in calls:
            call.result()


def responses() -> None:
    client().responses.create(model="gpt-5", input="What is the weather in Paris?", service_tier="flex")


def responses_stream() -> None:
    for _ in client().responses.create(model="gpt-5", input="What is the weather in Paris?", stream=True):
        pass


def responses_stream_abort() -> None:
    stream = client().responses.create(model="gpt-5", input="What is the weather in Paris?", stream=True)
    next(iter(stream))
    stream.close()


def responses_search() -> None:
    client().responses.create(
        model="gpt-5", input="What is the weather in Paris?", tools=[{"type": "web_search"}]
    )


def embeddings() -> None:
    client().embeddings.create(model="text-embedding-3-small", input=["one", "two"])
