"""Calls through Pydantic AI's agents."""

import asyncio

from pydantic_ai import Agent, Embedder
from pydantic_ai.embeddings.openai import OpenAIEmbeddingModel
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider

from telemetry import mock_url

GPT = "gpt-4o-2024-08-06"
CLAUDE = "claude-sonnet-4-5-20250929"
PROMPT = "What is the weather in Paris?"


def openai() -> OpenAIProvider:
    return OpenAIProvider(base_url=mock_url("/v1"), api_key="mock")


def claude() -> AnthropicModel:
    return AnthropicModel(CLAUDE, provider=AnthropicProvider(base_url=mock_url(), api_key="mock"))


def gemini() -> GoogleModel:
    return GoogleModel("gemini-2.5-pro", provider=GoogleProvider(base_url=mock_url(), api_key="mock"))


def get_weather(city: str) -> str:
    """Returns the weather in a city."""
    return f"It is sunny in {city}."


def run(model, **options) -> None:
    Agent(model, **options).run_sync(PROMPT)


def stream(model) -> None:
    async def consume() -> None:
        async with Agent(model).run_stream(PROMPT) as result:
            async for _ in result.stream_text():
                pass

    asyncio.run(consume())


def read_some(model) -> None:
    """The user has read enough: the rest of the stream is never received."""

    async def consume() -> None:
        async with Agent(model).run_stream(PROMPT) as result:
            async for _ in result.stream_text():
                break

    asyncio.run(consume())


def in_parallel(model) -> None:
    async def both() -> None:
        await asyncio.gather(Agent(model).run(PROMPT), Agent(model).run(PROMPT))

    asyncio.run(both())


def chat_stream_abort() -> None:
    read_some(OpenAIChatModel(GPT, provider=openai()))


def chat_stream_error() -> None:
    chat_stream()


def chat_parallel() -> None:
    in_parallel(OpenAIChatModel(GPT, provider=openai()))


def messages_stream_abort() -> None:
    read_some(claude())


def messages_parallel() -> None:
    in_parallel(claude())


def generate_stream_abort() -> None:
    read_some(gemini())


def chat() -> None:
    run(OpenAIChatModel(GPT, provider=openai()))


def chat_stream() -> None:
    stream(OpenAIChatModel(GPT, provider=openai()))


def chat_flex() -> None:
    run(OpenAIChatModel("gpt-5", provider=openai(), settings={"openai_service_tier": "flex"}))


def chat_retry() -> None:
    chat()


def chat_error() -> None:
    chat()


def chat_twice() -> None:
    chat()
    chat()


def chat_tool() -> None:
    run(OpenAIChatModel(GPT, provider=openai()), tools=[get_weather])


def responses() -> None:
    run(OpenAIResponsesModel("gpt-5", provider=openai(), settings={"openai_service_tier": "flex"}))


def embeddings() -> None:
    Embedder(OpenAIEmbeddingModel("text-embedding-3-small", provider=openai())).embed_documents_sync(["one", "two"])


def messages() -> None:
    run(claude())


def messages_stream() -> None:
    stream(claude())


def messages_stream_plain() -> None:
    messages_stream()


def messages_twice() -> None:
    messages()
    messages()


def messages_tool() -> None:
    run(claude(), tools=[get_weather])


def generate() -> None:
    run(gemini())


def generate_stream() -> None:
    stream(gemini())


def generate_error() -> None:
    generate()


def generate_twice() -> None:
    generate()
    generate()
