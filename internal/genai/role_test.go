package genai

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

func TestRoles(t *testing.T) {
	const (
		client   = ptrace.SpanKindClient
		internal = ptrace.SpanKindInternal
	)
	usage := func(a attrs) attrs {
		a["gen_ai.usage.input_tokens"], a["gen_ai.usage.output_tokens"] = 10, 20
		return a
	}
	for _, tt := range []struct {
		name      string
		in        record
		role      Role
		reason    ledger.Reason
		operation string
	}{
		{"http server", record{kind: ptrace.SpanKindServer, attrs: attrs{"http.request.method": "GET"}}, RoleNone, "", ""},
		{"http client to a provider", record{kind: client, attrs: attrs{"server.address": "api.openai.com", "http.response.status_code": 200}}, RoleNone, "", ""},
		{"propagated conversation id", record{kind: client, attrs: attrs{"gen_ai.conversation.id": "c1", "http.request.method": "GET"}}, RoleNone, "", ""},
		{"propagated workflow name", record{kind: client, attrs: attrs{"traceloop.workflow.name": "w", "db.system.name": "postgresql"}}, RoleNone, "", ""},
		{"chat", record{kind: client, attrs: attrs{"gen_ai.operation.name": "chat"}}, RoleCall, "", "chat"},
		{"embeddings", record{kind: client, attrs: attrs{"gen_ai.operation.name": "embeddings"}}, RoleCall, "", "embeddings"},
		{"remote agent with usage", record{kind: client, attrs: usage(attrs{"gen_ai.operation.name": "invoke_agent"})}, RoleAgentCall, ledger.ReasonAgent, "invoke_agent"},
		{"remote agent without usage", record{kind: client, attrs: attrs{"gen_ai.operation.name": "invoke_agent"}}, RoleAggregate, ledger.ReasonAgent, "invoke_agent"},
		{"local agent with usage", record{kind: internal, attrs: usage(attrs{"gen_ai.operation.name": "invoke_agent"})}, RoleAggregate, ledger.ReasonAgent, "invoke_agent"},
		{"Strands agent with usage", record{scope: "strands.telemetry.tracer", kind: client, attrs: usage(attrs{"gen_ai.operation.name": "invoke_agent"})}, RoleAggregate, ledger.ReasonAgent, "invoke_agent"},
		{"workflow", record{attrs: attrs{"gen_ai.operation.name": "invoke_workflow"}}, RoleAggregate, ledger.ReasonWorkflow, "invoke_workflow"},
		{"step", record{attrs: attrs{"gen_ai.operation.name": "agent_step"}}, RoleAggregate, ledger.ReasonWorkflow, "agent_step"},
		{"tool", record{attrs: attrs{"gen_ai.operation.name": "execute_tool"}}, RoleOther, ledger.ReasonTool, "execute_tool"},
		{"fetched response", record{kind: client, attrs: usage(attrs{"gen_ai.operation.name": "fetch_response"})}, RoleOther, ledger.ReasonOperation, "fetch_response"},
		{"memory", record{kind: client, attrs: attrs{"gen_ai.operation.name": "search_memory"}}, RoleOther, ledger.ReasonOperation, "search_memory"},
		{"plan with usage", record{kind: internal, attrs: usage(attrs{"gen_ai.operation.name": "plan"})}, RoleAgentCall, ledger.ReasonAgent, "plan"},
		{"unknown operation with usage", record{attrs: usage(attrs{"gen_ai.operation.name": "dream"})}, RoleCall, "", "dream"},
		{"unknown operation without usage", record{attrs: attrs{"gen_ai.operation.name": "dream"}}, RoleOther, ledger.ReasonOperation, "dream"},
		{"no operation, client with a model", record{kind: client, attrs: attrs{"gen_ai.system": "aws.bedrock", "gen_ai.request.model": "m"}}, RoleCall, "", "chat"},
		{"no operation, internal with a model", record{attrs: attrs{"gen_ai.system": "aws.bedrock", "gen_ai.request.model": "m"}}, RoleOther, ledger.ReasonOperation, ""},
		{"OpenInference chain", record{attrs: attrs{"openinference.span.kind": "CHAIN"}}, RoleAggregate, ledger.ReasonWorkflow, "invoke_workflow"},
		{"OpenInference agent", record{attrs: attrs{"openinference.span.kind": "AGENT"}}, RoleAggregate, ledger.ReasonAgent, "invoke_agent"},
		{"OpenInference retriever", record{attrs: attrs{"openinference.span.kind": "RETRIEVER"}}, RoleOther, ledger.ReasonOperation, ""},
		{"OpenInference reranker", record{attrs: attrs{"openinference.span.kind": "RERANKER", "reranker.model_name": "r"}}, RoleCall, "", "rerank"},
		{"OpenInference LLM in lower case", record{attrs: attrs{"openinference.span.kind": "llm"}}, RoleCall, "", "chat"},
		{"Traceloop task", record{attrs: attrs{"traceloop.span.kind": "task"}}, RoleAggregate, ledger.ReasonWorkflow, "invoke_workflow"},
		{"Traceloop tool", record{attrs: attrs{"traceloop.span.kind": "tool"}}, RoleOther, ledger.ReasonTool, "execute_tool"},
		{"AI SDK tool", record{scope: "ai", attrs: attrs{"ai.operationId": "ai.toolCall"}}, RoleOther, ledger.ReasonTool, "execute_tool"},
		{"AI SDK outer span", record{scope: "ai", attrs: attrs{"ai.operationId": "ai.streamObject"}}, RoleAggregate, ledger.ReasonWorkflow, "invoke_workflow"},
		{"AI SDK operation.name only", record{scope: "ai", attrs: attrs{"operation.name": "ai.generateText.doGenerate fn", "ai.model.id": "m"}}, RoleCall, "", "chat"},
		{"Langfuse span", record{attrs: attrs{"langfuse.observation.type": "span"}}, RoleNone, "", ""},
		{"Langfuse agent", record{attrs: attrs{"langfuse.observation.type": "agent"}}, RoleAggregate, ledger.ReasonAgent, "invoke_agent"},
		{"LangSmith chain", record{attrs: attrs{"langsmith.span.kind": "chain"}}, RoleAggregate, ledger.ReasonWorkflow, "invoke_workflow"},
		{"Pydantic AI run with usage", record{scope: "pydantic-ai", name: "agent run", attrs: usage(attrs{})}, RoleAggregate, ledger.ReasonAgent, "chat"},
		{"AI SDK 7 outer embedding", record{scope: "gen_ai", kind: client, attrs: attrs{"gen_ai.operation.name": "embeddings"}}, RoleAggregate, ledger.ReasonWorkflow, "embeddings"},
		{"Claude Code tool", record{scope: "com.anthropic.claude_code.tracing", name: "claude_code.tool", attrs: attrs{"tool_name": "Bash", "duration_ms": 5}}, RoleNone, "", ""},
		{"only stated usage", record{attrs: attrs{"finops.usage.page": 3}}, RoleCall, "", "chat"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			call := tt.in.read(t, NewReader())
			assert.Equal(t, tt.role, call.Role)
			assert.Equal(t, tt.reason, call.Reason)
			assert.Equal(t, tt.operation, call.Operation)
		})
	}
}
