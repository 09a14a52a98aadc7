package importer

import (
	"errors"
	"fmt"
	"strings"
)

// Report says what came over from a price list, and entry by entry what did not.
type Report struct {
	// Format and Name are those given to [Read].
	Format string `json:"format"`
	Name   string `json:"name"`
	// Providers and Models count what was read.
	Providers int `json:"providers"`
	Models    int `json:"models"`
	// Unexpressed are things that the source says and the catalog format cannot hold. The
	// rest of their entries came over.
	Unexpressed []Issue `json:"unexpressed,omitempty"`
	// Invalid are entries that were left out because what they say cannot be a price.
	Invalid []Issue `json:"invalid,omitempty"`
}

// Issue is one thing in one entry of a source.
type Issue struct {
	Provider string `json:"provider,omitempty"`
	Model    string `json:"model,omitempty"`
	// Field is the key in the source.
	Field string `json:"field,omitempty"`
	// Value is the source's own text, shortened.
	Value string `json:"value,omitempty"`
	// Reason says what is wrong, or why it cannot be expressed.
	Reason string `json:"reason"`
	// Line of the entry in the source, from 1.
	Line int `json:"line,omitempty"`
}

// String is one line for people.
func (i Issue) String() string {
	var b strings.Builder
	if i.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", i.Line)
	}
	if i.Provider != "" {
		b.WriteString(i.Provider + "/")
	}
	b.WriteString(i.Model)
	if i.Field != "" {
		b.WriteString(": " + i.Field)
	}
	if i.Value != "" {
		b.WriteString(" = " + i.Value)
	}
	return b.String() + ": " + i.Reason
}

// Err joins what was invalid into one error, or returns nil. A strict caller refuses the
// whole file with it; a lenient one lists it and goes on.
func (r *Report) Err() error {
	errs := make([]error, 0, len(r.Invalid))
	for _, issue := range r.Invalid {
		errs = append(errs, errors.New(r.Name+": "+issue.String()))
	}
	return errors.Join(errs...)
}

// entry is where in a source the reader is; it addresses issues.
type entry struct {
	report          *Report
	doc             *document
	provider, model string
	at              int
}

func (e entry) issue(field, value, reason string) Issue {
	const enough = 80
	if len(value) > enough {
		value = value[:enough] + "..."
	}
	return Issue{Provider: e.provider, Model: e.model, Field: field, Value: value, Reason: reason, Line: e.doc.line(e.at)}
}

// unexpressed records something that the catalog format has no words for.
func (e entry) unexpressed(field, value, reason string) {
	e.report.Unexpressed = append(e.report.Unexpressed, e.issue(field, value, reason))
}

// invalid records why the entry is left out.
func (e entry) invalid(field, value, reason string) {
	e.report.Invalid = append(e.report.Invalid, e.issue(field, value, reason))
}
