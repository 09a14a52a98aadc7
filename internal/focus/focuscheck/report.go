package focuscheck

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Finding is a rule that a file breaks.
type Finding struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Text     string   `json:"text"`
	// Count is how many rows break it, 0 for what is wrong with the file as a whole.
	Count int `json:"count,omitempty"`
	// Where is the file, and the line of the first such row, and Value what it says there.
	Where string `json:"where"`
	Value string `json:"value,omitempty"`
}

// Report is what was found in files.
type Report struct {
	// Files and Rows are how much was looked at.
	Files    int       `json:"files"`
	Rows     int       `json:"rows"`
	Findings []Finding `json:"findings"`

	index map[string]int
}

// Conforms reports whether no rule with the severity Must is broken.
func (r *Report) Conforms() bool {
	return !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Severity == Must })
}

// maxValue bounds what is shown of a value.
const maxValue = 80

// add counts a row that breaks a rule; line 0 means the file.
func (r *Report) add(rule string, severity Severity, text, file string, line int64, value string) {
	count, where := 0, file
	if line > 0 {
		count, where = 1, file+":"+strconv.FormatInt(line, 10)
	}
	key := rule + "\x00" + text
	if i, ok := r.index[key]; ok {
		r.Findings[i].Count += count
		return
	}
	if len(value) > maxValue {
		value = strings.ToValidUTF8(value[:maxValue], "") + "..."
	}
	r.index[key] = len(r.Findings)
	r.Findings = append(r.Findings, Finding{Rule: rule, Severity: severity, Text: text, Count: count, Where: where, Value: value})
}

// sort puts what must be mended first.
func (r *Report) sort() {
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), strings.Compare(a.Rule, b.Rule), strings.Compare(a.Text, b.Text))
	})
}
