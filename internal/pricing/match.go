package pricing

var matchNames = [...]string{
	MatchNone:       "unknown",
	MatchExact:      "exact",
	MatchNormalized: "normalized",
	MatchPrefix:     "prefix",
	MatchPattern:    "pattern",
}

// String is the value of finops.pricing.match, and "unknown" for a model that was not found.
func (m Match) String() string {
	if int(m) >= len(matchNames) {
		return "unknown"
	}
	return matchNames[m]
}
