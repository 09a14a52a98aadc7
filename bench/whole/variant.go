package whole

import (
	"github.com/otelcol-finops/otelcol-finops/bench/peers"
	"github.com/otelcol-finops/otelcol-finops/bench/workload"
)

// Endpoints of the collector under test; on this host only.
const (
	OTLP       = "127.0.0.1:24317"
	Prometheus = "127.0.0.1:28889"
)

// FloorBaseline is the variant that the floor is measured against: the same binary, doing nothing.
const FloorBaseline = "nop (floor's collector)"

// Variant is one way to configure a collector.
type Variant struct {
	Name string
	// Floor is set when the variant needs the collector that has the floor's components.
	Floor bool
	// Requests is the counter on the Prometheus page that counts the model calls, if any.
	Requests string
	Config   map[string]any
}

// Variants are measured against each other, the first of each binary being its base line.
func Variants() []Variant {
	return []Variant{
		{Name: "nop", Config: config(nil, nil)},
		{
			Name: "gen_ai_cost", Requests: "finops_requests_total",
			Config: config(map[string]any{"gen_ai_cost": nil}, map[string]any{"gen_ai_cost": map[string]any{
				"metrics_flush_interval": "1s",
			}}),
		},
		{
			Name: "gen_ai_cost processor only", Config: config(map[string]any{"gen_ai_cost": nil}, nil),
		},
		{
			Name: "transform + signal_to_metrics", Requests: "peer_requests_total",
			Config: config(map[string]any{"transform": peers.TransformWhere(workload.Current)},
				map[string]any{"signal_to_metrics": peers.SignalToMetrics()}),
		},
		{Name: FloorBaseline, Floor: true, Config: config(nil, nil)},
		{
			Name: "floor", Floor: true, Requests: "floor_requests_total",
			Config: config(map[string]any{"floor": nil}, map[string]any{"floor": map[string]any{"flush_interval": "1s"}}),
		},
	}
}

// config is a collector that receives OTLP, runs the processors, and shows the metrics of
// the connector, if there is one, on a Prometheus page. The traces themselves go nowhere.
func config(processors, connectors map[string]any) map[string]any {
	traces := map[string]any{"receivers": []string{"otlp"}, "processors": names(processors), "exporters": append([]string{"nop"}, names(connectors)...)}
	pipelines := map[string]any{"traces": traces}
	exporters := map[string]any{"nop": nil}
	if len(connectors) > 0 {
		exporters["prometheus"] = map[string]any{"endpoint": Prometheus, "without_scope_info": true}
		pipelines["metrics"] = map[string]any{"receivers": names(connectors), "exporters": []string{"prometheus"}}
	}
	return map[string]any{
		"receivers":  map[string]any{"otlp": map[string]any{"protocols": map[string]any{"grpc": map[string]any{"endpoint": OTLP, "max_recv_msg_size_mib": 32}}}},
		"processors": processors,
		"connectors": connectors,
		"exporters":  exporters,
		"service": map[string]any{
			"pipelines": pipelines,
			"telemetry": map[string]any{"metrics": map[string]any{"level": "none"}},
		},
	}
}

func names(components map[string]any) []string {
	keys := make([]string, 0, len(components))
	for k := range components {
		keys = append(keys, k)
	}
	return keys
}
