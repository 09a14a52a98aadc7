//go:build unix

package month

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os/exec"
	"path/filepath"
)

// report is what is read of the answer of finops reconcile.
type report struct {
	Totals   []totals  `json:"totals"`
	Findings []Finding `json:"findings"`
}

type totals struct {
	Currency string `json:"currency"`
	Metered  string `json:"metered"`
	Billed   string `json:"billed"`
	// MeteredByConfidence divides Metered by how sure it is.
	MeteredByConfidence map[string]string `json:"metered_by_confidence"`
}

// exact is the part of what was metered that is said to be exact.
func (t *totals) exact() string { return cmp.Or(t.MeteredByConfidence["exact"], "0") }

// Finding is a cause that the report names.
type Finding struct {
	Line     string `json:"line"`
	Kind     string `json:"kind"`
	Provider string `json:"provider"`
	Model    string `json:"model"`
	BillLine string `json:"bill_line"`
	Amount   string `json:"amount"`
	Text     string `json:"text"`
}

func (f *Finding) amount() *big.Rat { return decimal(f.Amount) }

// sum adds up what all groups have.
func (r *report) sum(of func(*totals) string) *big.Rat {
	sum := new(big.Rat)
	for i := range r.Totals {
		sum.Add(sum, decimal(of(&r.Totals[i])))
	}
	return sum
}

// page is the name of the HTML page below a directory.
const page = "reconcile.html"

// reconcile runs the command over the FOCUS files below the directory.
func (s *simulation) reconcile(ctx context.Context, binary, directory string) (*report, error) {
	r := &report{}
	return r, ask(ctx, r, binary, "reconcile", "--json", "--month", s.month(), "--pricing", filepath.Join(directory, pricesFile),
		"--html", filepath.Join(directory, page), focusIn(directory))
}

// month as commands take it.
func (s *simulation) month() string { return s.first.Format("2006-01") }

// focusIn is where the collector writes to.
func focusIn(directory string) string { return filepath.Join(directory, "focus") }

// ask runs the command and reads its answer.
func ask(ctx context.Context, answer any, binary string, arguments ...string) error {
	text, err := exec.CommandContext(ctx, binary, arguments...).Output() //nolint:gosec // the caller chooses what to run
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		// 1 says that the answer is no, which is an answer.
		if exit.ExitCode() == 1 {
			err = nil
		} else {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
	}
	if err == nil {
		err = json.Unmarshal(text, answer)
	}
	if err != nil {
		return fmt.Errorf("finops %s: %w", arguments[0], err)
	}
	return nil
}
