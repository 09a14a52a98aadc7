package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/test/interop/mock"
)

// What only a run would show otherwise: that everything which the matrix names is there.
func TestMatrixNamesWhatExists(t *testing.T) {
	t.Parallel()
	scripts := map[string]struct{ extension, setups, function string }{
		"python": {".py", "python/setups.py", `(?m)^def %s\(\)`},
		"js":     {".mjs", "js/setups.mjs", `(?m)^(export (async function %[1]s\(|const %[1]s =)|    %[1]s: )`},
	}
	for _, i := range instrumentations {
		t.Run(i.name, func(t *testing.T) {
			t.Parallel()
			_, err := i.versions()
			require.NoError(t, err)
			assert.FileExists(t, filepath.Join(i.runtime, i.environment, runtimes[i.runtime].pins))
			files := scripts[i.runtime]
			assertDefines(t, files.setups, files.function, i.setup)
			client := filepath.Join(i.runtime, "scenarios", i.client+files.extension)
			for _, name := range i.scenarios {
				assert.True(t, slices.ContainsFunc(scenarios, func(s mock.Scenario) bool { return s.Name == name }), name)
				assertDefines(t, client, files.function, name)
			}
		})
	}
}

func assertDefines(t *testing.T, file, function, name string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	pattern := regexp.MustCompile(regexp.MustCompile(`%(\[1\])?s`).ReplaceAllLiteralString(function, name))
	assert.Regexp(t, pattern, string(text), "%s has no %s", file, name)
}

func TestEachInstrumentationIsOneGroup(t *testing.T) {
	t.Parallel()
	pairs := selected(regexp.MustCompile(""))
	seen := map[*instrumentation]bool{}
	indexes := 0
	for _, group := range byInstrumentation(pairs) {
		i := pairs[group[0]].instrumentation
		assert.False(t, seen[i], i.name)
		seen[i] = true
		for _, index := range group {
			assert.Same(t, i, pairs[index].instrumentation)
			indexes++
		}
	}
	assert.Len(t, pairs, indexes)
	assert.Len(t, seen, len(instrumentations))
}

func TestSelectedByName(t *testing.T) {
	t.Parallel()
	pairs := selected(regexp.MustCompile(`^pydantic-ai-python/messages$`))
	require.Len(t, pairs, 1)
	assert.Equal(t, "pydantic-ai-python/messages", pairs[0].name())
}
