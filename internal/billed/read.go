package billed

import (
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// ErrPoint is wrapped by the errors of data points that are not rows of a report.
var ErrPoint = errors.New("not a row of a billing report")

// ReadCharge reads a data point of [MetricCost]. For a day without charges, rows are 0 and the charge has
// only provider and account.
func ReadCharge(p pmetric.NumberDataPoint) (Header, Place, Charge, error) {
	attrs := p.Attributes()
	c := Charge{Start: p.StartTimestamp().AsTime(), End: p.Timestamp().AsTime()}
	for _, f := range c.fields() {
		*f.value = text(attrs, f.key)
	}
	h, at, err := readHeader(attrs)
	if err != nil {
		return Header{}, Place{}, Charge{}, err
	}
	h.Provider, h.Account = c.Provider, c.Account
	if at.Rows == 0 {
		return h, at, c, nil
	}
	c.Category, c.Invoice, c.Currency = text(attrs, AttrCategory), text(attrs, AttrInvoice), text(attrs, ledger.AttrCurrency)
	if c.Amount, err = money.ParseAmount(text(attrs, AttrAmount)); err != nil {
		return Header{}, Place{}, Charge{}, fmt.Errorf("%w: %s: %w", ErrPoint, AttrAmount, err)
	}
	if c.Unit = text(attrs, AttrUnit); c.Unit != "" {
		if c.Quantity, err = money.ParseQuantity(text(attrs, AttrQuantity)); err != nil {
			return Header{}, Place{}, Charge{}, fmt.Errorf("%w: %s: %w", ErrPoint, AttrQuantity, err)
		}
	}
	return h, at, c, nil
}

// ReadCount reads a data point of [MetricTokens] or [MetricRequests], as metric says. Where only the count cannot be read, the error comes
// with the header and the place, so that the snapshot is seen to lack a row.
func ReadCount(metric string, p pmetric.NumberDataPoint) (Header, Place, Count, error) {
	attrs := p.Attributes()
	c := Count{Start: p.StartTimestamp().AsTime(), End: p.Timestamp().AsTime(), Requests: metric == MetricRequests}
	for _, f := range c.fields() {
		*f.value = text(attrs, f.key)
	}
	h, at, err := readHeader(attrs)
	if err != nil {
		return Header{}, Place{}, Count{}, err
	}
	h.Provider, h.Account = c.Provider, c.Account
	if c.Quantity, err = money.ParseQuantity(text(attrs, AttrQuantity)); err != nil {
		return h, at, Count{}, fmt.Errorf("%w: %s: %w", ErrPoint, AttrQuantity, err)
	}
	switch {
	case at.Rows == 0:
		err = fmt.Errorf("%w: %s is 0, and only a day's charges can be none", ErrPoint, AttrSnapshot)
	case c.Quantity.Sign() < 0:
		err = fmt.Errorf("%w: %s is %s: nothing can be used less than not at all", ErrPoint, AttrQuantity, c.Quantity)
	case !c.End.After(c.Start):
		err = fmt.Errorf("%w: its time %s is not after its start %s", ErrPoint, c.End.Format(time.RFC3339), c.Start.Format(time.RFC3339))
	}
	return h, at, c, err
}

func readHeader(attrs pcommon.Map) (Header, Place, error) {
	h := Header{Source: text(attrs, AttrSource)}
	var at Place
	var err error
	if h.Source == "" {
		return h, at, fmt.Errorf("%w: %s is missing", ErrPoint, AttrSource)
	}
	if h.Day, err = time.Parse(time.DateOnly, text(attrs, AttrDay)); err != nil {
		return h, at, fmt.Errorf("%w: %s: %w", ErrPoint, AttrDay, err)
	}
	if h.ReadTime, err = time.Parse(time.RFC3339Nano, text(attrs, AttrReadTime)); err != nil {
		return h, at, fmt.Errorf("%w: %s: %w", ErrPoint, AttrReadTime, err)
	}
	if v, ok := attrs.Get(AttrFinal); ok {
		h.Final = v.Bool()
	}
	rows, ok := attrs.Get(AttrSnapshot)
	if !ok || rows.Type() != pcommon.ValueTypeInt || rows.Int() < 0 {
		return h, at, fmt.Errorf("%w: %s is not a number of rows", ErrPoint, AttrSnapshot)
	}
	at.Rows = rows.Int()
	if v, ok := attrs.Get(AttrRow); ok {
		at.Row = v.Int()
	}
	if at.Row < 0 || at.Row >= max(at.Rows, 1) {
		return h, at, fmt.Errorf("%w: %s is %d of %d rows", ErrPoint, AttrRow, at.Row, at.Rows)
	}
	return h, at, nil
}

func text(attrs pcommon.Map, key string) string {
	v, ok := attrs.Get(key)
	if !ok || v.Type() != pcommon.ValueTypeStr {
		return ""
	}
	return v.Str()
}
