package genai

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func members(s string) []string {
	var list []string
	for j := newFlatJSON(s); ; {
		prefix, key, value, ok := j.next()
		if !ok {
			return list
		}
		list = append(list, fmt.Sprintf("%s.%s=%s", prefix, key, value))
	}
}

func TestFlatJSON(t *testing.T) {
	for in, want := range map[string][]string{
		``:                                   nil,
		`[1]`:                                nil,
		`{}`:                                 nil,
		`{"a":1}`:                            {".a=1"},
		` { "a" : 1 , "b" : "x\"y" } `:       {".a=1", `.b=x\"y`},
		`{"a":{"b":2,"c":{"d":3}},"e":null}`: {"a.b=2", "c.d=3", ".e=null"},
		`{"a":[{"b":1},"]"],"c":true}`:       {".c=true"},
		`{"a":1.5e3,"b":-2}`:                 {".a=1.5e3", ".b=-2"},
		`{"a":1`:                             nil,
		`{"a":1,"b`:                          {".a=1"},
		`{"a":1}}{"b":2}`:                    {".a=1"},
		`{"a" 1}`:                            nil,
		`{a:1}`:                              nil,
		`{"a":[1}`:                           nil,
	} {
		assert.Equal(t, want, members(in), in)
	}
	assert.Nil(t, members(`{"a":"`+strings.Repeat("x", maxJSON)+`"}`), "too long")
}

// FuzzFlatJSON compares with encoding/json on everything that is an object of scalars, and demands an
// end on everything else.
func FuzzFlatJSON(f *testing.F) {
	for _, seed := range []string{
		`{"input":176,"output":300,"total":1500,"input_cached_tokens":1024}`, `{"a":{"b":[1,{"c":"d"}]}}`, `{"a":"\\"}`, `{{{`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := members(s)
		var want map[string]json.Number
		if json.Unmarshal([]byte(s), &want) != nil || len(s) > maxJSON || strings.Contains(s, `\`) || !utf8.ValidString(s) {
			return
		}
		for k, v := range want {
			if v != "" {
				assert.Contains(t, got, "."+k+"="+string(v))
			}
		}
	})
}
