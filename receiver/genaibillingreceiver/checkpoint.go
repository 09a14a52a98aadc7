package genaibillingreceiver

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// checkpoint is how far a source has got. It is replaced, never changed: the one in use stays until what was
// read after it is accepted.
type checkpoint struct {
	// Version is of this form.
	Version int `json:"version"`
	// Final is the first day that is not final; zero before the first reading.
	Final time.Time `json:"final"`
	// Since is the first day that was ever read: months that began before it are not whole.
	Since time.Time `json:"since"`
	// Totals are the sums of the days that month-to-date needs.
	Totals []dayTotal `json:"totals"`
}

// checkpointVersion changes with the form; a checkpoint of another is read as none, and days are read again.
const checkpointVersion = 1

// dayTotal is the sum of a day's charges that have these in common.
type dayTotal struct {
	Day time.Time `json:"day"`
	totalKey
	Amount money.Amount `json:"amount"`
}

// totalKey is what month-to-date tells apart.
type totalKey struct {
	Provider   string `json:"provider"`
	Account    string `json:"account"`
	Subaccount string `json:"subaccount"`
	Category   string `json:"category"`
	Currency   string `json:"currency"`
}

// after returns the checkpoint after the snapshots, of which there is at least one. Days that no month in use needs are dropped.
func (c *checkpoint) after(snapshots []billed.Snapshot, oldest time.Time) checkpoint {
	next := checkpoint{Version: checkpointVersion, Final: c.Final, Since: c.Since}
	if next.Since.IsZero() {
		next.Since = snapshots[0].Day
	}
	read := map[time.Time]bool{}
	for i := range snapshots {
		s := &snapshots[i]
		read[s.Day] = true
		if s.Final {
			next.Final = s.Day.Add(day)
		}
		next.Totals = append(next.Totals, totals(s)...)
	}
	for _, t := range c.Totals {
		if !read[t.Day] && !t.Day.Before(oldest) {
			next.Totals = append(next.Totals, t)
		}
	}
	return next
}

// totals adds a day's charges up, in the order in which they came.
func totals(s *billed.Snapshot) []dayTotal {
	var sums []dayTotal
	at := map[totalKey]int{}
	for i := range s.Charges {
		c := &s.Charges[i]
		k := totalKey{c.Provider, c.Account, c.Subaccount, c.Category, c.Currency}
		j, ok := at[k]
		if !ok {
			j = len(sums)
			at[k] = j
			sums = append(sums, dayTotal{Day: s.Day, totalKey: k})
		}
		sums[j].Amount = sums[j].Amount.Add(c.Amount)
	}
	return sums
}

// month adds the days of a month up.
func (c *checkpoint) month(start time.Time) map[totalKey]money.Amount {
	end := start.AddDate(0, 1, 0)
	sums := map[totalKey]money.Amount{}
	for _, t := range c.Totals {
		if !t.Day.Before(start) && t.Day.Before(end) {
			sums[t.totalKey] = sums[t.totalKey].Add(t.Amount)
		}
	}
	return sums
}

// checkpoints keeps them across restarts.
type checkpoints struct{ client storage.Client }

func openCheckpoints(ctx context.Context, host component.Host, id *component.ID, own component.ID) (*checkpoints, error) {
	if id == nil {
		return &checkpoints{storage.NewNopClient()}, nil
	}
	ext, ok := host.GetExtensions()[*id]
	if !ok {
		return nil, fmt.Errorf("storage: extension %q is not configured; add it under service::extensions", id)
	}
	store, ok := ext.(storage.Extension)
	if !ok {
		return nil, fmt.Errorf("storage: extension %q stores nothing; name a storage extension such as file_storage", id)
	}
	client, err := store.GetClient(ctx, component.KindReceiver, own, "")
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	return &checkpoints{client}, nil
}

// load returns an empty checkpoint when there is none that can be read.
func (s *checkpoints) load(ctx context.Context, source string) (checkpoint, error) {
	data, err := s.client.Get(ctx, source)
	if err != nil || data == nil {
		return checkpoint{}, err
	}
	var c checkpoint
	if err := json.Unmarshal(data, &c); err != nil {
		return checkpoint{}, fmt.Errorf("checkpoint of %s: %w", source, err)
	}
	if c.Version != checkpointVersion {
		return checkpoint{}, nil
	}
	return c, nil
}

func (s *checkpoints) save(ctx context.Context, source string, c *checkpoint) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return s.client.Set(ctx, source, data)
}

func (s *checkpoints) close(ctx context.Context) error {
	if s == nil {
		return nil
	}
	return s.client.Close(ctx)
}

// sortedKeys puts the keys of a month's sums in an order that does not change.
func sortedKeys(sums map[totalKey]money.Amount) []totalKey {
	keys := make([]totalKey, 0, len(sums))
	for k := range sums {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b totalKey) int {
		return slices.Compare(a.texts(), b.texts())
	})
	return keys
}

func (k *totalKey) texts() []string {
	return []string{k.Currency, k.Provider, k.Account, k.Subaccount, k.Category}
}
