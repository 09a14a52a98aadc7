"""How an application turns each instrumentation on. Every function returns one that flushes."""

import os

from telemetry import start


def native():
    return start()


def without_native():
    """As with versions of Anthropic's SDK that have no spans of their own."""
    os.environ["ANTHROPIC_OPEN_TELEMETRY"] = "false"
    return start()


def openai_v2():
    from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

    flush = start()
    OpenAIInstrumentor().instrument()
    return flush


def genai_openai():
    from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

    flush = start()
    OpenAIInstrumentor().instrument()
    return flush


def genai_anthropic():
    from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor

    flush = without_native()
    AnthropicInstrumentor().instrument()
    return flush


def genai_langchain():
    from opentelemetry.instrumentation.genai.langchain import LangChainInstrumentor

    flush = without_native()
    LangChainInstrumentor().instrument()
    return flush


def genai_all():
    from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor
    from opentelemetry.instrumentation.genai.langchain import LangChainInstrumentor
    from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

    flush = start()
    LangChainInstrumentor().instrument()
    OpenAIInstrumentor().instrument()
    AnthropicInstrumentor().instrument()
    return flush


def google_genai():
    from opentelemetry.instrumentation.google_genai import GoogleGenAiSdkInstrumentor

    flush = start()
    GoogleGenAiSdkInstrumentor().instrument()
    return flush


def openinference_openai():
    from openinference.instrumentation.openai import OpenAIInstrumentor

    flush = start()
    OpenAIInstrumentor().instrument()
    return flush


def openinference_anthropic():
    from openinference.instrumentation.anthropic import AnthropicInstrumentor

    flush = start()
    AnthropicInstrumentor().instrument()
    return flush


def openinference_langchain():
    from openinference.instrumentation.langchain import LangChainInstrumentor

    flush = without_native()
    LangChainInstrumentor().instrument()
    return flush


def openinference_all():
    from openinference.instrumentation.anthropic import AnthropicInstrumentor
    from openinference.instrumentation.langchain import LangChainInstrumentor
    from openinference.instrumentation.openai import OpenAIInstrumentor

    flush = start()
    LangChainInstrumentor().instrument()
    OpenAIInstrumentor().instrument()
    AnthropicInstrumentor().instrument()
    return flush


def openllmetry_anthropic():
    from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor

    flush = without_native()
    AnthropicInstrumentor().instrument()
    return flush


def openllmetry_openai():
    from opentelemetry.instrumentation.openai import OpenAIInstrumentor

    flush = start()
    OpenAIInstrumentor().instrument()
    return flush


def traceloop():
    """The SDK finds what is installed and instruments all of it."""
    from opentelemetry import trace
    from traceloop.sdk import Traceloop

    Traceloop.init(
        app_name=os.environ["OTEL_SERVICE_NAME"],
        api_endpoint=os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"],
        api_key="none",
        disable_batch=True,
        telemetry_enabled=False,
    )
    return trace.get_tracer_provider().force_flush


def pydantic_ai():
    from pydantic_ai import Agent

    flush = start()
    Agent.instrument_all()
    return flush


def litellm():
    import litellm
    from litellm.integrations.opentelemetry import OpenTelemetry, OpenTelemetryConfig

    flush = start()
    litellm.callbacks = [OpenTelemetry(OpenTelemetryConfig.from_env())]
    return flush
