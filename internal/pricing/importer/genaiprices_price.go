package importer

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// genAIUnit is what a price key of genai-prices stands for here.
type genAIUnit struct {
	meter meter.Meter
	per   string
}

// genAIUnits has the price keys of genai-prices' unit registry that are meters. Its other
// units (pixels, text messages, annotated pages, social searches, text-only subsets) have none.
var genAIUnits = map[string]genAIUnit{
	"input_mtok":              {meter.Input, ""},
	"output_mtok":             {meter.Output, ""},
	"cache_read_mtok":         {meter.CacheRead, ""},
	"cache_write_mtok":        {meter.CacheWrite5m, ""},
	"cache_write_5m_mtok":     {meter.CacheWrite5m, ""},
	"cache_write_1h_mtok":     {meter.CacheWrite1h, ""},
	"output_reasoning_mtok":   {meter.Reasoning, ""},
	"output_citation_mtok":    {meter.Citation, ""},
	"input_audio_mtok":        {meter.InputAudio, ""},
	"output_audio_mtok":       {meter.OutputAudio, ""},
	"cache_audio_read_mtok":   {meter.CacheReadAudio, ""},
	"input_image_mtok":        {meter.InputImage, ""},
	"output_image_mtok":       {meter.OutputImage, ""},
	"cache_image_read_mtok":   {meter.CacheReadImage, ""},
	"input_video_mtok":        {meter.InputVideo, ""},
	"output_video_mtok":       {meter.OutputVideo, ""},
	"requests_kcount":         {meter.Request, "1000"},
	"web_searches_kcount":     {meter.WebSearch, "1000"},
	"storage_searches_kcount": {meter.FileSearch, "1000"},
	"code_executions_kcount":  {meter.CodeExecution, "1000"},
	"rerank_searches_kcount":  {meter.RerankSearch, "1000"},
	"input_document_kpages":   {meter.Page, "1000"},
	"input_mchars":            {meter.Character, "1000000"},
	"audio_hours":             {meter.AudioSecond, "3600"},
	"input_audio_hours":       {meter.AudioSecond, "3600"},
}

// constrained is a price card and when it holds.
type constrained struct {
	start  string
	window *pricing.Window
	card   card
}

// prices reads a model's prices and their variants.
func (r *genAIReader) prices(at entry, fields map[string]node) ([]pricing.PriceList, error) {
	all, err := r.constrainedPrices(at, fields["prices"])
	if err != nil {
		return nil, err
	}
	variants, err := r.variants(at, fields["price_variants"])
	if err != nil {
		return nil, err
	}
	return timeline(withFees(all), variants), nil
}

// withFees makes it explicit that a fee was not charged yet, or no more: at other times the model has it,
// and in this source a unit without a price is not billed. A fee that it never has stays unknown.
func withFees(all []constrained) []constrained {
	fees := rates{}
	for _, c := range all {
		for m, r := range c.card.rates {
			if !m.IsToken() {
				fees[m] = rate{mustDecimal("0"), r.per}
			}
		}
	}
	for i := range all {
		// A price without any rate is one that is free of charge.
		if len(all[i].card.rates) > 0 {
			all[i].card.rates = fees.with(all[i].card.rates)
		}
	}
	return all
}

