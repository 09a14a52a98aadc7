package focus

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDatasets(t *testing.T) {
	// The numbers are in the storage of exporters.
	assert.Equal(t, []Dataset{0, 2, 1, 3}, []Dataset{Metered, Unpriced, Billed, BilledUsage})
	var conform []Dataset
	for _, d := range Datasets() {
		parsed, err := ParseDataset(d.String())
		require.NoError(t, err)
		assert.Equal(t, d, parsed)
		assert.True(t, all.Has(d))
		if d.Conforms() {
			conform = append(conform, d)
		}
	}
	assert.Equal(t, []Dataset{Metered, Billed}, conform)
	assert.Len(t, Datasets(), int(datasets))
	_, err := ParseDataset("estimated")
	require.EqualError(t, err, `unknown dataset "estimated"; known are metered, billed, unpriced, billed_usage`)
	assert.Equal(t, "Dataset(4)", datasets.String())
}
