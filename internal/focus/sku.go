package focus

import (
	"slices"
	"strconv"
	"strings"
)

// SkuID returns provider/model@version/meter.
func (c *Charge) SkuID() string {
	var b strings.Builder
	b.WriteString(c.Provider + "/" + c.Model)
	if c.Version != "" {
		b.WriteString("@" + c.Version)
	}
	b.WriteString("/" + c.Meter.String())
	return b.String()
}

// SkuPriceID returns the SkuId and the sorted variant, tier and region that the price depends on. It has neither
// dates nor values: a price keeps its id when it changes, and x_PricingId says which it was.
func (c *Charge) SkuPriceID() string {
	names := c.variants()
	if len(names) == 0 {
		return c.SkuID()
	}
	return c.SkuID() + "#" + strings.Join(names, "+")
}

// variants returns what a price depends on beyond its SKU, sorted, each once.
func (c *Charge) variants() []string {
	names := PriceVariants(c.PricingID)
	for _, name := range []string{c.tier(), c.Region} {
		if name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// standardTier is the tier of a price without a variant: to name it would give the same price two ids, by whether the telemetry says so.
const standardTier = "standard"

// tier returns the service tier if it is another than the standard one.
func (c *Charge) tier() string {
	if c.ServiceTier == standardTier {
		return ""
	}
	return c.ServiceTier
}

// PriceVariants returns the names after the # of finops.pricing.id.
func PriceVariants(pricingID string) []string {
	_, names, found := strings.Cut(pricingID, "#")
	if !found || names == "" {
		return nil
	}
	return strings.Split(names, "+")
}

// skuPriceDetails holds what is true of the price whenever it applies. Keys that the specification does not define begin with x_.
// TokenDirection and TokenCacheAction are keys of drafts of 1.5, and become keys without x_ with it.
func (c *Charge) skuPriceDetails() string {
	unit := UnitOf(c.Meter)
	return FormatTags([]Tag{
		{"x_Model", c.Model},
		{"x_ModelVersion", c.Version},
		{"x_PriceVariants", strings.Join(PriceVariants(c.PricingID), ",")},
		{"x_Region", c.Region},
		{"x_ServiceTier", c.tier()},
		{"x_TokenCacheAction", unit.CacheAction},
		{"x_TokenDirection", unit.Direction},
	})
}

// describe fills in what names the charge.
func (c *Charge) describe(r *Row) {
	r.SkuId, r.SkuMeter = c.SkuID(), c.Meter.String()
	r.ChargeDescription = c.Model + " " + UnitOf(c.Meter).Words
	if names := c.variants(); len(names) > 0 {
		r.ChargeDescription += " (" + strings.Join(names, ", ") + ")"
	}
}

// share says of a part of a shared cost what it is a part of. Columns of the same meaning stand in before 1.3.
func (c *Charge) share(r *Row) {
	s := c.Shared
	if s.Dimension == "" || s.Total == 0 {
		return
	}
	r.AllocatedMethodId = "finops.shares." + s.Dimension
	r.AllocatedResourceId, r.AllocatedResourceName = s.Dimension+"/"+s.Value, s.Value
	r.AllocatedMethodDetails = `{"Elements":[{"AllocatedRatio":` + s.ratio() + `,"UsageUnit":"Shares","UsageQuantity":` +
		strconv.FormatUint(uint64(s.Weight), 10) + `}]}`
	r.XAllocatedMethodId, r.XAllocatedMethodDetails = r.AllocatedMethodId, r.AllocatedMethodDetails
	r.XAllocatedResourceId, r.XAllocatedResourceName = r.AllocatedResourceId, r.AllocatedResourceName
}

// ratio is the part as a decimal, for people: the quantities of the parts add up exactly, the ratios may not.
func (s Shared) ratio() string {
	return strconv.FormatFloat(float64(s.Weight)/float64(s.Total), 'f', -1, 64)
}
