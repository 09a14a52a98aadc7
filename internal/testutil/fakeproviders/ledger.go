package fakeproviders

import (
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

const day = 24 * time.Hour

// Kinds of tokens, in the words of OpenAI's line items. Only OpenAI's reports tell audio and images from text.
const (
	Input            = "input"
	CachedInput      = "cached input"
	CacheWrite       = "cache writes"
	Output           = "output"
	AudioInput       = "audio, input"
	CachedAudioInput = "audio, cached input"
	AudioOutput      = "audio, output"
	ImageInput       = "image, input"
	CachedImageInput = "image, cached input"
	ImageOutput      = "image, output"
)

// Batch is the tier of calls that are made later, for less.
const Batch = "batch"

// Line is what a provider charges for one kind of tokens of a model on one day, or for something else, which
// has an item and neither a model nor a kind.
type Line struct {
	// Provider is openai, anthropic, openrouter or litellm.
	Provider string
	// Day is the first instant of the UTC day.
	Day time.Time
	// Subaccount is a project or workspace; empty is the default one, null on the wire.
	Subaccount string
	Model      string
	// Kind is one of the kinds of tokens.
	Kind string
	// Item is the text of the charge where that names neither model nor kind. Usage reports name the model all the same.
	Item string
	// Tier is the service tier, standard when empty.
	Tier string
	// Usage is the path of the usage report of OpenAI's that has the line, [OpenAIUsage] when empty.
	Usage string
	// Amount is in USD.
	Amount string
	// Tokens are tokens, or what Unit says.
	Tokens int64
	// Unit is OpenAI's quantity_unit of the charge, tokens when empty.
	Unit string
	// Requests are counted at one line of a call.
	Requests int64
	// From and Until say when the report has the line: a late line has a From, a revised one an Until and a
	// successor. Zero is ever.
	From, Until time.Time
}

func (l *Line) visible(now time.Time) bool {
	return !now.Before(l.From) && (l.Until.IsZero() || now.Before(l.Until))
}

// counted reports whether usage reports have the line: they know nothing of tools.
func (l *Line) counted() bool { return l.Model != "" }

// item is the text of the charge in OpenAI's costs.
func (l *Line) item() string {
	switch {
	case l.Item != "":
		return l.Item
	case l.Kind == "":
		return l.Model
	case strings.Contains(l.Kind, ", "):
		return l.Model + " " + l.Kind
	default:
		return l.Model + ", " + l.Kind
	}
}

// Ledger is what is true.
type Ledger []Line

// Total is what a provider charges in the end for the days of a span, whose end is exclusive.
func (l Ledger) Total(provider string, from, to time.Time) money.Amount {
	var sum money.Amount
	for i := range l {
		if line := &l[i]; line.Provider == provider && line.Until.IsZero() && !line.Day.Before(from) && line.Day.Before(to) {
			sum = sum.Add(amount(line.Amount))
		}
	}
	return sum
}

// of returns the lines that a report has of a day.
func (l Ledger) of(provider string, d, now time.Time) []Line {
	var lines []Line
	for i := range l {
		if line := &l[i]; line.Provider == provider && line.Day.Equal(d) && line.visible(now) {
			lines = append(lines, *line)
		}
	}
	return lines
}

func amount(s string) money.Amount {
	a, err := money.ParseAmount(s)
	if err != nil {
		panic(err)
	}
	return a
}
