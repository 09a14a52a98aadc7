package report

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusstore"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// aiCategory is the ServiceCategory of what is read where no services are named.
const aiCategory = "AI and Machine Learning"

// Files reads FOCUS files, as AWS, Azure, Google Cloud and others export them.
type Files struct {
	// URL is a directory or file, or a bucket and a prefix in it.
	URL string
	// Services are the ServiceNames to read; none means all of the category AI and Machine Learning.
	Services []string
	// Provider and Account are those of rows, where they are to be other than what the files say.
	Provider, Account string
}

// Read reads the rows whose charge period starts within the span. Estimates, and quantities without a cost, are our own
// rows and not a bill's.
func (f *Files) Read(ctx context.Context, span Span) (*Report, error) {
	r := &Report{}
	if err := f.read(ctx, span, r); err != nil {
		return nil, &Error{"focus", redacted(f.URL), err}
	}
	return r, nil
}

func (f *Files) read(ctx context.Context, span Span, r *Report) (err error) {
	store, err := focusstore.Open(ctx, f.URL)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := store.Close(); err == nil {
			err = closeErr
		}
	}()
	rows, categories := 0, 0
	for row, err := range store.Rows(ctx, nil, &r.Rounded) {
		if err != nil {
			return err
		}
		rows++
		if row.ServiceCategory != "" {
			categories++
		}
		if !f.wants(row) {
			continue
		}
		if err := checkPeriod(row); err != nil {
			return err
		}
		if !span.contains(row.ChargePeriodStart) {
			continue
		}
		if len(r.Charges) >= maxRows {
			return fmt.Errorf("more than %d rows: name the services to read", maxRows)
		}
		c, err := f.charge(row)
		if err != nil {
			return err
		}
		r.Charges = append(r.Charges, c)
	}
	if len(f.Services) == 0 && rows > 0 && categories == 0 {
		return errors.New("no row has a ServiceCategory: set services to the ServiceNames to read")
	}
	return nil
}

// checkPeriod refuses what no day has a place for.
func checkPeriod(row *focus.Row) error {
	start, end := row.ChargePeriodStart, row.ChargePeriodEnd
	switch {
	case start.IsZero():
		return fmt.Errorf("%s: ChargePeriodStart is null", row.SkuId)
	case end.IsZero():
		return fmt.Errorf("%s %s: ChargePeriodEnd is null", start.Format(time.RFC3339), row.SkuId)
	case end.Before(start):
		return fmt.Errorf("%s %s: ChargePeriodEnd %s is before ChargePeriodStart", start.Format(time.RFC3339), row.SkuId, end.Format(time.RFC3339))
	}
	return nil
}

func (f *Files) wants(row *focus.Row) bool {
	if row.XCostSource == focus.SourceEstimate || row.IsQuantity() {
		return false
	}
	if len(f.Services) == 0 {
		return row.ServiceCategory == aiCategory
	}
	return slices.Contains(f.Services, row.ServiceName)
}

func (f *Files) charge(row *focus.Row) (billed.Charge, error) {
	currency, err := currencyCode(row.BillingCurrency)
	if err != nil {
		return billed.Charge{}, fmt.Errorf("%s %s: %w", row.ChargePeriodStart.Format(time.RFC3339), row.SkuId, err)
	}
	if row.BilledCost.IsNull() {
		return billed.Charge{}, fmt.Errorf("%s %s: BilledCost is null", row.ChargePeriodStart.Format(time.RFC3339), row.SkuId)
	}
	c := billed.Charge{
		Dimensions: billed.Dimensions{
			Provider: first(f.Provider, row.XProvider, row.ServiceProviderName, row.ProviderName), HostProvider: row.HostProviderName,
			Account: first(f.Account, row.BillingAccountId), Subaccount: row.SubAccountId, Model: row.XModel, Meter: row.SkuMeter,
			ServiceTier: row.XServiceTier, Region: row.RegionId, Line: first(row.XProviderLine, row.ChargeDescription, row.SkuId),
		},
		Start: row.ChargePeriodStart, End: row.ChargePeriodEnd, Category: first(row.ChargeCategory, billed.Usage),
		Invoice: row.InvoiceId, Currency: currency, Amount: row.BilledCost.Amount(),
	}
	if !row.ConsumedQuantity.IsNull() && row.ConsumedUnit != "" {
		if q, err := money.ParseQuantity(row.ConsumedQuantity.String()); err == nil {
			c.Quantity, c.Unit = q, row.ConsumedUnit
		}
	}
	return c, nil
}

// redacted leaves out of a URL what may be a credential.
func redacted(target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return "(not a URL)"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}
