package pricing

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
)

// A packed catalog is the form of catalog files that loads fastest: what a name look-up needs is read at once, prices
// when a model is first used. It is text of lines:
//
//	finops-pack/1
//	F <file without models, JSON>
//	M <model without prices, JSON> TAB <prices, JSON>
//
// each model belonging to the file before it. JSON writes maps in the order of their keys, so equal files have
// equal packs.
const packMagic = "finops-pack/1\n"

// Pack writes checked files in packed form.
func Pack(files []*File) ([]byte, error) {
	out := bytes.NewBufferString(packMagic)
	for _, f := range files {
		head := *f
		head.Models = nil
		if err := packLine(out, 'F', head); err != nil {
			return nil, err
		}
		for i := range f.Models {
			names := f.Models[i]
			prices := names.PriceLists()
			names.Prices = nil
			if err := packLine(out, 'M', names, prices); err != nil {
				return nil, err
			}
		}
	}
	return out.Bytes(), nil
}

func packLine(out *bytes.Buffer, kind byte, parts ...any) error {
	out.WriteByte(kind)
	for i, part := range parts {
		data, err := json.Marshal(part)
		if err != nil {
			return err
		}
		out.WriteByte(" \t"[min(i, 1)])
		out.Write(data)
	}
	out.WriteByte('\n')
	return nil
}

// Unpack reads what Pack wrote. The files are taken as checked, so data must come from a trusted place. Prices
// are left packed; use [Model.PriceLists].
func Unpack(data []byte) ([]*File, error) {
	data, ok := bytes.CutPrefix(data, []byte(packMagic))
	if !ok {
		return nil, fmt.Errorf("packed catalog: must begin with %q", packMagic)
	}
	var files []*File
	for n := 2; len(data) > 0; n++ {
		var line []byte
		line, data, _ = bytes.Cut(data, []byte("\n"))
		var err error
		if files, err = unpackLine(files, line); err != nil {
			return nil, fmt.Errorf("packed catalog: line %d: %w", n, err)
		}
	}
	return files, nil
}

func unpackLine(files []*File, line []byte) ([]*File, error) {
	switch {
	case bytes.HasPrefix(line, []byte("F ")):
		f := &File{checked: true}
		digest := sha256.Sum256(line)
		f.digest = digest[:]
		return append(files, f), json.Unmarshal(line[2:], f)
	case bytes.HasPrefix(line, []byte("M ")) && len(files) > 0:
		f := files[len(files)-1]
		names, prices, _ := bytes.Cut(line[2:], []byte("\t"))
		f.Models = append(f.Models, Model{packed: prices})
		digest := sha256.Sum256(append(f.digest, line...))
		f.digest = digest[:]
		return files, json.Unmarshal(names, &f.Models[len(f.Models)-1])
	default:
		return nil, fmt.Errorf("%.20q is neither a file nor a model", line)
	}
}

// PriceLists returns the model's prices, also those of a packed catalog.
func (m *Model) PriceLists() []PriceList {
	if m.packed == nil {
		return m.Prices
	}
	var prices []PriceList
	if err := json.Unmarshal(m.packed, &prices); err != nil {
		return nil
	}
	return prices
}

// Expand unpacks the prices of all models into their Prices.
func (f *File) Expand() {
	for i := range f.Models {
		f.Models[i].Prices, f.Models[i].packed = f.Models[i].PriceLists(), nil
	}
}
