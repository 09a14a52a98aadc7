package accounts_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/accounts"
)

func TestProvidersMayBeSpeltInAnyWay(t *testing.T) {
	table, err := accounts.Parse("accounts.csv", []byte("provider,endpoint,account\nazure,a.example,by-endpoint\nAzure-OpenAI,,by-provider\nown-gpus,,own\n"))
	require.NoError(t, err)
	for want, key := range map[string]accounts.Key{
		"by-endpoint": {Provider: "azure.ai.openai", Endpoint: "a.example"},
		"by-provider": {Provider: "azure.ai.openai", Endpoint: "b.example"},
		"own":         {Provider: "own-gpus"},
	} {
		got, ok := table.Find(key)
		assert.True(t, ok, want)
		assert.Equal(t, want, got.Account)
	}
	_, err = accounts.Parse("accounts.csv", []byte("provider,account\nazure,one\nazure.ai.openai,two\n"))
	assert.ErrorContains(t, err, "matches the same calls as line 2")
}
