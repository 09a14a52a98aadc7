package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// node is a JSON value and its offset in the document.
type node struct {
	raw json.RawMessage
	at  int
}

// member is one key of a JSON object, or one element of an array.
type member struct {
	key string
	node
}

// document is a whole source; it finds lines for offsets.
type document struct {
	name string
	data []byte
}

func (d *document) root() node { return node{d.data, 0} }

// line of an offset, from 1.
func (d *document) line(at int) int {
	return 1 + bytes.Count(d.data[:min(at, len(d.data))], []byte{'\n'})
}

// object splits a JSON object into its members, keeping their order, which decides
// between entries that match the same name.
func (d *document) object(n node) ([]member, error) {
	return d.members(n, '{', func(decoder *json.Decoder) (string, error) {
		token, err := decoder.Token()
		key, _ := token.(string)
		return key, err
	})
}

// array splits a JSON array into its elements.
func (d *document) array(n node) ([]member, error) {
	return d.members(n, '[', func(*json.Decoder) (string, error) { return "", nil })
}

func (d *document) members(n node, open json.Delim, key func(*json.Decoder) (string, error)) ([]member, error) {
	decoder := json.NewDecoder(bytes.NewReader(n.raw))
	fail := func(err error) ([]member, error) {
		return nil, fmt.Errorf("%s: line %d: %w", d.name, d.line(n.at+errorOffset(n.raw, decoder)), err)
	}
	if err := expectDelim(decoder, open); err != nil {
		return fail(err)
	}
	var members []member
	for decoder.More() {
		name, err := key(decoder)
		if err != nil {
			return fail(err)
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return fail(err)
		}
		at := n.at + int(decoder.InputOffset()) - len(value)
		members = append(members, member{name, node{value, at}})
	}
	if err := expectEnd(decoder); err != nil {
		return fail(err)
	}
	return members, nil
}

// errorOffset is where a decoder failed. Its own offset is the beginning of the value that is malformed;
// that of a syntax error is exact only for a whole text.
func errorOffset(raw []byte, decoder *json.Decoder) int {
	if syntax, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(raw, new(json.RawMessage))); ok {
		return int(syntax.Offset)
	}
	return int(decoder.InputOffset())
}

func expectDelim(decoder *json.Decoder, want json.Delim) error {
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("expected %q, found %v", want.String(), token)
	}
	return nil
}

func expectEnd(decoder *json.Decoder) error {
	if _, err := decoder.Token(); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more after the end of the JSON value")
	}
	return nil
}

// text is the value of a JSON string, and false for any other value.
func (n node) text() (string, bool) {
	var s string
	if len(n.raw) == 0 || n.raw[0] != '"' || json.Unmarshal(n.raw, &s) != nil {
		return "", false
	}
	return s, true
}

// kind is the first character of the value, which tells its type.
func (n node) kind() byte {
	if len(n.raw) == 0 {
		return 0
	}
	return n.raw[0]
}

func (n node) isNull() bool { return n.kind() == 'n' }

// number is a JSON number, or a JSON string that holds one.
func (n node) number() (decimal, error) {
	if s, ok := n.text(); ok {
		return parseDecimal(s)
	}
	return parseDecimal(string(n.raw))
}
