package publish

import (
	"strconv"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/book"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
)

// Partition returns the directory of charges of a day: metered/billing_period=2026-11/day=2026-11-24.
func Partition(dataset focus.Dataset, day time.Time) string {
	start, _ := focus.BillingPeriod(day)
	return dataset.String() + "/billing_period=" + start.Format("2006-01") + "/day=" + day.UTC().Format(time.DateOnly)
}

// writerLength is how much of a writer's identity is in names: 48 bits tell apart more replicas than there are.
const writerLength = 12

// Names makes the names of one writer's files.
type Names struct {
	// Writer tells apart replicas that write to the same place.
	Writer string
	// Grain is the length of a charge period.
	Grain     time.Duration
	Extension string
}

// Of returns the name of a book's file.
func (n Names) Of(label book.Label, sequence uint64) string {
	period := "2006-01-02T15"
	if n.Grain >= 24*time.Hour {
		period = time.DateOnly
	}
	name := label.Start().Format(period) + "-" + n.writer() + "-" + strconv.FormatUint(sequence, 10) + n.Extension
	switch {
	case label.Late:
		name = "late-" + name
	case label.Commitments:
		name = "commitments-" + name
	}
	return Partition(label.Dataset, label.Partition()) + "/" + name
}

func (n Names) writer() string {
	short := strings.ReplaceAll(n.Writer, "-", "")
	return short[:min(len(short), writerLength)]
}
