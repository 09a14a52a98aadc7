package e2e

import (
	"encoding/csv"
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/books"
)

// kills is how often the collector of the test below is killed.
const kills = 20

// Whenever the collector is killed, the files hold each call once in the end: what was acknowledged is
// durable, and what a client sends again because it was not is recognised.
func TestFocusSurvivesKills(t *testing.T) {
	t.Parallel()
	s := newSetup(t, time.Second, "storage.yaml", "focus.yaml")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, seed))
	var sent []ptrace.Traces
	for range kills {
		sent = append(sent, sendUntil(t, s, sent, time.Duration(random.Int64N(int64(600*time.Millisecond))))...)
	}
	require.Greater(t, len(sent), 2*kills, "too few batches got through to say anything")

	// What nobody has an answer for is sent again, and with it all the rest: now the file exporter has every span.
	require.NoError(t, os.Remove(filepath.Join(s.directory, "spans.json")))
	c := s.start(t)
	client := dial(t, c.grpc())
	for _, traces := range sent {
		require.NoError(t, client.send(t.Context(), traces))
	}
	c.stop(t)
	spans := s.exported(t, len(sent)*killBatch)
	assertSameCosts(t, costsOf(spans), focusCosts(t, filepath.Join(s.directory, "focus", "metered")))
}

// sendUntil sends new batches until the collector is killed after that time; the last, which got no answer, is
// among them.
func sendUntil(t *testing.T, s *setup, before []ptrace.Traces, after time.Duration) (sent []ptrace.Traces) {
	t.Helper()
	c := s.start(t)
	client := dial(t, c.grpc())
	if len(before) > 0 {
		_, err := client.resend(t.Context(), before[len(before)-1])
		require.NoError(t, err)
	}
	killed := time.AfterFunc(after, c.Kill)
	defer killed.Stop()
	for {
		traces := calls(len(before)+len(sent), killBatch)
		sent = append(sent, traces)
		if err := client.send(t.Context(), traces); err != nil {
			return sent
		}
	}
}

// owner is what the costs of these tests are compared by.
type owner struct{ team, model string }

// costsOf adds up what spans cost.
func costsOf(spans books.Books) map[owner]*big.Rat {
	costs := map[owner]*big.Rat{}
	for _, span := range spans {
		if len(span.Lines) > 0 {
			add(costs, owner{span.Text("finops.team"), span.Text("finops.model.name")}, span.Amount())
		}
	}
	return costs
}

func add(costs map[owner]*big.Rat, of owner, amount *big.Rat) {
	if costs[of] == nil {
		costs[of] = new(big.Rat)
	}
	costs[of].Add(costs[of], amount)
}

// focusCosts adds up the CSV files below root, without any code of the exporter.
func focusCosts(t *testing.T, root string) map[owner]*big.Rat {
	t.Helper()
	costs := map[owner]*big.Rat{}
	for _, path := range glob(t, filepath.Join(root, "*", "*", "*.csv")) {
		file, err := os.Open(path)
		require.NoError(t, err)
		records, err := csv.NewReader(file).ReadAll()
		require.NoError(t, err)
		require.NoError(t, file.Close())
		column := map[string]int{}
		for i, name := range records[0] {
			column[name] = i
		}
		for _, record := range records[1:] {
			amount, ok := new(big.Rat).SetString(record[column["EffectiveCost"]])
			require.True(t, ok)
			add(costs, owner{tag(t, record[column["Tags"]], "team"), record[column["x_Model"]]}, amount)
		}
	}
	return costs
}

// tag returns one of the tags of a row.
func tag(t *testing.T, tags, key string) string {
	t.Helper()
	var values map[string]string
	require.NoError(t, json.Unmarshal([]byte(tags), &values))
	return values[key]
}

// assertSameCosts compares to the last digit.
func assertSameCosts(t *testing.T, want, got map[owner]*big.Rat) {
	t.Helper()
	require.NotEmpty(t, want)
	assert.Len(t, got, len(want))
	for of, amount := range want {
		if assert.Contains(t, got, of) {
			assert.Equal(t, amount.RatString(), got[of].RatString(), "%v", of)
		}
	}
}
