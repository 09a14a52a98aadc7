package genaicostprocessor

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTextsStayAsTheyWere(t *testing.T) {
	t.Parallel()
	var made texts
	var got, want []string
	for n := range 3 * textBlock / 100 {
		text := strings.Repeat(string(rune('a'+n%26)), 70+n%60)
		made.scratch = append(made.scratch[:0], text...)
		got, want = append(got, made.take()), append(want, text)
	}
	made.scratch = append(made.scratch[:0], strings.Repeat("-", 2*textBlock)...)
	long := made.take()
	made.scratch = made.scratch[:0]
	assert.Empty(t, made.take())
	assert.Equal(t, want, got)
	assert.Equal(t, strings.Repeat("-", 2*textBlock), long)
}

func TestTextsShareAllocations(t *testing.T) {
	made := texts{scratch: []byte("input:176@0.0000025;cache_read:1024@0.00000125;output:300@0.00001")}
	allocs := testing.AllocsPerRun(1000, func() { _ = made.take() })
	assert.Zero(t, allocs, "rounded down: less than one a text")
}
