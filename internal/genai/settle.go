package genai

import (
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// settling turns counts that include one another into disjoint meters.
type settling struct {
	*facts
	*shape

	// api is how the provider counts, found when it is first asked for.
	api      accounting
	apiKnown bool
	// passesOn says that the instrumentation passes on what the API counts. The form itself is
	// formInclusive or formAdditive once decided; unsure says that nothing decided it.
	passesOn, unsure bool
	// read and write are all cached tokens, of every modality and lifetime.
	read, write int64
}

// conclude decides what the record is and completes the call.
func (f *facts) conclude(name string, k kind) Role {
	s := f.shape(name, k)
	c := f.call
	c.Role, c.Reason, c.Operation = s.role, s.reason, s.operation
	if c.Role == RoleNone {
		return RoleNone
	}
	c.Profile = f.scope.profile
	f.readPayloads()
	f.adoptOwn()
	f.tidy(&s)
	if f.fixed != 0 {
		f.adoptFixed()
	}
	if c.HasUsage = f.used(); c.HasUsage {
		st := settling{facts: f, shape: &s}
		st.settle()
	}
	f.settleCost()
	return c.Role
}

// used reports whether the record counts anything. Zeros alone are what instrumentations write
// when they know nothing: a model call has at least some input.
func (f *facts) used() bool {
	if f.fixed&^tokenMeters != 0 {
		return true
	}
	for t := range tokCount {
		if t != tokTotal && f.has(t) && f.n[t] > 0 {
			return true
		}
	}
	return f.embedsOnlyTotal()
}

// tokenMeters are the meters below the first unit meter.
const tokenMeters = 1<<meter.Request - 1

// embedsOnlyTotal is the case of embeddings that count no input but a total.
func (f *facts) embedsOnlyTotal() bool {
	return f.call.Operation == "embeddings" && f.n[tokTotal] > 0
}

func (s *settling) settle() {
	c := s.call
	s.passesOn = s.form == formProvider
	if !s.has(tokInput) && s.embedsOnlyTotal() {
		s.state(tokInput, s.n[tokTotal])
	}
	s.n[tokInput] += s.n[tokToolInput]
	s.cacheTotals()
	s.decideForm()
	s.input()
	s.output()
	s.gaps()
	c.OutputStarted = c.OutputStarted || s.n[tokOutput] > 0 || s.n[tokPlainOutput] > 0
}

// cacheTotals finds how much was read from and written to a cache, whatever the record has of
// totals and parts.
func (s *settling) cacheTotals() {
	s.read = s.n[tokCacheRead]
	if parts := s.n[tokAudioCached] + s.n[tokImageCached]; s.read < parts {
		if s.has(tokCacheRead) {
			s.call.Gaps.Add(GapClamped)
		}
		s.read = parts
	}
	s.write = s.n[tokCacheWrite]
	if parts := s.n[tokWrite5m] + s.n[tokWrite1h]; s.write < parts {
		if s.has(tokCacheWrite) {
			s.call.Gaps.Add(GapClamped)
		}
		s.write = parts
	}
}

// decideForm settles whether input includes what was cached: proof on the record first, then the
// profile, then the rule of the semantic conventions.
func (s *settling) decideForm() {
	cached := s.read + s.write
	switch {
	case s.has(tokUncached):
		s.form = formInclusive
	case cached > s.n[tokInput],
		cached > 0 && s.has(tokTotal) && s.n[tokTotal] == s.n[tokInput]+s.n[tokOutput]+cached:
		s.form = formAdditive
	case s.form == formInclusive || s.form == formAdditive:
	case s.form == formProvider && s.accounting() != accountingUnknown:
		s.form = formInclusive
		if s.accounting() == accountingAdditive {
			s.form = formAdditive
		}
	default:
		s.form = formInclusive
		s.unsure = s.accounting() == accountingAdditive || s.accounting() == accountingUnknown
	}
}

// accounting returns how the provider's API counts.
func (s *settling) accounting() accounting {
	if !s.apiKnown {
		s.api, s.apiKnown = accountingOf(s.call), true
	}
	return s.api
}

// input sets the meters of input.
func (s *settling) input() {
	c := s.call
	audio := s.part(s.n[tokAudioIn], s.n[tokAudioCached])
	image := s.part(s.n[tokImageIn], s.n[tokImageCached])
	video := s.n[tokVideoIn]
	text := s.n[tokInput] - audio - image - video
	if s.form == formInclusive {
		text -= s.read + s.write
	}
	if s.has(tokUncached) {
		text = s.uncached(audio + image + video)
	}
	s.meter(meter.Input, s.clamp(text))
	s.meter(meter.CacheRead, s.part(s.read, s.n[tokAudioCached]+s.n[tokImageCached]))
	hour := min(s.n[tokWrite1h], s.write)
	s.meter(meter.CacheWrite1h, hour)
	s.meter(meter.CacheWrite5m, s.write-hour)
	s.meter(meter.InputAudio, audio)
	s.meter(meter.InputImage, image)
	s.meter(meter.InputVideo, video)
	s.meter(meter.CacheReadAudio, s.n[tokAudioCached])
	s.meter(meter.CacheReadImage, s.n[tokImageCached])
	if s.write > 0 && !s.hasAny(1<<tokWrite5m|1<<tokWrite1h) {
		c.Gaps.Add(GapWriteSplitUnknown)
	}
}

// uncached returns the text input where a record counts uncached input by itself. What a total has
// beyond the parts must be input too, and most likely was written to a cache.
func (s *settling) uncached(other int64) int64 {
	text := s.n[tokUncached]
	if s.has(tokTextIn) && !s.has(tokInput) {
		return s.overlapping(text + s.n[tokTextIn])
	}
	if s.isFixed(meter.Input) || !s.has(tokInput) || s.n[tokInput] == text {
		return text
	}
	rest := s.n[tokInput] - text - other - s.read - s.write
	if rest > 0 {
		text += rest
		if !s.has(tokCacheWrite) {
			s.call.Gaps.Add(GapCacheWriteDropped)
		}
	}
	return text
}

// overlapping takes out of the text input what a total shows to be counted twice: providers count
// cached text in the text details too.
func (s *settling) overlapping(text int64) int64 {
	if !s.has(tokTotal) {
		return text
	}
	sum := text + s.read + s.write + s.n[tokAudioIn] + s.n[tokImageIn] +
		s.n[tokPlainOutput] + s.n[tokReasoning] + s.n[tokAudioOut]
	over := sum - s.n[tokTotal]
	if over <= 0 {
		return text
	}
	if over != s.read {
		s.call.Gaps.Add(GapClamped)
	}
	return text - over
}

// output sets the meters of output.
func (s *settling) output() {
	parts := s.n[tokAudioOut] + s.n[tokImageOut] + s.n[tokVideoOut] + s.n[tokCitation]
	text := s.n[tokOutput] - parts
	if !s.thinksOutside() {
		text -= s.n[tokReasoning]
	}
	if s.has(tokPlainOutput) {
		text = s.n[tokPlainOutput]
	}
	s.meter(meter.Output, s.clamp(text))
	s.meter(meter.Reasoning, s.n[tokReasoning])
	s.meter(meter.OutputAudio, s.n[tokAudioOut])
	s.meter(meter.OutputImage, s.n[tokImageOut])
	s.meter(meter.OutputVideo, s.n[tokVideoOut])
	s.meter(meter.Citation, s.n[tokCitation])
}

// thinksOutside decides whether the output excludes the reasoning tokens: a total that only adds
// up so proves it, as does more reasoning than output.
func (s *settling) thinksOutside() bool {
	reasoning, output := s.n[tokReasoning], s.n[tokOutput]
	if reasoning == 0 {
		return false
	}
	if reasoning > output && s.has(tokOutput) {
		return true
	}
	if s.has(tokTotal) && s.has(tokInput) {
		switch rest := s.n[tokTotal] - s.n[tokInput] - output; {
		case rest == reasoning || rest == reasoning+s.read+s.write:
			return true
		case rest == 0 && s.totalIsProviders:
			return false
		}
	}
	switch s.reasoning {
	case reasoningInside:
		return false
	case reasoningOutside:
		return true
	}
	return s.passesOn && s.accounting().thinksApart()
}

// part returns a whole less a part of it.
func (s *settling) part(whole, part int64) int64 {
	if whole == 0 {
		return 0
	}
	return s.clamp(whole - part)
}

// clamp keeps a remainder from going below zero, and remembers that it would have.
func (s *settling) clamp(n int64) int64 {
	if n < 0 {
		s.call.Gaps.Add(GapClamped)
		return 0
	}
	return n
}

// meter sets a meter, unless its quantity was stated.
func (s *settling) meter(m meter.Meter, n int64) {
	if n != 0 && !s.isFixed(m) {
		s.call.Usage[m] = money.Units(n)
	}
}
