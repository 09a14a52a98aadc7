package genaipricingextension

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// workshop is a loader of two files whose whole is sound only when all its parts say the same.
type workshop struct {
	*loader
	a, b     string
	whole    string
	outcomes []string
}

var errMixed = errors.New("the parts do not go together")

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	dir := t.TempDir()
	w := &workshop{a: filepath.Join(dir, "a"), b: filepath.Join(dir, "b")}
	parse := func(data []byte) (any, error) {
		if strings.HasPrefix(string(data), "bad") {
			return nil, fmt.Errorf("%s cannot be read", data)
		}
		return string(data), nil
	}
	w.loader = &loader{
		slots: []*slot{{name: "a", path: w.a, parse: parse}, {name: "b", path: w.b, parse: parse}},
		build: func(parts []any) error {
			if parts[0] != parts[1] {
				return errMixed
			}
			w.whole = parts[0].(string)
			return nil
		},
		report: func(_ context.Context, s *slot, o outcome, _ error) {
			w.outcomes = append(w.outcomes, s.name+" "+string(o))
		},
	}
	write(t, w.a, "1")
	write(t, w.b, "1")
	require.NoError(t, w.start(t.Context(), nil))
	w.outcomes = nil
	return w
}

func (w *workshop) read(t *testing.T) []string {
	t.Helper()
	w.outcomes = nil
	w.readFiles(t.Context())
	return w.outcomes
}

func TestLoaderWaitsForFilesThatBelongTogether(t *testing.T) {
	w := newWorkshop(t)
	write(t, w.a, "2")
	assert.Equal(t, []string{"a refused"}, w.read(t))
	assert.Equal(t, "1", w.whole)
	assert.Empty(t, w.read(t), "a refused file is not tried again until something changes")
	write(t, w.b, "2")
	assert.Equal(t, []string{"a loaded", "b loaded"}, w.read(t))
	assert.Equal(t, "2", w.whole)
}

func TestLoaderTakesBackARefusedFile(t *testing.T) {
	w := newWorkshop(t)
	write(t, w.a, "bad")
	assert.Equal(t, []string{"a refused"}, w.read(t))
	assert.False(t, w.slots[0].current())
	write(t, w.a, "1")
	assert.Equal(t, []string{"a loaded"}, w.read(t))
	assert.True(t, w.slots[0].current())
	assert.Equal(t, "1", w.whole)
}

func TestLoaderGoesOnWithoutAFileThatDoesNotFit(t *testing.T) {
	w := newWorkshop(t)
	w.build = func(parts []any) error {
		if parts[0] == "2" {
			return errMixed
		}
		w.whole = fmt.Sprint(parts...)
		return nil
	}
	write(t, w.a, "2")
	assert.Equal(t, []string{"a refused"}, w.read(t))
	write(t, w.b, "3")
	assert.Equal(t, []string{"b loaded"}, w.read(t))
	assert.Equal(t, "13", w.whole)
}

func TestLoaderStartsWithoutAnEndpointsCopyThatDoesNotFit(t *testing.T) {
	w := newWorkshop(t)
	kept := &slot{name: "kept", optional: true, parse: func(d []byte) (any, error) { return string(d), nil }}
	fresh := &loader{slots: append(w.slots, kept), report: w.report, build: func(parts []any) error {
		if parts[2] != nil {
			return errMixed
		}
		return nil
	}}
	require.NoError(t, fresh.start(t.Context(), map[*slot]*content{kept: newContent([]byte("x"), time.Now(), "")}))
	assert.Contains(t, w.outcomes, "kept refused")

	fresh.build = func([]any) error { return errMixed }
	require.ErrorIs(t, fresh.start(t.Context(), nil), errMixed)
}
