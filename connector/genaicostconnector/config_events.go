package genaicostconnector

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/events"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/record"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// EventsConfig configures the log records that tell of dear calls. They are made only if a logs pipeline
// has the connector among its receivers.
type EventsConfig struct {
	// Threshold is what a call must cost more than, in units of the reporting currency, to have an
	// event. Unset, none has for that.
	Threshold *float64 `mapstructure:"threshold"`
	// Top is how many of the dearest calls of an interval have an event. Unset, it is 10 if there is no
	// threshold and 0 if there is one.
	Top *int `mapstructure:"top"`
	// Interval is the time from one batch of events to the next.
	Interval time.Duration `mapstructure:"interval"`
	// Limit is the most events of an interval. Of more calls above the threshold the dearest have one, and
	// the others are counted.
	Limit int `mapstructure:"limit"`
	// prevent unkeyed literal initialization
	_ struct{}
}

const (
	defaultEventsTop      = 10
	defaultEventsInterval = time.Minute
	defaultEventsLimit    = 100

	minEventsInterval = time.Second
	maxEventsLimit    = 10_000
)

func (c *EventsConfig) validate() error {
	return errors.Join(c.validateThreshold(), c.validateCounts(), c.validateInterval())
}

func (c *EventsConfig) validateThreshold() error {
	if c.Threshold == nil {
		return nil
	}
	if _, inRange := money.AmountFromFloat(*c.Threshold); !inRange || *c.Threshold < 0 {
		return fmt.Errorf("events::threshold is %v; use a number from 0 to 1e14", *c.Threshold)
	}
	return nil
}

func (c *EventsConfig) validateCounts() error {
	top := c.top()
	switch {
	case c.Limit < 1 || c.Limit > maxEventsLimit:
		return fmt.Errorf("events::limit is %d; use 1 to %d, or take the connector out of the receivers of logs pipelines for no events",
			c.Limit, maxEventsLimit)
	case top < 0 || top > c.Limit:
		return fmt.Errorf("events::top is %d; use 0 to events::limit (%d)", top, c.Limit)
	case top == 0 && c.Threshold == nil:
		return errors.New("events::top is 0 and events::threshold is not set, so no call would ever have an event; " +
			"set one of them, or take the connector out of the receivers of logs pipelines for no events")
	}
	return nil
}

func (c *EventsConfig) validateInterval() error {
	if c.Interval < minEventsInterval {
		return fmt.Errorf("events::interval is %v; use at least %v", c.Interval, minEventsInterval)
	}
	return nil
}

// top resolves the default.
func (c *EventsConfig) top() int {
	switch {
	case c.Top != nil:
		return *c.Top
	case c.Threshold != nil:
		return 0
	default:
		return defaultEventsTop
	}
}

// isSet reports whether somebody expects events.
func (c *EventsConfig) isSet() bool { return c.Threshold != nil || c.Top != nil }

// eventResource is what the resource of an event has of the resource of its call.
var eventResource = []record.Dimension{
	{Name: "service.namespace"},
	{Name: "service.name"},
	{Name: "deployment.environment.name", Fallbacks: []string{"deployment.environment"}},
}

// eventAttributes are what an event has of its call beside the dimensions. Like these they are an
// allow-list: whatever else is on a span, such as prompts, stays there.
var eventAttributes = []record.Dimension{
	{Name: ledger.AttrPricingID},
	{Name: ledger.AttrBillingAccount},
	{Name: ledger.AttrBillingSubaccount},
	{Name: "gen_ai.conversation.id"},
	{Name: "gen_ai.response.id"},
	{Name: "gen_ai.agent.name"},
	{Name: record.AttrErrorType},
}

// eventDimensions are all default and added dimensions, those that metrics exclude included, because an event
// is one record and not a series. What the resource has is left out.
func (c *Config) eventDimensions() []record.Dimension {
	every := Config{Dimensions: c.Dimensions}
	var dims []record.Dimension
	add := func(d record.Dimension) {
		is := func(other record.Dimension) bool { return other.Name == d.Name }
		if !slices.ContainsFunc(eventResource, is) && !slices.ContainsFunc(dims, is) {
			dims = append(dims, d)
		}
	}
	for _, d := range every.resolvedDimensions() {
		add(d)
		if allocation, ok := record.AllocationOf(d.Name); ok {
			add(record.Dimension{Name: allocation})
		}
	}
	for _, d := range eventAttributes {
		add(d)
	}
	return dims
}

func (c *Config) eventSettings() events.Settings {
	s := events.Settings{
		Top:      c.Events.top(),
		Limit:    c.Events.Limit,
		Record:   record.NewReader(c.eventDimensions()),
		Resource: record.NewReader(eventResource),
	}
	if c.Events.Threshold != nil {
		s.HasThreshold = true
		s.Threshold, _ = money.AmountFromFloat(*c.Events.Threshold)
	}
	return s
}
