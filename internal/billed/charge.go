package billed

import (
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Dimensions say what was charged or used. Empty fields are unknown.
type Dimensions struct {
	Provider, HostProvider string
	Account, Subaccount    string
	Model, Meter           string
	ServiceTier, Region    string
	Line                   string
}

// Charge is one line of a report.
type Charge struct {
	Dimensions
	// Start and End are the charge period; End is exclusive.
	Start, End time.Time
	// Category is one of the values of [AttrCategory].
	Category string
	Invoice  string
	// Currency is in ISO 4217.
	Currency string
	Amount   money.Amount
	// Quantity counts Units; it means nothing while Unit is empty.
	Quantity money.Quantity
	Unit     string
}

// Count is usage that the provider counted: tokens of a meter, or requests.
type Count struct {
	Dimensions
	Start, End time.Time
	// Requests tells requests from tokens.
	Requests bool
	Quantity money.Quantity
}

// Snapshot is all that a source reported of one day.
type Snapshot struct {
	Header
	Charges []Charge
	Counts  []Count
}

// Header is what all rows of a snapshot share.
type Header struct {
	// Source names the entry of the configuration that the report was read by.
	Source string
	// Provider and Account are those of the report.
	Provider, Account string
	// Day is the first instant of the UTC day.
	Day      time.Time
	ReadTime time.Time
	// Final says that the day will not be read again.
	Final bool
}

// Place is where a row stands in its snapshot.
type Place struct {
	// Row counts from 0; of a day without any it means nothing.
	Row int64
	// Rows is the number of rows of the whole.
	Rows int64
}
