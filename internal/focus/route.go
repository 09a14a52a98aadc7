package focus

import (
	"bytes"
	_ "embed" // the builtin table
	"errors"
	"fmt"
	"path"

	"go.yaml.in/yaml/v3"
)

// Route says who is behind a charge. Telemetry names whom the application calls; an invoice comes
// from whoever sells it: a model of Anthropic that runs on Amazon Bedrock is on the invoice of AWS.
type Route struct {
	// Provider is the canonical provider, or * for any.
	Provider string `yaml:"provider"`
	// Model is a pattern, as of path.Match, of canonical model names; empty for any.
	Model string `yaml:"model"`
	// Service is the ServiceName.
	Service string `yaml:"service"`
	// Seller is the ProviderName and ServiceProviderName, Publisher the PublisherName, Host the HostProviderName, Issuer the
	// InvoiceIssuerName. Publisher, Host and Issuer are the seller's where they are empty.
	Seller    string `yaml:"seller"`
	Publisher string `yaml:"publisher"`
	Host      string `yaml:"host"`
	Issuer    string `yaml:"issuer"`
	// AccountType and SubaccountType are what the provider calls its accounts; Account and Sub Account where they are
	// empty.
	AccountType    string `yaml:"account_type"`
	SubaccountType string `yaml:"subaccount_type"`
	// Source is where this is known from.
	Source string `yaml:"source"`
}

// Routes is the billing-route table.
type Routes struct{ routes []Route }

//go:embed routes.yaml
var builtinRoutes []byte

// BuiltinRoutes returns the table that comes with the program.
func BuiltinRoutes() *Routes {
	r, err := ParseRoutes("routes.yaml", builtinRoutes)
	if err != nil {
		panic("focus: " + err.Error())
	}
	return r
}

// ParseRoutes reads a table; errors name the entry.
func ParseRoutes(name string, data []byte) (*Routes, error) {
	var file struct {
		Routes []Route `yaml:"routes"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var errs []error
	for i, r := range file.Routes {
		if err := r.validate(); err != nil {
			errs = append(errs, fmt.Errorf("%s: routes[%d]: %w", name, i, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return &Routes{file.Routes}, nil
}

func (r *Route) validate() error {
	if r.Provider == "" || r.Seller == "" || r.Service == "" {
		return errors.New("provider, seller and service must not be empty")
	}
	if _, err := path.Match(r.Model, "x"); err != nil {
		return fmt.Errorf("model %q: %w", r.Model, err)
	}
	return nil
}

// With returns a table in which the routes of more come first.
func (t *Routes) With(more *Routes) *Routes {
	return &Routes{append(append([]Route(nil), more.routes...), t.routes...)}
}

// Find returns the first route that matches. A provider that no route names sells, publishes and invoices its own models
// under its own name.
func (t *Routes) Find(provider, model string) Route {
	for i := range t.routes {
		if r := &t.routes[i]; r.matches(provider, model) {
			return r.complete()
		}
	}
	return (&Route{Seller: orUnknown(provider), Service: orUnknown(provider)}).complete()
}

// ProviderOf returns the provider whose charges bear a ServiceName, in exports that know nothing of x_Provider.
func (t *Routes) ProviderOf(service string) (string, bool) {
	for i := range t.routes {
		if r := &t.routes[i]; r.Service == service && r.Provider != "*" {
			return r.Provider, true
		}
	}
	return "", false
}

func orUnknown(name string) string {
	if name == "" {
		return "Unknown"
	}
	return name
}

func (r *Route) matches(provider, model string) bool {
	if r.Provider != "*" && r.Provider != provider {
		return false
	}
	if r.Model == "" {
		return true
	}
	ok, _ := path.Match(r.Model, model)
	return ok
}

// complete returns the route with every name filled in.
func (r *Route) complete() Route {
	full := *r
	for _, name := range []*string{&full.Publisher, &full.Host, &full.Issuer} {
		fallback(name, full.Seller)
	}
	fallback(&full.AccountType, "Account")
	fallback(&full.SubaccountType, "Sub Account")
	return full
}

// fill writes the route's names into a row.
func (r Route) fill(row *Row) {
	row.ServiceName = r.Service
	row.ProviderName, row.ServiceProviderName = r.Seller, r.Seller
	row.PublisherName, row.XPublisherName = r.Publisher, r.Publisher
	row.HostProviderName, row.InvoiceIssuerName = r.Host, r.Issuer
	row.BillingAccountType = r.AccountType
	if row.SubAccountId != "" {
		row.SubAccountType = r.SubaccountType
	}
}
