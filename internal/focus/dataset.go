package focus

import "fmt"

// Dataset is one of the roots that rows are kept apart in. Every importer sums BilledCost over all files that it
// finds, so what was metered and what was billed never share a root.
type Dataset uint8

// The datasets.
const (
	// Metered are estimates made from telemetry.
	Metered Dataset = iota
	// Billed is what providers say that they charged.
	Billed
	// Unpriced are quantities without a price, which no row of the specification can state: a cost is never null there,
	// and an unknown cost is not zero.
	Unpriced

	datasets
)

var datasetNames = [datasets]string{Metered: "metered", Billed: "billed", Unpriced: "unpriced"}

// Datasets returns all datasets.
func Datasets() []Dataset { return []Dataset{Metered, Billed, Unpriced} }

// ParseDataset reads metered, billed or unpriced.
func ParseDataset(s string) (Dataset, error) {
	for d, name := range datasetNames {
		if s == name {
			return Dataset(d), nil
		}
	}
	return 0, fmt.Errorf("unknown dataset %q; known are metered, billed, unpriced", s)
}

// String returns the name, which is also that of the root.
func (d Dataset) String() string {
	if d >= datasets {
		return fmt.Sprintf("Dataset(%d)", uint8(d))
	}
	return datasetNames[d]
}

// Conforms reports whether the dataset's files follow the specification.
func (d Dataset) Conforms() bool { return d != Unpriced }
