package genai

// gaps records every fact that the instrumentation could not or did not tell.
func (s *settling) gaps() {
	g := &s.call.Gaps
	if s.stated && s.scope.profile.unknown {
		// An app that describes its calls in finops attributes itself means the rest to be plain.
		s.drops = 0
	}
	s.cacheGaps(g)
	s.tierGap(g)
	if s.hidesFees() {
		g.Add(GapToolFeesInvisible)
	}
	if s.drops&dropModality != 0 && !s.hasAny(modalities) {
		g.Add(GapModalityUnknown)
	}
	if s.n[tokAudioIn] > 0 && s.read > 0 && !s.has(tokAudioCached) && !s.stated {
		// Which of the cached tokens were audio is not said.
		g.Add(GapModalityUnknown)
	}
	if s.call.Region == "" && !s.stated {
		g.Add(GapRegionUnknown)
	}
	s.outputGaps(g)
	if s.call.Provider == "" {
		g.Add(GapProviderGuessed)
	}
}

func (s *settling) tierGap(g *Gaps) {
	if s.drops&dropServiceTier == 0 || s.call.ServiceTier != "" {
		return
	}
	if s.servedAsAsked() {
		s.call.ServiceTier = s.call.RequestedTier
		return
	}
	g.Add(GapServiceTierUnknown)
}

// servedAsAsked reports whether the request alone tells which tier served it. A call that asks for flex
// is served so or refused; priority may be served as standard, and a call that asks for no tier
// gets its project's, which may be priority. Source: the flex and priority processing guides of
// OpenAI.
func (s *settling) servedAsAsked() bool {
	return s.call.RequestedTier == "default" || s.call.RequestedTier == "flex"
}

const modalities = 1<<tokTextIn | 1<<tokAudioIn | 1<<tokAudioOut | 1<<tokImageIn | 1<<tokImageOut | 1<<tokVideoIn | 1<<tokVideoOut

// cacheGaps records what may be missing of cached input. What is counted, even as zero, is known.
func (s *settling) cacheGaps(g *Gaps) {
	if s.call.Operation == "embeddings" {
		return
	}
	noRead := s.drops&dropCacheRead != 0 && !s.has(tokCacheRead)
	noWrite := s.drops&dropCacheWrite != 0 && !s.hasAny(1<<tokCacheWrite|1<<tokWrite5m|1<<tokWrite1h)
	switch {
	case s.unsure && (noRead || noWrite || s.read+s.write > 0):
		g.Add(GapFormUnknown)
	case s.form == formAdditive:
		if (noRead || noWrite) && !s.addsUp() {
			g.Add(GapCacheLost)
		}
	default:
		if noRead {
			g.Add(GapCacheReadDropped)
		}
		if noWrite {
			g.Add(GapCacheWriteDropped)
		}
	}
	s.unexplained(g)
}

// addsUp reports whether the provider's own total leaves no room for tokens that are not counted.
func (s *settling) addsUp() bool {
	return s.totalIsProviders && s.has(tokTotal) &&
		s.n[tokTotal] == s.n[tokInput]+s.n[tokOutput]+s.read+s.write
}

// unexplained looks for tokens that only the total knows of.
func (s *settling) unexplained(g *Gaps) {
	if !s.has(tokTotal) || !s.has(tokInput) || !s.has(tokOutput) {
		return
	}
	known := s.n[tokInput] + s.n[tokOutput]
	if s.form == formAdditive {
		known += s.read + s.write
	}
	if s.thinksOutside() {
		known += s.n[tokReasoning]
	}
	if s.n[tokTotal] <= known {
		return
	}
	if s.accounting().thinksApart() {
		g.Add(GapReasoningDropped)
	} else {
		g.Add(GapCacheLost)
	}
}

// outputGaps records doubts about the output.
func (s *settling) outputGaps(g *Gaps) {
	if s.flaws&flawOutput != 0 {
		g.Add(GapOutputUnreliable)
	}
	if s.flaws&flawEstimated != 0 {
		g.Add(GapUsageEstimated)
	}
	if s.missesThoughts() && !s.sumsUp() {
		g.Add(GapReasoningDropped)
	}
	if s.partial() {
		g.Add(GapUsagePartial)
	}
}

// missesThoughts reports whether thoughts that the provider counts beside the output may be in
// neither: an instrumentation that has no attribute for them, or an unknown one that may not have
// added them.
func (s *settling) missesThoughts() bool {
	if s.reasoning == reasoningInside || s.drops&dropReasoning == 0 {
		return false
	}
	if s.reasoning == reasoningUnknown && !s.accounting().thinksApart() {
		return false
	}
	return s.n[tokReasoning] == 0 || s.scope.profile.unknown && !s.thinksOutside()
}

// sumsUp reports whether a total proves that input and output are everything.
func (s *settling) sumsUp() bool {
	return s.totalIsProviders && s.has(tokTotal) && s.n[tokTotal] == s.n[tokInput]+s.n[tokOutput]
}

// partial reports whether one direction of the usage is missing. Nothing answers without input: a count of none
// beside an output was never read, as in streams of which only the last event was.
func (s *settling) partial() bool {
	in := s.hasAny(1<<tokInput | 1<<tokUncached | 1<<tokTextIn)
	out := s.hasAny(1<<tokOutput | 1<<tokPlainOutput)
	if s.n[tokOutput] > 0 && s.call.Usage.InputSize().IsZero() {
		in = false
	}
	switch {
	case s.fixed&tokenMeters != 0:
		return false
	case !in:
		return out
	case out:
		return false
	default:
		return s.call.Operation != "embeddings" && s.call.Operation != "rerank" && s.mark != markEmbeddings
	}
}

// hidesFees reports whether tools may have been charged for without a count on the record: because the
// call was offered such tools, or because nothing tells what it was offered.
func (s *settling) hidesFees() bool {
	if s.fixed&^tokenMeters != 0 || s.call.Operation == "embeddings" || s.payload.seen {
		return false
	}
	return s.tools || s.drops&dropTools != 0
}
