package pricing

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPackReadsBack(t *testing.T) {
	var files []*File
	for _, path := range []string{"testdata/catalog/anthropic.yaml", "testdata/catalog/openai.yaml"} {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		files = append(files, parse(t, string(data)))
	}
	packed, err := Pack(files)
	require.NoError(t, err)
	again, err := Pack(files)
	require.NoError(t, err)
	assert.Equal(t, packed, again)

	got, err := Unpack(packed)
	require.NoError(t, err)
	require.Len(t, got, len(files))
	for i := range got {
		assert.Empty(t, got[i].Models[0].Prices, "prices wait until they are asked for")
		assert.NotEmpty(t, got[i].Models[0].PriceLists())
		got[i].Expand()
		got[i].digest, files[i].digest = nil, nil
		assert.Equal(t, files[i], got[i])
	}
}

func TestUnpackRefusesOtherText(t *testing.T) {
	for _, text := range []string{"", "finops/v1", packMagic + "M {}\t[]\n", packMagic + "F {\n", packMagic + "X\n", packMagic + "F {}\nM {]\n"} {
		_, err := Unpack([]byte(text))
		assert.Error(t, err, "%q", text)
	}
	m := Model{packed: []byte("[{")}
	assert.Empty(t, m.PriceLists())
}
