// Package accounts says which of a customer's billing accounts pays for a call. Providers bill by
// account, which telemetry seldom names; a table leads from what telemetry does name to the account.
package accounts

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

const (
	maxRows   = 1 << 20
	maxErrors = 100
)

// Key is what telemetry says about who called whom. Empty fields are unknown.
type Key struct {
	// KeyID is the id, not the secret, of the API key.
	KeyID string
	// Endpoint is the server.address of the call.
	Endpoint string
	// Service is the service.name.
	Service string
	// Provider is the canonical provider; rows can have any spelling of it.
	Provider string
}

// Account is who pays.
type Account struct {
	Account, Subaccount string
}

// mask has a bit for every field of a key that a row names. Greater masks are more specific: a
// key belongs to one account, an endpoint to few, a service to one most of the time.
type mask uint8

const (
	byProvider mask = 1 << iota
	byService
	byEndpoint
	byKeyID
	masks
)

// Table leads from keys to accounts. It is immutable; the zero value knows none.
type Table struct {
	rows [masks]map[Key]Account
	// used are the masks that have rows, the most specific first.
	used []mask
}

// IsEmpty reports whether the table knows no account.
func (t *Table) IsEmpty() bool { return len(t.used) == 0 }

// Find returns the account of the most specific row that matches: key_id before endpoint before service
// before provider.
func (t *Table) Find(k Key) (Account, bool) { return t.find(k, 0, masks) }

// FindByKeys is Find for calls of which telemetry names several ids, a key before what it belongs to: the first
// that some row names decides, and [Key.KeyID] is not looked at.
func (t *Table) FindByKeys(k Key, keyIDs []string) (Account, bool) {
	for _, k.KeyID = range keyIDs {
		if a, ok := t.find(k, byKeyID, masks); ok {
			return a, true
		}
	}
	return t.find(k, 0, byKeyID)
}

// find looks at rows with masks in [from, until).
func (t *Table) find(k Key, from, until mask) (Account, bool) {
	for _, m := range t.used {
		if m < from || m >= until {
			continue
		}
		if a, ok := t.rows[m][m.of(k)]; ok {
			return a, true
		}
	}
	return Account{}, false
}

// of keeps the fields of the mask. A field that the key lacks matches nothing, since rows
// name all fields of their mask.
func (m mask) of(k Key) Key {
	var only Key
	if m&byKeyID != 0 {
		only.KeyID = k.KeyID
	}
	if m&byEndpoint != 0 {
		only.Endpoint = k.Endpoint
	}
	if m&byService != 0 {
		only.Service = k.Service
	}
	if m&byProvider != 0 {
		only.Provider = k.Provider
	}
	return only
}

func maskOf(k Key) mask {
	var m mask
	for bit, field := range map[mask]string{byKeyID: k.KeyID, byEndpoint: k.Endpoint, byService: k.Service, byProvider: k.Provider} {
		if field != "" {
			m |= bit
		}
	}
	return m
}

// Parse reads a CSV file. Its header names the columns, in any order: account, optionally subaccount,
// and at least one of key_id, endpoint, service, provider. An empty cell or * matches anything.
func Parse(name string, data []byte) (*Table, error) {
	rows := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	rows.TrimLeadingSpace, rows.Comment = true, '#'
	header, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("%s:1: the header cannot be read: %w", name, err)
	}
	p := &parser{table: new(Table), lines: make(map[Key]int)}
	if p.columns, err = parseHeader(header); err != nil {
		return nil, fmt.Errorf("%s:1: %w", name, err)
	}
	var errs []error
	for n := 0; ; n++ {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			// The error of the reader says the line itself.
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		} else {
			line, _ := rows.FieldPos(0)
			if err := p.add(row, line); err != nil {
				errs = append(errs, fmt.Errorf("%s:%d: %w", name, line, err))
			}
		}
		if n >= maxRows || len(errs) >= maxErrors {
			errs = append(errs, fmt.Errorf("%s: more than %d rows or %d errors", name, maxRows, maxErrors))
			break
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return p.done(), nil
}

var known = []string{"key_id", "endpoint", "service", "provider", "account", "subaccount"}

func parseHeader(header []string) ([]string, error) {
	columns := make([]string, len(header))
	for i, cell := range header {
		column := strings.ToLower(strings.TrimSpace(cell))
		if !slices.Contains(known, column) {
			return nil, fmt.Errorf("unknown column %q; known are %s", cell, strings.Join(known, ", "))
		}
		if slices.Contains(columns[:i], column) {
			return nil, fmt.Errorf("column %q appears twice", column)
		}
		columns[i] = column
	}
	if !slices.Contains(columns, "account") {
		return nil, errors.New("column account is missing")
	}
	return columns, nil
}

type parser struct {
	columns []string
	table   *Table
	lines   map[Key]int
}

func (p *parser) add(row []string, line int) error {
	var k Key
	var a Account
	fields := map[string]*string{
		"key_id": &k.KeyID, "endpoint": &k.Endpoint, "service": &k.Service, "provider": &k.Provider,
		"account": &a.Account, "subaccount": &a.Subaccount,
	}
	for i, column := range p.columns {
		if cell := strings.TrimSpace(row[i]); cell != "*" {
			*fields[column] = strings.Clone(cell)
		}
	}
	if a.Account == "" {
		return errors.New("account is empty")
	}
	k.Provider = pricing.CanonicalProvider(k.Provider)
	if first, ok := p.lines[k]; ok {
		return fmt.Errorf("matches the same calls as line %d; remove one of them", first)
	}
	p.lines[k] = line
	m := maskOf(k)
	if p.table.rows[m] == nil {
		p.table.rows[m] = make(map[Key]Account)
		p.table.used = append(p.table.used, m)
	}
	p.table.rows[m][k] = a
	return nil
}

func (p *parser) done() *Table {
	slices.Sort(p.table.used)
	slices.Reverse(p.table.used)
	return p.table
}
