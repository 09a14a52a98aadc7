"""Calls through LangChain's chat models and agents."""

from concurrent.futures import ThreadPoolExecutor

from langchain.agents import create_agent
from langchain_anthropic import ChatAnthropic
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

from telemetry import mock_url

GPT = "gpt-4o-2024-08-06"
CLAUDE = "claude-sonnet-4-5-20250929"
PROMPT = "What is the weather in Paris?"


def gpt(model: str = GPT, **options) -> ChatOpenAI:
    return ChatOpenAI(model=model, base_url=mock_url("/v1"), api_key="mock", **options)


def claude() -> ChatAnthropic:
    return ChatAnthropic(model=CLAUDE, base_url=mock_url(), api_key="mock", max_tokens=1000)


def get_weather(city: str) -> str:
    """Returns the weather in a city."""
    return f"It is sunny in {city}."


def read_some(model) -> None:
    """The user has read enough: the rest of the stream is never received."""
    stream = model.stream(PROMPT)
    next(stream)
    stream.close()


def in_parallel(model) -> None:
    with ThreadPoolExecutor(2) as pool:
        for call in [pool.submit(model.invoke, PROMPT) for _ in range(2)]:
            call.result()


def run_agent(model) -> None:
    create_agent(model, tools=[get_weather]).invoke({"messages": [{"role": "user", "content": PROMPT}]})


def chat() -> None:
    gpt().invoke(PROMPT)


def chat_stream() -> None:
    for _ in gpt(stream_usage=True).stream(PROMPT):
        pass


def chat_stream_abort() -> None:
    read_some(gpt(stream_usage=True))


def chat_stream_error() -> None:
    read_some(gpt(max_retries=0))


def chat_parallel() -> None:
    in_parallel(gpt())


def messages_stream_abort() -> None:
    read_some(claude())


def messages_parallel() -> None:
    in_parallel(claude())


def chat_flex() -> None:
    gpt("gpt-5", service_tier="flex").invoke(PROMPT)


def chat_retry() -> None:
    chat()


def chat_error() -> None:
    gpt(max_retries=0).invoke(PROMPT)


def chat_twice() -> None:
    chat()
    chat()


def chat_tool() -> None:
    run_agent(gpt())


def responses() -> None:
    gpt("gpt-5", use_responses_api=True, service_tier="flex").invoke(PROMPT)


def embeddings() -> None:
    OpenAIEmbeddings(
        model="text-embedding-3-small", base_url=mock_url("/v1"), api_key="mock", check_embedding_ctx_length=False
    ).embed_documents(["one", "two"])


def messages() -> None:
    claude().invoke(PROMPT)


def messages_stream() -> None:
    for _ in claude().stream(PROMPT):
        pass


def messages_stream_plain() -> None:
    messages_stream()


def messages_twice() -> None:
    messages()
    messages()


def messages_tool() -> None:
    run_agent(claude())
