package accounts_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/accounts"
)

const table = `# who pays
provider,service,key_id,endpoint,account,subaccount
openai,,,,org-main,
openai,checkout,,,org-main,proj-checkout
,,key_7,,org-research,proj-7
azure.ai.openai,*,,eu.example.com,sub-eu,
`

func TestFindTakesTheMostSpecificRow(t *testing.T) {
	parsed, err := accounts.Parse("accounts.csv", []byte(table))
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		key  accounts.Key
		want accounts.Account
	}{
		"provider": {accounts.Key{Provider: "openai", Service: "search"}, accounts.Account{Account: "org-main"}},
		"service": {
			accounts.Key{Provider: "openai", Service: "checkout"},
			accounts.Account{Account: "org-main", Subaccount: "proj-checkout"},
		},
		"key before service": {
			accounts.Key{Provider: "openai", Service: "checkout", KeyID: "key_7"},
			accounts.Account{Account: "org-research", Subaccount: "proj-7"},
		},
		"endpoint": {
			accounts.Key{Provider: "azure.ai.openai", Endpoint: "eu.example.com", Service: "x"},
			accounts.Account{Account: "sub-eu"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := parsed.Find(tc.key)
			assert.True(t, ok)
			assert.Equal(t, tc.want, got)
		})
	}
	_, ok := parsed.Find(accounts.Key{Provider: "anthropic", Service: "checkout"})
	assert.False(t, ok, "no row matches")
	_, ok = new(accounts.Table).Find(accounts.Key{Provider: "openai"})
	assert.False(t, ok, "the zero table knows nobody")
}

// Telemetry may name a virtual key and the account behind it; the table need not have both.
func TestFindByKeysTakesTheFirstThatIsKnown(t *testing.T) {
	parsed, err := accounts.Parse("accounts.csv", []byte("key_id,service,account\nkey,,by-key\nproject,checkout,by-project\ncloud,,by-cloud\n,checkout,by-service\n"))
	require.NoError(t, err)
	for want, keys := range map[string][]string{
		"by-key":     {"key", "project", "cloud"},
		"by-project": {"unknown", "project", "cloud"},
		"by-cloud":   {"unknown", "cloud", "key"},
		"by-service": {"unknown", "unknown as well"},
	} {
		got, ok := parsed.FindByKeys(accounts.Key{Service: "checkout", KeyID: "key"}, keys)
		assert.True(t, ok, want)
		assert.Equal(t, accounts.Account{Account: want}, got)
	}
	got, _ := parsed.FindByKeys(accounts.Key{Service: "checkout"}, nil)
	assert.Equal(t, accounts.Account{Account: "by-service"}, got)
	_, ok := parsed.FindByKeys(accounts.Key{Service: "search"}, []string{"project"})
	assert.False(t, ok, "the row is for another service")
}

func TestParseRefuses(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"unknown column":   {"provider,acount\n", `accounts.csv:1: unknown column "acount"`},
		"no account":       {"provider,subaccount\n", "accounts.csv:1: column account is missing"},
		"column twice":     {"account,account\n", `accounts.csv:1: column "account" appears twice`},
		"empty":            {"", "accounts.csv:1: the header cannot be read"},
		"empty account":    {"provider,account\nopenai,\n", "accounts.csv:2: account is empty"},
		"row twice":        {"provider,account\nopenai,a\n\nopenai,b\n", "accounts.csv:4: matches the same calls as line 2"},
		"too few fields":   {"provider,account\nopenai\n", "accounts.csv: record on line 2"},
		"unfinished quote": {"provider,account\n\"openai,a\n", "accounts.csv: parse error on line 2"},
	} {
		t.Run(name, func(t *testing.T) {
			parsed, err := accounts.Parse("accounts.csv", []byte(tc.text))
			assert.Nil(t, parsed)
			require.ErrorContains(t, err, tc.want)
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(table))
	f.Add([]byte("\xef\xbb\xbfaccount,key_id\na,\"b\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsed, err := accounts.Parse("f", data)
		assert.Equal(t, err == nil, parsed != nil)
	})
}

func BenchmarkFind(b *testing.B) {
	parsed, err := accounts.Parse("accounts.csv", []byte(table))
	require.NoError(b, err)
	key := accounts.Key{Provider: "openai", Service: "checkout", Endpoint: "api.openai.com"}
	b.ReportAllocs()
	for b.Loop() {
		parsed.Find(key)
	}
}
