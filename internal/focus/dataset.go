package focus

import (
	"fmt"
	"strings"
)

// Dataset is one of the roots that rows are kept apart in. Every importer sums BilledCost over all files that it
// finds, so what was metered and what was billed never share a root.
type Dataset uint8

// The datasets. Their numbers are in the storage of exporters: a new one comes last.
const (
	// Metered are estimates made from telemetry.
	Metered Dataset = iota
	// Billed is what providers say that they charged.
	Billed
	// Unpriced are quantities without a price, which no row of the specification can state: a cost is never null there,
	// and an unknown cost is not zero.
	Unpriced
	// BilledUsage is what providers say that they counted, beside what they charged for it. Reports count and charge by other
	// dimensions, so that no row could state both.
	BilledUsage

	datasets
)

var datasetNames = [datasets]string{Metered: "metered", Billed: "billed", Unpriced: "unpriced", BilledUsage: "billed_usage"}

// Datasets returns all datasets.
func Datasets() []Dataset { return []Dataset{Metered, Billed, Unpriced, BilledUsage} }

// ParseDataset reads the name of a dataset.
func ParseDataset(s string) (Dataset, error) {
	for d, name := range datasetNames {
		if s == name {
			return Dataset(d), nil
		}
	}
	return 0, fmt.Errorf("unknown dataset %q; known are %s", s, strings.Join(datasetNames[:], ", "))
}

// String returns the name, which is also that of the root.
func (d Dataset) String() string {
	if d >= datasets {
		return fmt.Sprintf("Dataset(%d)", uint8(d))
	}
	return datasetNames[d]
}

// Conforms reports whether the dataset's files follow the specification, in which every row has a cost.
func (d Dataset) Conforms() bool { return d == Metered || d == Billed }
