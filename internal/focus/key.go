package focus

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/varint"
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
		dst = varint.AppendText(dst, *text)
	}
	dst = varint.AppendText(dst, string(c.Status))
	dst = varint.AppendText(dst, string(c.Reason))
	dst = varint.AppendText(dst, string(c.Confidence))
	dst = varint.AppendText(dst, string(c.Source))
	dst = binary.AppendUvarint(dst, uint64(c.Shared.Weight))
	dst = binary.AppendUvarint(dst, c.Shared.Total)
	dst = binary.AppendUvarint(dst, uint64(len(c.Tags)))
	for _, t := range c.Tags {
		dst = varint.AppendText(varint.AppendText(dst, t.Key), t.Value)
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

// ParseKey reads what [Charge.AppendKey] wrote.
func ParseKey(key []byte) (Charge, error) {
	k := keyReader{varint.Reader{Rest: key}}
	if v := k.Byte(); v != keyVersion {
		return Charge{}, fmt.Errorf("%w: version %d; want %d", ErrKey, v, keyVersion)
	}
	var c Charge
	c.Meter = meter.Meter(k.Byte())
	flags := k.Byte()
	c.Late, c.Commitment.Spend = flags&flagLate != 0, flags&flagSpend != 0
	start := k.Varint()
	c.Start = time.Unix(start, 0).UTC()
	c.End = time.Unix(start+k.Varint(), 0).UTC()
	c.Effective, c.Contracted, c.List = k.price(), k.price(), k.price()
	for _, text := range c.texts() {
		*text = k.Text()
	}
	c.Status, c.Reason = ledger.Status(k.Text()), ledger.Reason(k.Text())
	c.Confidence, c.Source = ledger.Confidence(k.Text()), ledger.CostSource(k.Text())
	c.Shared.Weight, c.Shared.Total = uint32(k.Uvarint()), k.Uvarint()
	c.Tags = k.tags()
	if k.Failed() || len(k.Rest) > 0 || int(c.Meter) >= meter.Count {
		return Charge{}, ErrKey
	}
	return c, nil
}

// keyReader takes the fields of a key off it.
type keyReader struct{ varint.Reader }

func (k *keyReader) price() money.UnitPrice {
	p, err := money.UnitPriceFromBinary(k.Take(money.BinarySize))
	if err != nil {
		k.Fail()
	}
	return p
}

func (k *keyReader) tags() []Tag {
	n := k.Uvarint()
	var tags []Tag
	for i := uint64(0); i < n && !k.Failed(); i++ {
		tags = append(tags, Tag{k.Text(), k.Text()})
	}
	return tags
}
