package genai

import (
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

// mark is what a record claims to be.
type mark uint8

const (
	markNone mark = iota
	markChat
	markText
	markGenerate
	markEmbeddings
	markRerank
	markImage
	markAudio
	// markPlan is a planning step, which may be one model call or hold one.
	markPlan
	markAgent
	markWorkflow
	markTool
	// markOther is an operation that never is a model call.
	markOther
	// markPassive is a record that a GenAI library made for something else.
	markPassive
)

// claims says what each mark means.
var claims = [...]struct {
	role      Role
	reason    ledger.Reason
	operation string
}{
	markNone:       {role: RoleNone},
	markChat:       {role: RoleCall, operation: "chat"},
	markText:       {role: RoleCall, operation: "text_completion"},
	markGenerate:   {role: RoleCall, operation: "generate_content"},
	markEmbeddings: {role: RoleCall, operation: "embeddings"},
	markRerank:     {role: RoleCall, operation: "rerank"},
	markImage:      {role: RoleCall, operation: "image_generation"},
	markAudio:      {role: RoleCall, operation: "audio"},
	markPlan:       {role: RoleAgentCall, reason: ledger.ReasonAgent, operation: "plan"},
	markAgent:      {role: RoleAggregate, reason: ledger.ReasonAgent, operation: "invoke_agent"},
	markWorkflow:   {role: RoleAggregate, reason: ledger.ReasonWorkflow, operation: "invoke_workflow"},
	markTool:       {role: RoleOther, reason: ledger.ReasonTool, operation: "execute_tool"},
	markOther:      {role: RoleOther, reason: ledger.ReasonOperation},
	markPassive:    {role: RoleNone},
}

// operationMark translates gen_ai.operation.name: the well-known values of the semantic
// conventions, and what instrumentations write instead.
func operationMark(name string) mark {
	switch name {
	case "chat", "responses", "response", "completion", "chat_completion", "chat.completions",
		"message", "messages", "inference", "llm", "generate", "realtime":
		return markChat
	case "text_completion", "completions":
		return markText
	case "generate_content", "generateContent", "interaction", "create_interaction":
		return markGenerate
	case "embeddings", "embedding", "embed", "embed_content":
		return markEmbeddings
	case "rerank", "ranking":
		return markRerank
	case "image_generation", "image", "generate_image", "image_edit", "image_variation":
		return markImage
	case "speech", "transcription", "audio", "text_to_speech", "speech_to_text", "translation":
		return markAudio
	case "plan":
		return markPlan
	case "invoke_agent", "agent", "agent_run":
		return markAgent
	case "invoke_workflow", "workflow", "agent_step", "chain", "task", "step", "framework":
		return markWorkflow
	case "execute_tool", "tool", "mcp", "tool_call":
		return markTool
	case "create_agent", "retrieval", "create_memory", "create_memory_store", "delete_memory",
		"delete_memory_store", "search_memory", "update_memory", "upsert_memory", "fetch_response",
		"vectordb", "guardrail", "evaluator", "evaluation", "moderation":
		return markOther
	default:
		return markNone
	}
}

// shape is what a record turned out to be.
type shape struct {
	role      Role
	reason    ledger.Reason
	operation string
	applied
}

// shape decides the role: what an operation's name says, then the dialect's own mark, then what
// the record carries. The profile has the last word.
func (f *facts) shape(name string, k kind) shape {
	m := operationMark(f.operation)
	if m == markNone {
		m = f.mark
	}
	s := shape{role: claims[m].role, reason: claims[m].reason, operation: claims[m].operation}
	if m == markNone {
		f.guess(&s, k)
	}
	if f.operation != "" {
		s.operation = f.operation
	}
	switch used := f.hasUsage(); {
	case m == markAgent && k == kindClient && used:
		s.role = RoleAgentCall
	case s.role == RoleAgentCall && !used:
		s.role = RoleAggregate
	}
	f.apply(&s, name)
	return s
}

// guess decides for records that name no known operation. Usage with a model is a call; a
// client span with a model is one too, only unobserved (streams of several instrumentations
// end so). Without either, an attribute of ours may have been propagated to a foreign span.
func (f *facts) guess(s *shape, k kind) {
	modelled := f.call.RequestModel != "" || f.call.ResponseModel != ""
	switch {
	case f.mark == markPassive:
		s.role = RoleNone
	case f.hasUsage() || f.fixed != 0,
		modelled && k == kindClient:
		s.role, s.operation = RoleCall, "chat"
	case modelled, f.operation != "":
		s.role, s.reason = RoleOther, ledger.ReasonOperation
	default:
		s.role = RoleNone
	}
}

// hasUsage reports whether anything that is billed is counted on the record.
func (f *facts) hasUsage() bool { return f.hasAny(usageMask) }

const usageMask = 1<<tokInput | 1<<tokUncached | 1<<tokOutput | 1<<tokPlainOutput |
	1<<tokCacheRead | 1<<tokCacheWrite | 1<<tokReasoning

// openInferenceMark translates openinference.span.kind.
func openInferenceMark(kind string) mark {
	switch {
	case strings.EqualFold(kind, "LLM"):
		return markChat
	case strings.EqualFold(kind, "EMBEDDING"):
		return markEmbeddings
	case strings.EqualFold(kind, "RERANKER"):
		return markRerank
	case strings.EqualFold(kind, "AGENT"):
		return markAgent
	case strings.EqualFold(kind, "CHAIN"):
		return markWorkflow
	case strings.EqualFold(kind, "TOOL"):
		return markTool
	default:
		return markOther
	}
}

// traceloopMark translates traceloop.span.kind.
func traceloopMark(kind string) mark {
	switch kind {
	case "workflow", "task":
		return markWorkflow
	case "agent":
		return markAgent
	case "tool":
		return markTool
	default:
		return markNone
	}
}

// requestTypeMark translates llm.request.type of OpenLLMetry.
func requestTypeMark(kind string) mark {
	switch kind {
	case "chat":
		return markChat
	case "completion":
		return markText
	case "embedding":
		return markEmbeddings
	case "rerank":
		return markRerank
	default:
		return markNone
	}
}

// langfuseMark translates langfuse.observation.type. A plain span or event is whatever the app
// wanted to trace.
func langfuseMark(kind string) mark {
	switch kind {
	case "generation":
		return markChat
	case "embedding":
		return markEmbeddings
	case "agent":
		return markAgent
	case "chain":
		return markWorkflow
	case "tool":
		return markTool
	case "retriever", "evaluator", "guardrail":
		return markOther
	default:
		return markPassive
	}
}

// langsmithMark translates langsmith.span.kind.
func langsmithMark(kind string) mark {
	switch kind {
	case "llm":
		return markChat
	case "embedding":
		return markEmbeddings
	case "chain":
		return markWorkflow
	case "tool":
		return markTool
	case "retriever", "prompt", "parser":
		return markOther
	default:
		return markNone
	}
}

// vercelMark translates ai.operationId. Only the inner do* spans are requests; the outer ones
// repeat them, summed up or the last one only.
func vercelMark(id string) mark {
	if i := strings.IndexByte(id, ' '); i >= 0 {
		id = id[:i]
	}
	if !strings.HasPrefix(id, "ai.") {
		return markNone
	}
	switch id[strings.LastIndexByte(id, '.')+1:] {
	case "doGenerate", "doStream":
		return markChat
	case "doEmbed":
		return markEmbeddings
	case "doRerank":
		return markRerank
	case "toolCall":
		return markTool
	default:
		return markWorkflow
	}
}
