package rating

import (
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// textOf pairs each modality with the text meter whose rate it is given when it is not told apart.
var textOf = []struct{ modality, text meter.Meter }{
	{meter.InputAudio, meter.Input},
	{meter.InputImage, meter.Input},
	{meter.InputVideo, meter.Input},
	{meter.OutputAudio, meter.Output},
	{meter.OutputImage, meter.Output},
	{meter.OutputVideo, meter.Output},
	{meter.CacheReadAudio, meter.CacheRead},
	{meter.CacheReadImage, meter.CacheRead},
}

// holdsForRates evaluates the conditions that compare rates, on the sheet and on that of a
// graduated tier.
func (c condition) holdsForRates(usage *meter.Usage, price *pricing.Price) bool {
	return c.holdsOn(usage, price.Sheet) || price.Upper != nil && c.holdsOn(usage, price.Upper)
}

func (c condition) holdsOn(usage *meter.Usage, sheet *pricing.Sheet) bool {
	used := func(m meter.Meter) bool { return !usage[m].IsZero() }
	switch c {
	case cacheReadCheaper:
		return used(meter.Input) && dearer(sheet, meter.Input, meter.CacheRead)
	case cacheWriteDearer:
		return used(meter.Input) &&
			(dearer(sheet, meter.CacheWrite5m, meter.Input) || dearer(sheet, meter.CacheWrite1h, meter.Input))
	case cachePriced:
		return charged(sheet, meter.CacheRead) || charged(sheet, meter.CacheWrite5m)
	case longWriteDearer:
		return used(meter.CacheWrite5m) && dearer(sheet, meter.CacheWrite1h, meter.CacheWrite5m)
	case reasoningPriced:
		return sheet.Rates[meter.Reasoning].Known && !sheet.Rates[meter.Reasoning].Effective.IsZero()
	case tokensPriced:
		return charged(sheet, meter.Input) || charged(sheet, meter.Output)
	case modalityDearer, modalityCheaper:
		return modalityDiffers(usage, sheet, c == modalityDearer)
	case toolFeesMissing:
		return toolFeeMissing(usage, sheet)
	default:
		return false
	}
}

// dearer reports whether both meters have rates and m's is the higher one.
func dearer(sheet *pricing.Sheet, m, than meter.Meter) bool {
	a, b := &sheet.Rates[m], &sheet.Rates[than]
	return a.Known && b.Known && a.Effective.Cmp(b.Effective) > 0
}

// charged reports whether the meter has a rate of its own and costs something. A model whose only rate
// for cached tokens is a stand-in has no cache that could have been lost.
func charged(sheet *pricing.Sheet, m meter.Meter) bool {
	rate := &sheet.Rates[m]
	return rate.Known && !rate.Assumed && !rate.Effective.IsZero()
}

func modalityDiffers(usage *meter.Usage, sheet *pricing.Sheet, up bool) bool {
	for _, pair := range textOf {
		a, b := pair.modality, pair.text
		if usage[b].IsZero() {
			continue
		}
		if !up {
			a, b = b, a
		}
		if dearer(sheet, a, b) {
			return true
		}
	}
	return false
}

func toolFeeMissing(usage *meter.Usage, sheet *pricing.Sheet) bool {
	if sheet.Entry == nil {
		return false
	}
	for _, tool := range sheet.Entry.ToolFees {
		if int(tool) < meter.Count && usage[tool].IsZero() {
			return true
		}
	}
	return false
}
