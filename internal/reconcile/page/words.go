package page

import (
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// lineWords name the lines of the bridge, and say what they are.
var lineWords = [reconcile.Lines]struct{ Name, Meaning string }{
	reconcile.Volume:       {"Volume", "usage that only one side counted, at our rates"},
	reconcile.Price:        {"Price", "usage that both counted, at another rate than ours"},
	reconcile.TierAndCache: {"Tier and cache", "usage that both counted, under another tier or cache action"},
	reconcile.ToolsAndFees: {"Tools and fees", "searches, sessions and other charges that are no tokens"},
	reconcile.Rounding:     {"Rounding", "what is below the precision of the bill"},
	reconcile.Unparsed:     {"Unparsed lines", "lines of the bill that name neither a model nor a meter"},
	reconcile.Unexplained:  {"Unexplained", "what nothing explains"},
	reconcile.Purchases:    {"Purchases", "commitments and seats, beyond those in our books"},
	reconcile.Credits:      {"Credits", "credits and adjustments"},
	reconcile.Tax:          {"Tax", "taxes"},
}

type advice struct{ Title, Todo string }

// kindWords title the findings, and say what to do about them.
var kindWords = map[reconcile.Kind]advice{
	reconcile.Bypassing: {
		"Traffic that bypasses the collector",
		"Find the callers of this account that send no telemetry, and instrument them or send their telemetry to the collector.",
	},
	reconcile.MissingUsage: {
		"Calls without usage",
		"Have the instrumentation report usage of streamed calls too: many providers send it only when it is asked for.",
	},
	reconcile.Understated: {
		"Usage understated",
		"Compare one call's telemetry with the provider's log: calls arrive, with less usage than the provider counted.",
	},
	reconcile.NotOnBill: {
		"Usage that is not on the bill",
		"Check that the account and the provider of these calls are right, and that none is counted twice.",
	},
	reconcile.DayShift: {
		"Usage billed on another day",
		"Nothing: it evens out between the days.",
	},
	reconcile.OtherSubaccount: {
		"Usage of another project",
		"Nothing for the account: have the instrumentation name the project, or the workspace, if teams are told apart by it.",
	},
	reconcile.NotCharged: {
		"Usage that nothing is charged for",
		"Enter what was paid in advance as a commitment, so that it costs nothing more; of an allowance or a free model, nothing.",
	},
	reconcile.WrongPrice: {
		"Another price than ours",
		"Correct the catalog, or enter the rate that the bill implies as an override if the provider confirms it.",
	},
	reconcile.Agreement: {
		"A discount or surcharge on everything",
		"Enter the ratio as an agreement of this account, so that calls are priced with it from the start.",
	},
	reconcile.NoPrice: {
		"Usage without a price",
		"Add the model to the catalog or as an override: its calls are metered, at no cost.",
	},
	reconcile.TierNotVisible: {
		"A service tier that telemetry does not show",
		"Have the instrumentation report the tier that served the call, or set the account's tier.",
	},
	reconcile.CacheNotVisible: {
		"Cache use that telemetry does not show",
		"Have the instrumentation report cache reads and cache writes of each call.",
	},
	reconcile.Tool: {
		"A charge for a tool",
		"Have the instrumentation report the use of the tool, or accept it as a cost that is known from the bill only.",
	},
	reconcile.Fee: {
		"A fee",
		"Nothing is wrong with metering: spread the fee as shared cost if teams are to bear it.",
	},
	"rounding":                   {"Rounding", "Nothing: it is below what the bill can tell."},
	"unparsed":                   {"A line of the bill that nobody can read", "Look the line up in the provider's console, and report its text, so that it is recognized."},
	"unexplained":                {"Unexplained", "Ask the provider for the usage behind these charges, or read its usage report into billed_usage."},
	"purchases":                  {"Purchases", "Enter the commitment in the books, so that it is amortized over the calls that use it."},
	"credits":                    {"Credits", "Nothing is wrong with metering: credits reduce the invoice, not the usage."},
	reconcile.ModalityNotVisible: {"A modality that telemetry does not show", "Have the instrumentation report tokens of audio and images apart from those of text."},
	"tax":                        {"Tax", "Nothing is wrong with metering: taxes are added to the invoice."},
}

// wordsOf falls back to the line of a kind that is not known.
func wordsOf(f *reconcile.Finding) advice {
	if words, ok := kindWords[f.Kind]; ok {
		return words
	}
	if f.Line < reconcile.Lines {
		return advice{Title: lineWords[f.Line].Name}
	}
	return advice{Title: string(f.Kind)}
}

// confidences are in the order in which they are drawn, the surest first.
var confidences = []struct {
	Is            ledger.Confidence
	Name, Meaning string
}{
	{ledger.ConfidenceExact, "exact", "what the catalog gives for known facts"},
	{ledger.ConfidenceUpperBound, "upper bound", "at most this"},
	{ledger.ConfidenceLowerBound, "lower bound", "at least this"},
	{ledger.ConfidenceEstimated, "estimated", "with facts that were assumed"},
	{notStated, "not stated", "by the rows that were read"},
}

// notStated stands for whatever else rows say of their confidence.
const notStated ledger.Confidence = "not_stated"

var exclusionWords = map[reconcile.ExclusionReason]string{
	reconcile.NotFinal:     "The provider may still revise it",
	reconcile.NotBilled:    "There is no bill of the provider",
	reconcile.OutsideBill:  "The bill does not have these days",
	reconcile.BeyondPeriod: "It is charged together with days beyond the period",
}

var dimensionWords = map[reconcile.Dimension]string{
	reconcile.ByDay:        "Day",
	reconcile.ByProvider:   "Provider",
	reconcile.ByAccount:    "Account",
	reconcile.BySubaccount: "Subaccount",
	reconcile.ByModel:      "Model",
}

// emptyWords say what no value of a dimension means.
var emptyWords = map[reconcile.Dimension]string{
	reconcile.ByProvider:   "not named",
	reconcile.ByAccount:    "all",
	reconcile.BySubaccount: "all",
	reconcile.ByModel:      "no model",
}
