package dedup

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// GatewayPolicy says which account of a call counts when an application and a gateway both give one.
type GatewayPolicy string

const (
	// GatewaysFirstSeen counts the one that arrives first; within a batch, the innermost.
	GatewaysFirstSeen GatewayPolicy = "first_seen"
	// GatewaysCaller counts the application's. What a known gateway reports never counts.
	GatewaysCaller GatewayPolicy = "caller"
	// GatewaysGateway prefers the gateway's within a batch. Across batches the first seen
	// counts, since the application's cannot be taken back.
	GatewaysGateway GatewayPolicy = "gateway"
)

// Validate refuses unknown policies.
func (p GatewayPolicy) Validate() error {
	switch p {
	case GatewaysFirstSeen, GatewaysCaller, GatewaysGateway:
		return nil
	default:
		return fmt.Errorf("%q is none of first_seen, caller, gateway", string(p))
	}
}

const (
	defaultWindow   = 10 * time.Minute
	defaultMaxSpans = 200_000
	minMaxSpans     = 1_000
	maxMaxSpans     = 100_000_000
	maxWindow       = 24 * time.Hour
)

// Config bounds what is remembered so that no call counts twice.
type Config struct {
	// Window is how long a record is remembered after its arrival. It must exceed the time for which clients
	// retry a batch, and the time between the arrivals of the spans of one call.
	Window time.Duration `mapstructure:"window"`
	// MaxSpans is how many GenAI records are remembered at most, at no more than 200 bytes each. The
	// oldest go first, and are counted.
	MaxSpans int `mapstructure:"max_spans"`
	// Gateways says which account counts when an application and a gateway report the same call.
	Gateways GatewayPolicy `mapstructure:"gateways"`
	// GatewayServices are the service.name values of gateways, beyond those whose instrumentation
	// is known to be a gateway's.
	GatewayServices []string `mapstructure:"gateway_services"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// NewDefaultConfig returns the configuration of a processor without any.
func NewDefaultConfig() Config {
	return Config{Window: defaultWindow, MaxSpans: defaultMaxSpans, Gateways: GatewaysFirstSeen}
}

// Validate refuses bounds that promise nothing or cannot be held.
func (c *Config) Validate() error {
	var errs []error
	if c.Window <= 0 || c.Window > maxWindow {
		errs = append(errs, fmt.Errorf("window: %s is not between 1ns and %s", c.Window, maxWindow))
	}
	if c.MaxSpans < minMaxSpans || c.MaxSpans > maxMaxSpans {
		errs = append(errs, fmt.Errorf("max_spans: %d is not between %d and %d", c.MaxSpans, minMaxSpans, maxMaxSpans))
	}
	if slices.Contains(c.GatewayServices, "") {
		errs = append(errs, errors.New("gateway_services: an empty name would match records without a service.name; remove it"))
	}
	return errors.Join(errs...)
}

// IsGateway reports whether the service is configured to be a gateway.
func (c *Config) IsGateway(service string) bool { return slices.Contains(c.GatewayServices, service) }
