package record

import (
	"errors"
	"fmt"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// ReasonMalformed is the reason of a request whose cost is on the record but cannot be read.
const ReasonMalformed = "malformed_lines"

var (
	errStatus   = errors.New("unknown value of " + ledger.AttrStatus)
	errCurrency = errors.New(ledger.AttrCurrency + " is not three capital letters")
	errRange    = errors.New("amount out of range in " + ledger.AttrLines)
	errNoLines  = errors.New(ledger.AttrLines + " is missing")
)

// price fills in what the record cost. Only a priced or free call has a cost: a duplicate
// or an aggregate repeats that of another record, and the others have none.
func (r *Reader) price(rec *Record, b *Batch) error {
	switch rec.Status {
	case ledger.StatusPriced, ledger.StatusFree:
	case ledger.StatusUnpriced, ledger.StatusNotBilled, ledger.StatusDuplicate, ledger.StatusAggregate:
		return nil
	default:
		return fmt.Errorf("%w: %.32q", errStatus, string(rec.Status))
	}
	lines := b.record.str(r.lines)
	if lines == "" {
		if rec.Status == ledger.StatusFree {
			return nil
		}
		return errNoLines
	}
	rec.Currency = b.record.str(r.currency)
	if !isCurrency(rec.Currency) {
		return errCurrency
	}
	if err := rec.multiply(lines, b); err != nil {
		return err
	}
	return rec.addSavings(b.record.str(r.savings))
}

// multiply turns the ledger line into items, the record's cost and the agreement's saving.
func (rec *Record) multiply(lines string, b *Batch) (err error) {
	b.lines, err = ledger.ParseLines(lines, b.lines[:0])
	if err != nil {
		return fmt.Errorf("%s: %w", ledger.AttrLines, err)
	}
	var list money.Amount
	for i := range b.lines {
		line := &b.lines[i]
		cost, ok := line.Effective.Mul(line.Quantity)
		listed, listOK := cost, ok
		if line.List != line.Effective {
			listed, listOK = line.List.Mul(line.Quantity)
		}
		if !ok || !listOK {
			return errRange
		}
		b.items = append(b.items, Item{Meter: line.Meter, Quantity: line.Quantity, Cost: cost, List: listed})
		rec.Cost = rec.Cost.Add(cost)
		list = list.Add(listed)
	}
	rec.Savings.Agreement = list.Sub(rec.Cost)
	return nil
}

func (rec *Record) addSavings(s string) error {
	if s == "" {
		return nil
	}
	savings, err := ledger.ParseSavings(s)
	if err != nil {
		return fmt.Errorf("%s: %w", ledger.AttrSavings, err)
	}
	rec.Savings.ServiceTier, rec.Savings.Cache = savings.ServiceTier, savings.Cache
	return nil
}

// unprice makes of a malformed record a request without cost: to show it as priced without its
// money would be a lie, and to drop it would hide a call.
func (rec *Record) unprice() {
	*rec = Record{
		Status:    ledger.StatusUnpriced,
		Reason:    ReasonMalformed,
		ErrorType: rec.ErrorType,
		keyEnd:    rec.keyEnd,
	}
}

func isCurrency(code string) bool {
	if len(code) != 3 {
		return false
	}
	for i := range len(code) {
		if code[i] < 'A' || code[i] > 'Z' {
			return false
		}
	}
	return true
}
