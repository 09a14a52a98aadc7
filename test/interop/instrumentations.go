package main

// instrumentations are the rows of the matrix.
var instrumentations = []instrumentation{
	{
		name: "opentelemetry-openai-v2-python", runtime: "python", environment: "opentelemetry",
		setup: "openai_v2", client: "openai_sdk", scenarios: openaiScenarios,
		packages: []string{"opentelemetry-instrumentation-openai-v2", "openai"},
	},
	{
		name: "opentelemetry-genai-openai-python", runtime: "python", environment: "opentelemetry-genai",
		setup: "genai_openai", client: "openai_sdk", scenarios: openaiScenarios,
		packages: []string{"opentelemetry-instrumentation-genai-openai", "openai"},
	},
	{
		name: "opentelemetry-genai-anthropic-python", runtime: "python", environment: "opentelemetry-genai",
		setup: "genai_anthropic", client: "anthropic_sdk", scenarios: anthropicScenarios,
		packages: []string{"opentelemetry-instrumentation-genai-anthropic", "anthropic"},
	},
	{
		name: "opentelemetry-genai-langchain-python", runtime: "python", environment: "opentelemetry-genai",
		setup: "genai_langchain", client: "langchain_models", scenarios: frameworkScenarios,
		packages: []string{"opentelemetry-instrumentation-genai-langchain", "langchain", "langchain-openai", "langchain-anthropic"},
	},
	{
		name: "opentelemetry-genai-langchain-and-sdks-python", runtime: "python", environment: "opentelemetry-genai",
		setup: "genai_all", client: "langchain_models", scenarios: frameworkScenarios,
		packages: []string{
			"opentelemetry-instrumentation-genai-langchain", "opentelemetry-instrumentation-genai-openai", "opentelemetry-instrumentation-genai-anthropic",
		},
	},
	{
		name: "anthropic-sdk-python", runtime: "python", environment: "openinference",
		setup: "native", client: "anthropic_sdk", scenarios: anthropicScenarios, packages: []string{"anthropic"},
	},
	{
		name: "opentelemetry-google-genai-python", runtime: "python", environment: "opentelemetry-genai",
		setup: "google_genai", client: "google_sdk", scenarios: geminiScenarios,
		packages: []string{"opentelemetry-instrumentation-google-genai", "google-genai"},
	},
	{
		name: "openinference-openai-python", runtime: "python", environment: "openinference",
		setup: "openinference_openai", client: "openai_sdk", scenarios: openaiScenarios,
		packages: []string{"openinference-instrumentation-openai", "openai"},
	},
	{
		name: "openinference-anthropic-python", runtime: "python", environment: "openinference",
		setup: "openinference_anthropic", client: "anthropic_sdk", scenarios: anthropicScenarios,
		packages: []string{"openinference-instrumentation-anthropic", "anthropic"},
	},
	{
		name: "openinference-langchain-python", runtime: "python", environment: "openinference",
		setup: "openinference_langchain", client: "langchain_models", scenarios: frameworkScenarios,
		packages: []string{"openinference-instrumentation-langchain", "langchain", "langchain-openai", "langchain-anthropic"},
	},
	{
		name: "openinference-langchain-and-sdks-python", runtime: "python", environment: "openinference",
		setup: "openinference_all", client: "langchain_models", scenarios: frameworkScenarios,
		packages: []string{"openinference-instrumentation-langchain", "openinference-instrumentation-openai", "openinference-instrumentation-anthropic"},
	},
	{
		name: "pydantic-ai-python", runtime: "python", environment: "pydantic-ai",
		setup: "pydantic_ai", client: "pydantic_agents", scenarios: append(without(frameworkScenarios), geminiScenarios...),
		packages: []string{"pydantic-ai-slim", "openai", "anthropic", "google-genai"},
	},
	{
		name: "traceloop-sdk-python", runtime: "python", environment: "traceloop",
		setup: "traceloop", client: "langchain_models", scenarios: frameworkScenarios,
		packages: []string{
			"traceloop-sdk", "opentelemetry-instrumentation-openai", "opentelemetry-instrumentation-anthropic", "opentelemetry-instrumentation-langchain",
		},
	},
	{
		name: "openllmetry-openai-python", runtime: "python", environment: "traceloop",
		setup: "openllmetry_openai", client: "openai_sdk", scenarios: openaiScenarios,
		packages: []string{"opentelemetry-instrumentation-openai", "openai"},
	},
	{
		name: "openllmetry-anthropic-python", runtime: "python", environment: "traceloop",
		setup: "openllmetry_anthropic", client: "anthropic_sdk", scenarios: anthropicScenarios,
		packages: []string{"opentelemetry-instrumentation-anthropic", "anthropic"},
	},
	{
		name: "litellm-python", runtime: "python", environment: "litellm",
		setup: "litellm", client: "litellm_calls", packages: []string{"litellm", "openai"},
		scenarios: []string{
			"chat", "chat_stream", "chat_stream_without_usage", "chat_flex", "chat_priority", "chat_retry", "chat_error", "chat_twice",
			"embeddings", "messages", "messages_stream", "messages_stream_plain", "messages_error", "messages_twice", "generate",
		},
	},
	{
		name: "openai-sdk-js", runtime: "js", environment: "native",
		setup: "native", client: "openai_sdk", scenarios: []string{"chat", "responses"}, packages: []string{"openai"},
	},
	{
		name: "anthropic-sdk-js", runtime: "js", environment: "native",
		setup: "native", client: "anthropic_sdk", scenarios: anthropicScenarios, packages: []string{"@anthropic-ai/sdk"},
	},
	{
		name: "opentelemetry-openai-js", runtime: "js", environment: "contrib",
		setup: "contrib_openai", client: "openai_sdk", scenarios: openaiScenarios,
		packages: []string{"@opentelemetry/instrumentation-openai", "openai"},
	},
	{
		name: "openinference-openai-js", runtime: "js", environment: "openinference",
		setup: "openinference_sdks", client: "openai_sdk", scenarios: openaiScenarios,
		packages: []string{"@arizeai/openinference-instrumentation-openai", "openai"},
	},
	{
		name: "openinference-anthropic-js", runtime: "js", environment: "openinference",
		setup: "openinference_sdks", client: "anthropic_sdk", scenarios: anthropicScenarios,
		packages: []string{"@arizeai/openinference-instrumentation-anthropic", "@anthropic-ai/sdk"},
	},
	{
		name: "openinference-langchain-js", runtime: "js", environment: "openinference",
		setup: "openinference_langchain", client: "langchain_models", scenarios: frameworkScenarios,
		packages: []string{"@arizeai/openinference-instrumentation-langchain", "@langchain/core"},
	},
	{
		name: "openinference-langchain-and-sdks-js", runtime: "js", environment: "openinference",
		setup: "openinference_all", client: "langchain_models", scenarios: frameworkScenarios,
		packages: []string{"@arizeai/openinference-instrumentation-langchain", "@arizeai/openinference-instrumentation-openai"},
	},
	{
		name: "traceloop-openai-js", runtime: "js", environment: "traceloop",
		setup: "traceloop_sdks", client: "openai_sdk",
		// A stream that is refused leaves a promise that nobody holds, and ends the process.
		scenarios: without(openaiScenarios, "chat_stream_error"),
		packages:  []string{"@traceloop/instrumentation-openai", "openai"},
	},
	{
		name: "traceloop-anthropic-js", runtime: "js", environment: "traceloop",
		setup: "traceloop_sdks", client: "anthropic_sdk", scenarios: anthropicScenarios,
		packages: []string{"@traceloop/instrumentation-anthropic", "@anthropic-ai/sdk"},
	},
	{
		name: "traceloop-langchain-and-sdks-js", runtime: "js", environment: "traceloop",
		setup: "traceloop_all", client: "langchain_models", scenarios: frameworkScenarios,
		packages: []string{"@traceloop/instrumentation-langchain", "@traceloop/instrumentation-openai"},
	},
	vercel("vercel-ai-5", "vercel", "ai"),
	vercel("vercel-ai-6", "vercel", "ai"),
	vercel("vercel-ai-7", "vercel_otel", "ai", "@ai-sdk/otel"),
}

func vercel(name, setup string, packages ...string) instrumentation {
	return instrumentation{
		name: name + "-js", runtime: "js", environment: name, setup: setup, client: "vercel_ai",
		packages: packages, scenarios: vercelScenarios,
	}
}
