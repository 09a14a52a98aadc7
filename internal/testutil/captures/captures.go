// Package captures loads the corpus under testdata/captures: what published GenAI instrumentations
// exported for calls to a mock provider, and beside each export the truth, what the provider
// would have billed.
package captures

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

const truthSuffix = ".truth.json"

// Case is one captured scenario of one instrumentation. Signals that were not exported are empty.
type Case struct {
	Instrumentation string
	Name            string
	Traces          ptrace.Traces
	Logs            plog.Logs
	Metrics         pmetric.Metrics
	Truth           Truth
}

// ID names the case within the corpus: instrumentation/name.
func (c Case) ID() string { return c.Instrumentation + "/" + c.Name }

// Load reads all cases below dir, in order of their IDs.
func Load(dir string) ([]Case, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*", "*"+truthSuffix))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no captures below %s", dir)
	}
	sort.Strings(files)
	cases := make([]Case, 0, len(files))
	for _, file := range files {
		c, err := loadCase(strings.TrimSuffix(file, truthSuffix))
		if err != nil {
			return nil, err
		}
		cases = append(cases, c)
	}
	return cases, nil
}

func loadCase(stem string) (Case, error) {
	c := Case{
		Instrumentation: filepath.Base(filepath.Dir(stem)),
		Name:            filepath.Base(stem),
		Traces:          ptrace.NewTraces(),
		Logs:            plog.NewLogs(),
		Metrics:         pmetric.NewMetrics(),
	}
	data, err := os.ReadFile(stem + truthSuffix)
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(data, &c.Truth); err != nil {
		return c, fmt.Errorf("%s%s: %w", stem, truthSuffix, err)
	}
	if err := signal(stem+".json", &c.Traces, (&ptrace.JSONUnmarshaler{}).UnmarshalTraces); err != nil {
		return c, err
	}
	if err := signal(stem+".logs.json", &c.Logs, (&plog.JSONUnmarshaler{}).UnmarshalLogs); err != nil {
		return c, err
	}
	return c, signal(stem+".metrics.json", &c.Metrics, (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics)
}

// signal reads one OTLP/JSON file, if there is one.
func signal[T any](file string, into *T, unmarshal func([]byte) (T, error)) error {
	data, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	v, err := unmarshal(data)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	*into = v
	return nil
}
