//go:build unix

package main

// protocol is how a service sends its spans.
type protocol string

const (
	protocolGRPC protocol = "grpc"
	protocolHTTP protocol = "http"
)

// service is an application of the demo: who owns it, and which captured calls it makes.
type service struct {
	name, team, costCenter string
	protocol               protocol
	captures               []string // <instrumentation>/<case>
}

// services are chosen to show what differs between instrumentations: cached and streamed
// calls, tools, agents whose spans repeat their children, embeddings, frameworks above an
// SDK, deployments named by the customer, failed calls, and streams without usage. Calls of
// older AI SDKs name a team in their metadata; that one pays, and not the service's.
var services = []service{
	{
		name: "search-api", team: "search", costCenter: "cc-1100", protocol: protocolGRPC,
		captures: []string{
			"otel-contrib-openai/azure_chat",
			"otel-contrib-openai/chat_stream_include_usage",
			"otel-contrib-openai/chat_stream_no_usage",
			"otel-contrib-openai/chat_tool",
			"otel-contrib-openai/chat_error_429",
			"otel-contrib-openai/nested_in_app_span",
			"openinference-openai/embeddings",
			"openinference-openai/chat_cached",
		},
	},
	{
		name: "support-bot", team: "support", costCenter: "cc-2200", protocol: protocolHTTP,
		captures: []string{
			"openlit-anthropic/messages_cache",
			"openlit-anthropic/messages_stream_cache",
			"openlit-anthropic/messages_error_500",
			"traceloop-anthropic/messages_cache",
			"traceloop-anthropic/messages_stream_cache",
			"openinference-anthropic/messages_tool",
			"anthropic-sdk-native/messages_stream_cache",
			"anthropic-sdk-native/beta_tool_runner_two_calls",
		},
	},
	{
		name: "storefront", team: "growth", costCenter: "cc-3300", protocol: protocolHTTP,
		captures: []string{
			"vercel-ai-sdk-7/agent_two_steps",
			"vercel-ai-sdk-7/generate_text_anthropic_cache",
			"vercel-ai-sdk-7/generate_text_openai_responses_flex",
			"vercel-ai-sdk-7/embed_many",
			"vercel-ai-sdk-7/error_429",
			"vercel-ai-sdk-6/stream_text_anthropic_cache",
			"vercel-ai-sdk-5/generate_object",
		},
	},
	{
		name: "research-agent", team: "research", costCenter: "cc-4400", protocol: protocolGRPC,
		captures: []string{
			"openinference-langchain-plus-openai/lc_agent_tool_two_calls",
			"openinference-langchain-plus-openai/lc_chat_invoke",
			"openinference-langchain-plus-openai/lc_anthropic_invoke",
			"traceloop-langchain-plus-openai/lc_stream",
			"langfuse-openai/responses_cached_reasoning_flex",
			"langfuse-openai/chat_alias_reasoning_flex",
		},
	},
	{
		name: "claims-intake", team: "insurance", costCenter: "cc-5500", protocol: protocolGRPC,
		captures: []string{
			"otel-contrib-aws-sdk/converse_cache",
			"otel-contrib-aws-sdk/converse_stream_cache",
			"otel-contrib-aws-sdk/converse_arn",
			"traceloop-bedrock/invoke_anthropic_cache",
			"openinference-bedrock/converse_error_429",
		},
	},
}
