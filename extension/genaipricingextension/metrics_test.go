package genaipricingextension

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func sums(t *testing.T, m metricdata.Metrics) []metricdata.DataPoint[int64] {
	t.Helper()
	data, ok := m.Data.(metricdata.Sum[int64])
	require.True(t, ok)
	return data.DataPoints
}

func gauges(t *testing.T, m metricdata.Metrics) []metricdata.DataPoint[int64] {
	t.Helper()
	data, ok := m.Data.(metricdata.Gauge[int64])
	require.True(t, ok)
	return data.DataPoints
}

func floatGauges(t *testing.T, m metricdata.Metrics) []metricdata.DataPoint[float64] {
	t.Helper()
	data, ok := m.Data.(metricdata.Gauge[float64])
	require.True(t, ok)
	return data.DataPoints
}
