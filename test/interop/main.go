package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/billing"
)

func main() {
	binary := flag.String("collector", "../../_build/otelcol-finops", "collector under test, as make build leaves it")
	out := flag.String("page", "", "page to write when everything ran; empty for none")
	captures := flag.String("captures", ".interop/captures", "directory to save each run in, in the shape of testdata/captures")
	only := flag.String("run", "", "run only the pairs instrumentation/scenario that match this expression")
	flag.Parse()
	if err := check(context.Background(), *binary, *out, *captures, *only); err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		os.Exit(1)
	}
}

func check(ctx context.Context, binary, out, captures, only string) error {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	pairs, skipped, err := available(ctx, selected(pattern))
	for _, reason := range skipped {
		fmt.Println("interop: SKIPPED", reason)
	}
	if err != nil || len(pairs) == 0 {
		return err
	}
	collector, err := billing.StartCollector(ctx, binary)
	if err != nil {
		return err
	}
	results := executeAll(ctx, pairs, collector)
	claims, err := collector.Finish()
	if err != nil {
		return err
	}
	outcomes, err := evaluate(results, claims, captures)
	if err != nil {
		return err
	}
	show(outcomes)
	// Only a whole run makes the page: it would lose rows.
	if out != "" && only == "" && len(skipped) == 0 {
		if err := os.WriteFile(out, []byte(page(outcomes)), 0o600); err != nil {
			return err
		}
	}
	return failure(outcomes)
}

// available keeps the pairs whose packages are installed, or can be.
func available(ctx context.Context, pairs []pair) (kept []pair, skipped []string, err error) {
	verdicts := map[string]error{}
	for _, p := range pairs {
		key := p.runtime + "/" + p.environment
		if _, known := verdicts[key]; !known {
			verdicts[key] = runtimes[p.runtime].prepare(ctx, p.environment)
			if verdicts[key] == nil {
				verdicts[key] = refresh(runtimes[p.runtime], p.environment)
			}
			if errors.Is(verdicts[key], errUnreachable) {
				skipped = append(skipped, fmt.Sprintf("%s: %v", key, verdicts[key]))
			}
		}
		switch verdict := verdicts[key]; {
		case verdict == nil:
			kept = append(kept, p)
		case !errors.Is(verdict, errUnreachable):
			return nil, skipped, verdict
		}
	}
	return kept, skipped, nil
}

// failure is the error that a run ends with: something is silently wrong, or did not run.
func failure(outcomes []outcome) error {
	wrong, broken := 0, 0
	for _, o := range outcomes {
		switch {
		case o.err != nil:
			broken++
		case o.verdict.Class == billing.Wrong:
			wrong++
		}
	}
	if wrong+broken > 0 {
		return fmt.Errorf("%d silently wrong, %d did not run", wrong, broken)
	}
	return nil
}
