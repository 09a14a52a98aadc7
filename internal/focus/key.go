package focus

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// keyVersion begins every key; it changes when the fields of [Charge] do.
const keyVersion = 1

// ErrKey is wrapped by the errors of [ParseKey].
var ErrKey = errors.New("invalid key of a charge")

const (
	flagLate = 1 << iota
	flagSpend
)

// AppendKey appends the identity of the charge: equal charges have equal keys, different ones different keys, and
// [ParseKey] gives the charge back. Tags must be sorted. Times are kept to the second.
func (c *Charge) AppendKey(dst []byte) []byte {
	dst = append(dst, keyVersion, byte(c.Meter), c.flags())
	dst = binary.AppendVarint(dst, c.Start.Unix())
	dst = binary.AppendVarint(dst, c.End.Unix()-c.Start.Unix())
	for _, price := range []money.UnitPrice{c.Effective, c.Contracted, c.List} {
		dst, _ = price.AppendBinary(dst) // never an error
	}
	for _, text := range c.texts() {
		dst = appendText(dst, *text)
	}
	dst = appendText(dst, string(c.Status))
	dst = appendText(dst, string(c.Reason))
	dst = appendText(dst, string(c.Confidence))
	dst = appendText(dst, string(c.Source))
	dst = binary.AppendUvarint(dst, uint64(c.Shared.Weight))
	dst = binary.AppendUvarint(dst, c.Shared.Total)
	dst = binary.AppendUvarint(dst, uint64(len(c.Tags)))
	for _, t := range c.Tags {
		dst = appendText(appendText(dst, t.Key), t.Value)
	}
	return dst
}

// texts are the fields that are plain texts, in the order of the key.
func (c *Charge) texts() [14]*string {
	return [...]*string{
		&c.Provider, &c.Account, &c.Subaccount, &c.Model, &c.Version, &c.ServiceTier, &c.Region, &c.PricingID, &c.Currency,
		&c.Commitment.ID, &c.Commitment.Name, &c.Commitment.Type, &c.Shared.Dimension, &c.Shared.Value,
	}
}

func (c *Charge) flags() byte {
	var f byte
	if c.Late {
		f |= flagLate
	}
	if c.Commitment.Spend {
		f |= flagSpend
	}
	return f
}

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// ParseKey reads what [Charge.AppendKey] wrote.
func ParseKey(key []byte) (Charge, error) {
	k := keyReader{rest: key}
	if v := k.byte(); v != keyVersion {
		return Charge{}, fmt.Errorf("%w: version %d; want %d", ErrKey, v, keyVersion)
	}
	var c Charge
	c.Meter = meter.Meter(k.byte())
	flags := k.byte()
	c.Late, c.Commitment.Spend = flags&flagLate != 0, flags&flagSpend != 0
	start := k.varint()
	c.Start = time.Unix(start, 0).UTC()
	c.End = time.Unix(start+k.varint(), 0).UTC()
	c.Effective, c.Contracted, c.List = k.price(), k.price(), k.price()
	for _, text := range c.texts() {
		*text = k.text()
	}
	c.Status, c.Reason = ledger.Status(k.text()), ledger.Reason(k.text())
	c.Confidence, c.Source = ledger.Confidence(k.text()), ledger.CostSource(k.text())
	c.Shared.Weight, c.Shared.Total = uint32(k.uvarint()), k.uvarint()
	c.Tags = k.tags()
	if k.failed || len(k.rest) > 0 || int(c.Meter) >= meter.Count {
		return Charge{}, ErrKey
	}
	return c, nil
}

// keyReader takes fields off a key; once it fails, all that follows is zero.
type keyReader struct {
	rest   []byte
	failed bool
}

func (k *keyReader) take(n uint64) []byte {
	if n > uint64(len(k.rest)) {
		k.failed, k.rest = true, nil
		return nil
	}
	taken := k.rest[:n]
	k.rest = k.rest[n:]
	return taken
}

func (k *keyReader) byte() byte {
	if b := k.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (k *keyReader) uvarint() uint64 {
	v, n := binary.Uvarint(k.rest)
	k.take(width(n))
	return v
}

func (k *keyReader) varint() int64 {
	v, n := binary.Varint(k.rest)
	k.take(width(n))
	return v
}

// width is how many bytes a varint took; what is no varint takes more than there are.
func width(n int) uint64 {
	if n <= 0 {
		return 1 << 62
	}
	return uint64(n)
}

func (k *keyReader) text() string { return string(k.take(k.uvarint())) }

func (k *keyReader) price() money.UnitPrice {
	p, err := money.UnitPriceFromBinary(k.take(money.BinarySize))
	k.failed = k.failed || err != nil
	return p
}

func (k *keyReader) tags() []Tag {
	n := k.uvarint()
	var tags []Tag
	for i := uint64(0); i < n && !k.failed; i++ {
		tags = append(tags, Tag{k.text(), k.text()})
	}
	return tags
}
