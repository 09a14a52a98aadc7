package varint

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		unsigned, signed := rapid.Uint64().Draw(t, "unsigned"), rapid.Int64().Draw(t, "signed")
		text, one := rapid.String().Draw(t, "text"), rapid.Byte().Draw(t, "byte")
		raw := binary.AppendUvarint(nil, unsigned)
		raw = AppendText(binary.AppendVarint(raw, signed), text)
		raw = append(raw, one, 'x', 'y')

		r := Reader{Rest: raw}
		assert.Equal(t, unsigned, r.Uvarint())
		assert.Equal(t, signed, r.Varint())
		assert.Equal(t, text, r.Text())
		assert.Equal(t, one, r.Byte())
		assert.Equal(t, "xy", string(r.Take(2)))
		assert.Empty(t, r.Rest)
		assert.False(t, r.Failed())
	})
}

func TestFailureStays(t *testing.T) {
	t.Parallel()
	overlong := bytes.Repeat([]byte{0xff}, 11)
	for name, read := range map[string]func(r *Reader){
		"nothing left":          func(r *Reader) { r.Take(uint64(len(overlong)) + 1) },
		"overlong unsigned":     func(r *Reader) { r.Uvarint() },
		"overlong signed":       func(r *Reader) { r.Varint() },
		"text without a length": func(r *Reader) { _ = r.Text() },
		"refused by the caller": (*Reader).Fail,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := Reader{Rest: overlong}
			read(&r)
			assert.True(t, r.Failed())
			assert.Zero(t, r.Byte())
			assert.Zero(t, r.Uvarint())
			assert.Zero(t, r.Varint())
			assert.Empty(t, r.Text())
			assert.True(t, r.Failed())
		})
	}
}

func TestTextLongerThanTheRecord(t *testing.T) {
	t.Parallel()
	r := Reader{Rest: append(binary.AppendUvarint(nil, 1<<62), "short"...)}
	assert.Empty(t, r.Text())
	assert.True(t, r.Failed())
}
