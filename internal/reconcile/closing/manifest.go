package closing

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// manifestFormat changes when a manifest's fields change their meaning.
const manifestFormat = 1

// Mode is who gets the residual.
type Mode string

// The modes.
const (
	// ProRata: those whose usage was metered, in proportion to it.
	ProRata Mode = "pro-rata"
	// Unallocated: nobody.
	Unallocated Mode = "unallocated"
)

// ParseMode reads a mode.
func ParseMode(text string) (Mode, error) {
	switch m := Mode(text); m {
	case ProRata, Unallocated:
		return m, nil
	default:
		return "", fmt.Errorf("unknown mode %q; known are %s, %s", text, ProRata, Unallocated)
	}
}

// Manifest says what a month was closed with. The same month, files and settings have the same manifest, byte by byte.
type Manifest struct {
	Format int    `json:"format"`
	Month  string `json:"month"`
	// Version is that of the program. A later one that comes to the same result leaves the manifest as it is.
	Version string `json:"finops_version,omitempty"`
	// Replaces is the SHA-256 of the manifest that this one replaced, which is kept beside it under that name.
	Replaces string   `json:"replaces,omitempty"`
	Settings Settings `json:"settings"`
	// Inputs are the files of the month, in the order of their names.
	Inputs []File `json:"inputs"`
	// Totals are in the order of provider, account and currency.
	Totals  []Total `json:"totals"`
	Outputs []File  `json:"outputs"`
}

// Settings are what the command line decides.
type Settings struct {
	TrueUp Mode   `json:"true_up"`
	Settle string `json:"settle"`
	// Providers and Accounts are those that were closed; empty for all.
	Providers []string `json:"providers,omitempty"`
	Accounts  []string `json:"accounts,omitempty"`
	// Tables are the catalogs, prices and rates.
	Tables []Table `json:"tables,omitempty"`
}

// Table is a file of the configuration.
type Table struct {
	// Setting is the flag that names it: catalog, pricing, exchange-rates.
	Setting string `json:"setting"`
	Name    string `json:"name"`
	// Hash is the SHA-256 of a file, and for the builtin catalog what the Collector reports of it.
	Hash string `json:"hash"`
}

// File is one content of a file.
type File struct {
	Name   string `json:"file"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	Rows   int    `json:"rows"`
}

// Status says what became of a total.
type Status string

// The kinds of totals.
const (
	// Closed: metered and true-up rows add up to the invoice.
	Closed Status = "closed"
	// NotBilled: there is no bill, and what was metered stays as it is.
	NotBilled Status = "not_billed"
)

// Total is what a provider's account comes to in one currency.
type Total struct {
	Provider string `json:"provider"`
	// Account is empty where telemetry or the bill names none.
	Account  string       `json:"account,omitempty"`
	Currency string       `json:"currency"`
	Status   Status       `json:"status"`
	Metered  money.Amount `json:"metered"`
	// Billed is the invoice in Currency, and Residual what it is beyond Metered. Both are nil without a bill.
	Billed   *money.Amount `json:"billed,omitempty"`
	Residual *money.Amount `json:"residual,omitempty"`
	// Invoiced is the invoice in its own currencies, where any of it was converted.
	Invoiced []Invoiced `json:"invoiced,omitempty"`
	// Rows counts the true-up rows.
	Rows int `json:"true_up_rows"`
}

// Invoiced is an amount as the bill has it.
type Invoiced struct {
	Currency string       `json:"currency"`
	Amount   money.Amount `json:"amount"`
}

// encode returns the file.
func (m *Manifest) encode() ([]byte, error) {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	err := e.Encode(m)
	return buf.Bytes(), err
}

func parseManifest(data []byte) (*Manifest, error) {
	m := new(Manifest)
	if err := json.Unmarshal(data, m); err != nil {
		return nil, err
	}
	if m.Format != manifestFormat {
		return nil, fmt.Errorf("format %d is not %d", m.Format, manifestFormat)
	}
	if len(m.Outputs) != 1 {
		return nil, fmt.Errorf("%d outputs are not 1", len(m.Outputs))
	}
	return m, nil
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
