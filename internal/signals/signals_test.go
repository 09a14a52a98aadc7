package signals_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

func TestCounts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		cfg     signals.CountConfig
		service string
		counted []signals.Signal
	}{
		{"unset: records count, sums do not", signals.CountConfig{}, "api", []signals.Signal{signals.Traces, signals.Logs}},
		{"default", signals.CountConfig{Default: signals.Metrics}, "api", []signals.Signal{signals.Metrics}},
		{
			"a service wins over the default",
			signals.CountConfig{Default: signals.Traces, Services: map[string]signals.Signal{"claude-code": signals.Metrics}},
			"claude-code",
			[]signals.Signal{signals.Metrics},
		},
		{
			"services without a default",
			signals.CountConfig{Services: map[string]signals.Signal{"claude-code": signals.Metrics}},
			"api",
			[]signals.Signal{signals.Traces, signals.Logs},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, signal := range []signals.Signal{signals.Traces, signals.Logs, signals.Metrics} {
				assert.Equal(t, slices.Contains(tt.counted, signal), tt.cfg.Counts(tt.service, signal), signal)
			}
		})
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, confmap.Validate(&signals.CountConfig{}))
	require.ErrorContains(t, confmap.Validate(&signals.CountConfig{Default: "spans"}),
		`"spans" is not a signal: use traces, logs or metrics`)
	require.ErrorContains(t, confmap.Validate(&signals.CountConfig{Services: map[string]signals.Signal{"api": ""}}),
		"name a service.name and the signal that counts for it")
}
