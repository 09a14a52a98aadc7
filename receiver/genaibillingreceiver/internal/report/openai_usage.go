package report

import (
	"errors"
	"fmt"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

type openAIUsage struct {
	openAITokens

	Requests    *quantity `json:"num_model_requests"`
	ProjectID   *string   `json:"project_id"`
	Model       *string   `json:"model"`
	Batch       *bool     `json:"batch"`
	ServiceTier *string   `json:"service_tier"`
}

// openAITokens are the tokens of a result, of either generation; what an answer does not have, or has as null, is nil.
//
// The present schema counts all input in input_tokens and all output in output_tokens, text, audio and image, and divides
// both: input into what was read from the cache, what was written to it, and the rest; each of them by modality. Audio
// and image tokens of the rest are uncached.
//
// In the older one (openapi.yaml 2.3.0, UsageCompletionsResult) input_tokens and output_tokens are text only, and
// audio, cached or not, stands beside them. It has no other field: by any of the others, the generations are told apart.
type openAITokens struct {
	Input            *quantity `json:"input_tokens"`
	InputUncached    *quantity `json:"input_uncached_tokens"`
	InputText        *quantity `json:"input_text_tokens"`
	InputAudio       *quantity `json:"input_audio_tokens"`
	InputImage       *quantity `json:"input_image_tokens"`
	InputCached      *quantity `json:"input_cached_tokens"`
	InputCachedText  *quantity `json:"input_cached_text_tokens"`
	InputCachedAudio *quantity `json:"input_cached_audio_tokens"`
	InputCachedImage *quantity `json:"input_cached_image_tokens"`
	InputWrite       *quantity `json:"input_cache_write_tokens"`
	InputWrite30m    *quantity `json:"input_cache_write_30m_tokens"`
	InputWrite12h    *quantity `json:"input_cache_write_12h_tokens"`
	Output           *quantity `json:"output_tokens"`
	OutputText       *quantity `json:"output_text_tokens"`
	OutputAudio      *quantity `json:"output_audio_tokens"`
	OutputImage      *quantity `json:"output_image_tokens"`
}

// tokens are those of one meter. A line is the report's name for them where the meter says less.
type tokens struct {
	meter meter.Meter
	line  string
	n     money.Quantity
}

func (t *openAITokens) isPresent() bool {
	for _, q := range []*quantity{
		t.InputUncached, t.InputText, t.InputImage, t.InputCachedText, t.InputCachedAudio, t.InputCachedImage,
		t.InputWrite, t.InputWrite30m, t.InputWrite12h, t.OutputText, t.OutputImage,
	} {
		if q != nil {
			return true
		}
	}
	return false
}

// divide returns the tokens by meter, none of them twice.
func (t *openAITokens) divide() ([]tokens, error) {
	if t.isPresent() {
		return t.dividePresent()
	}
	text, err := rest("input_tokens", t.Input, nil, t.InputCached)
	return []tokens{
		{meter.Input, "", text},
		{meter.CacheRead, "", t.InputCached.or0()},
		{meter.InputAudio, "", t.InputAudio.or0()},
		{meter.Output, "", t.Output.or0()},
		{meter.OutputAudio, "", t.OutputAudio.or0()},
	}, err
}

func (t *openAITokens) dividePresent() ([]tokens, error) {
	cached := whole(t.InputCached, t.InputCachedText, t.InputCachedAudio, t.InputCachedImage)
	cachedText, err1 := rest("input_cached_tokens", cached, t.InputCachedText, t.InputCachedAudio, t.InputCachedImage)
	written := whole(t.InputWrite, t.InputWrite30m, t.InputWrite12h)
	var otherWrites *quantity
	if t.InputWrite30m != nil && t.InputWrite12h != nil {
		otherWrites = &quantity{} // there are no others
	}
	undivided, err2 := rest("input_cache_write_tokens", written, otherWrites, t.InputWrite30m, t.InputWrite12h)
	uncached, err3 := rest("input_tokens", t.Input, t.InputUncached, cached, written)
	text, err4 := rest("input_uncached_tokens", &quantity{uncached}, t.InputText, t.InputAudio, t.InputImage)
	output := whole(t.Output, t.OutputText, t.OutputAudio, t.OutputImage)
	outputText, err5 := rest("output_tokens", output, t.OutputText, t.OutputAudio, t.OutputImage)
	return []tokens{
		{meter.Input, "", text},
		{meter.InputAudio, "", t.InputAudio.or0()},
		{meter.InputImage, "", t.InputImage.or0()},
		{meter.CacheRead, "", cachedText},
		{meter.CacheReadAudio, "", t.InputCachedAudio.or0()},
		{meter.CacheReadImage, "", t.InputCachedImage.or0()},
		{meter.CacheWrite5m, "input_cache_write_tokens", undivided},
		{meter.CacheWrite5m, "input_cache_write_30m_tokens", t.InputWrite30m.or0()},
		{meter.CacheWrite5m, "input_cache_write_12h_tokens", t.InputWrite12h.or0()},
		{meter.Output, "", outputText},
		{meter.OutputAudio, "", t.OutputAudio.or0()},
		{meter.OutputImage, "", t.OutputImage.or0()},
	}, errors.Join(err1, err2, err3, err4, err5)
}

// whole returns the total, or the sum of the parts where there is none.
func whole(total *quantity, parts ...*quantity) *quantity {
	if total != nil {
		return total
	}
	var sum quantity
	for _, part := range parts {
		sum.Quantity = sum.Add(part.or0())
	}
	return &sum
}

// rest returns what a total has beyond its parts. Where the answer says it too, both must agree: a field that means something
// else than it did would otherwise count tokens twice or not at all.
func rest(name string, total, said *quantity, parts ...*quantity) (money.Quantity, error) {
	left := total.or0()
	for _, part := range parts {
		left = left.Sub(part.or0())
	}
	if left.Sign() < 0 || (said != nil && said.Cmp(left) != 0) {
		return left, fmt.Errorf("%s is %s, which is not the sum of its parts: the schema has changed", name, total.or0())
	}
	return left, nil
}

func decodeOpenAIUsage(p *page, body []byte) (string, error) {
	return openAIPage(p, body, p.openAIUsage)
}

func (p *page) openAIUsage(start time.Time, r *openAIUsage) error {
	if r.Input == nil || r.Requests == nil {
		return errors.New("input_tokens or num_model_requests is missing: the schema has changed")
	}
	d := billed.Dimensions{Subaccount: or(r.ProjectID), Model: or(r.Model), ServiceTier: openAITier(or(r.ServiceTier), r.Batch)}
	divided, err := r.divide()
	if err != nil {
		return fmt.Errorf("%s: %s: %w", start.UTC().Format(time.DateOnly), d.Model, err)
	}
	if r.Output == nil && r.OutputText == nil && r.OutputAudio == nil && r.OutputImage == nil {
		return errors.New("output_tokens is missing: the schema has changed")
	}
	p.tokensOf[requester{start.UTC(), d.Subaccount, d.Model}] = true
	if err := p.count(start, d, true, r.Requests.Quantity); err != nil {
		return err
	}
	for _, t := range divided {
		d.Meter, d.Line = t.meter.String(), t.line
		if err := p.count(start, d, false, t.n); err != nil {
			return fmt.Errorf("tokens: %w", err)
		}
	}
	return nil
}

func decodeOpenAIEmbeddings(p *page, body []byte) (string, error) {
	return openAIPage(p, body, p.openAIEmbeddings)
}

func (p *page) openAIEmbeddings(start time.Time, r *openAIUsage) error {
	if r.Input == nil {
		return errors.New("input_tokens is missing: the schema has changed")
	}
	d := billed.Dimensions{Subaccount: or(r.ProjectID), Model: or(r.Model), Meter: meter.Input.String()}
	if err := p.count(start, d, false, r.Input.Quantity); err != nil {
		return err
	}
	return p.openAIRequests(start, r)
}

func decodeOpenAIRequests(p *page, body []byte) (string, error) {
	return openAIPage(p, body, p.openAIRequests)
}

// openAIRequests adds the requests of results that count something other than tokens that are charged: images,
// characters, seconds, moderations. How many of those were charged for is on the cost lines.
//
// A model that completions has, image models that are charged by the token among them, has its requests from there.
func (p *page) openAIRequests(start time.Time, r *openAIUsage) error {
	if r.Requests == nil {
		return errors.New("num_model_requests is missing: the schema has changed")
	}
	d := billed.Dimensions{Subaccount: or(r.ProjectID), Model: or(r.Model)}
	if p.tokensOf[requester{start.UTC(), d.Subaccount, d.Model}] {
		return nil
	}
	return p.count(start, d, true, r.Requests.Quantity)
}

// requester is whose requests an answer counts.
type requester struct {
	day            time.Time
	project, model string
}
