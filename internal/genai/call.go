package genai

import (
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Role is the part that a record plays in the story of model calls.
type Role uint8

const (
	// RoleNone is a record that is not about GenAI; it is left untouched.
	RoleNone Role = iota
	// RoleCall is one request to a model: what providers bill.
	RoleCall
	// RoleAggregate is an agent, chain, workflow or step; any usage on it repeats its children.
	RoleAggregate
	// RoleOther is a tool execution, memory or retrieval operation: GenAI, but no model call.
	RoleOther
	// RoleAgentCall is an agent invocation over the wire (invoke_agent of kind CLIENT) with usage:
	// a call unless an inference span of it is seen.
	RoleAgentCall
)

// IsCall reports whether a record in this role may be billed.
func (r Role) IsCall() bool { return r == RoleCall || r == RoleAgentCall }

// Call is what one record says. Strings point into the record's data: valid only as long as the record
// is, so clone what is kept longer. Empty strings mean that the record does not say.
type Call struct {
	Role Role
	// Reason is the ledger reason for RoleAggregate and RoleOther.
	Reason ledger.Reason

	// Provider, RequestModel and ResponseModel as the record spells them.
	Provider      string
	RequestModel  string
	ResponseModel string
	Operation     string
	ResponseID    string
	// ServiceTier is the served tier; RequestedTier the one asked for.
	ServiceTier   string
	RequestedTier string
	Speed         string
	Region        string
	Deployment    string
	ServerAddress string
	// ProviderUnstated says that no attribute names the provider: Provider follows from the instrumentation or from
	// the address that was called.
	ProviderUnstated bool
	// ErrorType is error.type, or "error" for a record with error status and no type.
	ErrorType string

	Start    time.Time
	Duration time.Duration

	// Usage in disjoint meters. Meaningful only when HasUsage.
	Usage    meter.Usage
	HasUsage bool
	// OutputStarted says that there is a sign of output (finish reason, time to first
	// chunk, output tokens), so that an error came after billing began.
	OutputStarted bool
	// Stream says that the response was streamed.
	Stream bool
	// GatewayCacheHit says that a gateway answered from its cache and nobody billed the call.
	GatewayCacheHit bool
	// Invalid says that a usage value was negative, no whole number, or beyond belief.
	Invalid bool
	// Interrupted says that the call failed in a way that does not tell whether the provider began to
	// answer: a timeout, a cancellation or a broken connection.
	Interrupted bool

	// Gaps are the facts that are missing or were assumed.
	Gaps Gaps

	// Results says that the record came with finops.* attributes that are results and no inputs.
	Results bool

	// Reported is the cost that the record itself carries, if any.
	Reported Reported
	// Profile is the instrumentation profile that was applied; never nil after Read.
	Profile *Profile
}

// AggregateReason is the kind of operation that a record is which counts for nothing itself. An agent call
// that turned out to surround its model calls is one without a reason of its own.
func (c *Call) AggregateReason() ledger.Reason {
	if c.Reason == "" {
		return ledger.ReasonAgent
	}
	return c.Reason
}

// Reported is a cost found on a record.
type Reported struct {
	Amount money.Amount
	// Currency is ISO 4217; empty means that the record does not say.
	Currency string
	// ByProvider is true when the provider itself stated the amount in its response.
	ByProvider bool
	Present    bool
	// Upstream is what another provider charged to the customer's own key for the same call (BYOK);
	// it is not part of Amount.
	Upstream money.Amount
}

// Gap is one fact about a call that the telemetry drops or that had to be assumed.
type Gap uint8

// The gaps. What each does to the confidence, and under which condition, is the table in
// package rating.
const (
	// GapCacheReadDropped: cached tokens are not told apart inside an inclusive input.
	GapCacheReadDropped Gap = iota
	// GapCacheWriteDropped: cache writes are not told apart inside an inclusive input.
	GapCacheWriteDropped
	// GapCacheLost: an additive input, whose cached tokens are nowhere on the record.
	GapCacheLost
	// GapWriteSplitUnknown: cache writes are known, their lifetime (5m or 1h) is not.
	GapWriteSplitUnknown
	// GapServiceTierUnknown: the instrumentation does not say which service tier served.
	GapServiceTierUnknown
	// GapToolFeesInvisible: calls of server-side tools are not counted by the instrumentation.
	GapToolFeesInvisible
	// GapReasoningDropped: reasoning tokens may be missing from the output.
	GapReasoningDropped
	// GapModalityUnknown: audio, image and text tokens are not told apart.
	GapModalityUnknown
	// GapClamped: parts exceeded their whole; the remainder was set to zero.
	GapClamped
	// GapFormUnknown: nothing says whether the input includes the cached tokens.
	GapFormUnknown
	// GapTimeAssumed: no usable start time.
	GapTimeAssumed
	// GapUsageEstimated: tokens were counted or estimated outside of the provider.
	GapUsageEstimated
	// GapOutputUnreliable: the instrumentation is known to report a wrong output.
	GapOutputUnreliable
	// GapRegionUnknown: the region that served is not on the record.
	GapRegionUnknown
	// GapProviderGuessed: the record names no provider; it can only be derived from the model's name.
	GapProviderGuessed
	// GapUsagePartial: input or output was counted, the other was not. Always understates.
	GapUsagePartial
)

// Gaps is a set of gaps.
type Gaps uint32

// Add puts a gap into the set.
func (g *Gaps) Add(gap Gap) { *g |= 1 << gap }

// Inexact reports whether the usage itself, and not only what it was billed at, is known to differ from the
// provider's count.
func (g Gaps) Inexact() bool {
	return g.Has(GapUsageEstimated) || g.Has(GapOutputUnreliable) || g.Has(GapUsagePartial)
}

// Has reports whether the gap is in the set.
func (g Gaps) Has(gap Gap) bool { return g&(1<<gap) != 0 }

//nolint:gosec // G101 takes a token for a secret.
var gapNames = [...]string{
	GapCacheReadDropped:   "cache_read_dropped",
	GapCacheWriteDropped:  "cache_write_dropped",
	GapCacheLost:          "cache_lost",
	GapWriteSplitUnknown:  "write_split_unknown",
	GapServiceTierUnknown: "service_tier_unknown",
	GapToolFeesInvisible:  "tool_fees_invisible",
	GapReasoningDropped:   "reasoning_dropped",
	GapModalityUnknown:    "modality_unknown",
	GapClamped:            "clamped",
	GapFormUnknown:        "form_unknown",
	GapTimeAssumed:        "time_assumed",
	GapUsageEstimated:     "usage_estimated",
	GapOutputUnreliable:   "output_unreliable",
	GapRegionUnknown:      "region_unknown",
	GapProviderGuessed:    "provider_guessed",
	GapUsagePartial:       "usage_partial",
}

// String returns the gap's name for people.
func (g Gap) String() string {
	if int(g) >= len(gapNames) {
		return "unknown"
	}
	return gapNames[g]
}

// String lists the gaps for people.
func (g Gaps) String() string {
	var list []string
	for gap := range Gap(len(gapNames)) {
		if g.Has(gap) {
			list = append(list, gap.String())
		}
	}
	return strings.Join(list, ",")
}