// constrainedPrices reads one price or a list of constrained ones, the last of which that holds wins.
func (r *genAIReader) constrainedPrices(at entry, n node) ([]constrained, error) {
	if n.kind() == '{' {
		c, err := r.card(at, n)
		return []constrained{{card: c}}, err
	}
	elements, err := r.doc.array(n)
	if err != nil || len(elements) == 0 {
		return nil, errors.New("prices must be an object or a non-empty array")
	}
	var all []constrained
	for _, element := range elements {
		c, err := r.constrained(at, element.node)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

func (r *genAIReader) constrained(at entry, n node) (constrained, error) {
	fields, err := r.fields(n)
	if err != nil {
		return constrained{}, err
	}
	var c constrained
	if c.card, err = r.card(at, fields["prices"]); err != nil {
		return c, err
	}
	if constraint, ok := fields["constraint"]; ok && !constraint.isNull() {
		err = r.constraint(constraint, &c)
	}
	return c, err
}

func (r *genAIReader) constraint(n node, c *constrained) error {
	fields, err := r.fields(n)
	if err != nil {
		return err
	}
	if start, ok := fields["start_date"].text(); ok {
		if _, err := time.Parse(time.DateOnly, start); err != nil {
			return fmt.Errorf("start_date %q is not YYYY-MM-DD", start)
		}
		c.start = start
		return nil
	}
	from, fromErr := clock(fields["start_time"])
	to, toErr := clock(fields["end_time"])
	if err := errors.Join(fromErr, toErr); err != nil {
		return err
	}
	c.window = &pricing.Window{From: from, To: to}
	return nil
}

// clock converts a time of day with offset to UTC.
func clock(n node) (string, error) {
	text, _ := n.text()
	t, err := time.Parse("15:04:05Z07:00", text)
	if err != nil {
		return "", fmt.Errorf("%q is not a time of day with offset", text)
	}
	t = t.UTC()
	if t.Second() != 0 {
		return "", fmt.Errorf("time of day %q: windows begin and end at whole minutes", text)
	}
	return t.Format("15:04"), nil
}

// timeline turns constraints, of which the last that holds wins, into intervals that do not overlap.
func timeline(all []constrained, variants []genAIVariant) []pricing.PriceList {
	starts := []string{""}
	for _, c := range all {
		starts = append(starts, c.start)
	}
	for _, v := range variants {
		starts = append(starts, v.start)
	}
	slices.Sort(starts)
	starts = slices.Compact(starts)
	var lists []pricing.PriceList
	for i, start := range starts {
		list := inForce(all, variants, start)
		list.From = start
		if i+1 < len(starts) {
			list.To = starts[i+1]
		}
		lists = append(lists, list)
	}
	return lists
}

// inForce is the price list that holds from start on: the last undated or begun price, and
// the windows that come after it.
func inForce(all []constrained, variants []genAIVariant, start string) pricing.PriceList {
	base := all[0].card
	var windows []constrained
	for _, c := range slices.Backward(all) {
		if c.start > start {
			continue
		}
		if c.window == nil {
			base = c.card
			break
		}
		windows = append(windows, c)
	}
	list := sourced(base.free().list())
	if !list.Free {
		list.Variants = append(variantsFrom(variants, start, base), windowVariants(windows, base)...)
	}
	return list
}

// windowVariants joins windows of equal price into one variant.
func windowVariants(windows []constrained, base card) []pricing.Variant {
	var variants []pricing.Variant
	var cards []card
	for _, w := range windows {
		same := slices.IndexFunc(cards, func(c card) bool { return c.rates.equal(w.card.rates) && len(c.tiers)+len(w.card.tiers) == 0 })
		if same >= 0 {
			variants[same].When.Windows = append(variants[same].When.Windows, *w.window)
			continue
		}
		name := "time_of_day"
		if len(cards) > 0 {
			name = fmt.Sprintf("time_of_day_%d", len(cards)+1)
		}
		when := pricing.Condition{Windows: []pricing.Window{*w.window}}
		variants = append(variants, w.card.variant(base, name, when))
		cards = append(cards, w.card)
	}
	return variants
}

func sourced(list pricing.PriceList) pricing.PriceList {
	list.Source = genAISource
	return list
}

// free marks a card without any price, which is how this source says free of charge.
func (c card) free() card {
	if len(c.rates) == 0 {
		c.rates = rates{meter.Input: {amount: mustDecimal("0")}}
	}
	return c
}

// card reads the prices of all units.
func (r *genAIReader) card(at entry, n node) (card, error) {
	c, err := r.plainCard(at, n)
	return c.inputOnly(), err
}

func (r *genAIReader) plainCard(at entry, n node) (card, error) {
	members, err := r.doc.object(n)
	if err != nil {
		return card{}, errors.New("prices must be an object of units")
	}
	c := card{rates: rates{}}
	starts := map[int64]rates{}
	unknown := false
	for _, m := range members {
		if m.isNull() {
			continue
		}
		unit, ok := genAIUnits[m.key]
		if !ok {
			unknown = true
			at.unexpressed(m.key, string(m.raw), "no meter counts this unit")
			continue
		}
		if err := r.price(unit, m, &c, starts); err != nil {
			return card{}, fmt.Errorf("%s: %w", m.key, err)
		}
	}
	if unknown && len(c.rates) == 0 {
		return card{}, errors.New("every unit of the price is unknown")
	}
	return c.withTiers(starts), nil
}

// inputOnly completes models that bill what goes in and nothing that comes out, as
// embeddings and classifiers do: in this source a unit without a price is not billed.
func (c card) inputOnly() card {
	_, in := c.rates[meter.Input]
	_, out := c.rates[meter.Output]
	if in && !out {
		free := rates{meter.Output: {amount: mustDecimal("0")}}
		c.rates = c.rates.with(free)
		for i := range c.tiers {
			c.tiers[i].rates = c.tiers[i].rates.with(free)
		}
	}
	return c
}

func (r *genAIReader) price(unit genAIUnit, m member, c *card, starts map[int64]rates) error {
	if m.kind() != '{' {
		amount, err := checkRate(m.node, unit.meter, 0)
		if err != nil {
			return err
		}
		return c.set(unit, amount)
	}
	fields, err := r.fields(m.node)
	if err != nil {
		return err
	}
	base, err := checkRate(fields["base"], unit.meter, 0)
	if err != nil {
		return fmt.Errorf("base: %w", err)
	}
	if err := c.set(unit, base); err != nil {
		return err
	}
	tiers, err := r.doc.array(fields["tiers"])
	if err != nil {
		return errors.New("tiers must be an array")
	}
	for _, tier := range tiers {
		if err := r.tier(unit, tier.node, starts); err != nil {
			return err
		}
	}
	return nil
}

// set refuses two prices for one meter, such as audio hours in two directions at two rates.
func (c *card) set(unit genAIUnit, amount decimal) error {
	if have, ok := c.rates[unit.meter]; ok && have.amount.cmp(amount) != 0 {
		return fmt.Errorf("%s is priced at %s already", unit.meter, have.amount)
	}
	c.rates[unit.meter] = rate{amount, unit.per}
	return nil
}

func (r *genAIReader) tier(unit genAIUnit, n node, starts map[int64]rates) error {
	fields, err := r.fields(n)
	if err != nil {
		return err
	}
	start, err := fields["start"].number()
	if err != nil || start.sign() < 0 || start.exp < 0 || !start.rat().Num().IsInt64() {
		return errors.New("the start of a tier must be a number of tokens")
	}
	amount, err := checkRate(fields["price"], unit.meter, 0)
	if err != nil {
		return fmt.Errorf("tier: %w", err)
	}
	threshold := start.rat().Num().Int64()
	if starts[threshold] == nil {
		starts[threshold] = rates{}
	}
	starts[threshold][unit.meter] = rate{amount, unit.per}
	return nil
}

// withTiers completes the tiers: each unit keeps its price until a tier of its own begins.
func (c card) withTiers(starts map[int64]rates) card {
	byThreshold := make(map[int64]tierRates, len(starts))
	for threshold, own := range starts {
		byThreshold[threshold] = tierRates{threshold: threshold, rates: own}
	}
	c.tiers = sortedTiers(byThreshold)
	below := c.rates.tokens()
	for i := range c.tiers {
		c.tiers[i].rates = below.with(c.tiers[i].rates)
		below = c.tiers[i].rates
	}
	return c
}
