package attribution

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

const (
	// OverflowValue stands for every value beyond the limit of a dimension. It is named after
	// otel.metric.overflow, by which OpenTelemetry marks what exceeds the limit of a metric.
	OverflowValue = "otel.overflow"

	defaultCardinalityLimit = 1000
	maxCardinalityLimit     = 1_000_000

	// maxValueLength bounds a value, and with the limit the memory that values take. Nothing that long names
	// anybody, so it overflows.
	maxValueLength = 255

	// minHashKey is the least that a key may have: what HMAC-SHA-256 gives with less can be tried out.
	minHashKey = 16
	// hashLength is how many bytes of the hash are kept, as many hexadecimal digits as a trace id has. RFC 2104
	// (section 5) advises no less than half of the hash; more would only make labels longer.
	hashLength = sha256.Size / 2
)

// guard makes values of a dimension out of what sources say: it transforms, hashes, and keeps their number
// within the limit. A value's fate is decided when it is first seen and stays for the life of the
// process, so that a replay finds the same. It is safe for concurrent use.
type guard struct {
	trim, lower bool
	pattern     *regexp.Regexp
	mapping     map[string]string
	hashKey     []byte
	limit       int
	// free are values of the configuration. They are no surprise, and so outside of the limit.
	free map[string]bool

	mu sync.RWMutex
	// told and written remember what became of what telemetry says, and of what is written in tables.
	told, written map[string]verdict
	admitted      map[string]bool

	overflows, failures atomic.Int64
}

// verdict is what a guard makes of a source's text.
type verdict struct {
	text string
	// overflow says that the text is beyond the limit and must not be shown.
	overflow bool
}

// tell takes a value from telemetry. An empty text is no value.
func (g *guard) tell(raw string) verdict { return g.judge(raw, g.told, true) }

// write takes a value that is written in a table.
func (g *guard) write(raw string) verdict { return g.judge(raw, g.written, false) }

func (g *guard) judge(raw string, memory map[string]verdict, transform bool) verdict {
	if raw == "" {
		return verdict{}
	}
	g.mu.RLock()
	v, known := memory[raw]
	g.mu.RUnlock()
	if !known {
		v = g.meet(raw, memory, transform)
	}
	if v.overflow {
		g.overflows.Add(1)
	}
	return v
}

// meet judges a text that is not remembered. What overflows is not remembered: there is no end to it.
func (g *guard) meet(raw string, memory map[string]verdict, transform bool) verdict {
	// Metrics would replace what is no text, and the record would name another team than they do.
	text := strings.ToValidUTF8(raw, string(utf8.RuneError))
	if transform {
		text = g.transform(text)
	}
	if text != "" && g.hashKey != nil {
		text = g.hash(text)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	v := verdict{text: strings.Clone(text)}
	v.overflow = text != "" && !g.admit(v.text)
	// Many spellings may make one value; without room for more they are judged each time.
	if !v.overflow && len(memory) < 4*g.limit && len(raw) <= 4*maxValueLength {
		memory[strings.Clone(raw)] = v
	}
	return v
}

// admit counts a value, and reports whether it is within the limit. It is called with the lock held.
func (g *guard) admit(text string) bool {
	switch {
	case g.free[text] || g.admitted[text]:
		return true
	case len(text) > maxValueLength || len(g.admitted) >= g.limit:
		return false
	default:
		g.admitted[text] = true
		return true
	}
}

// transform changes what telemetry says, as configured.
func (g *guard) transform(text string) string {
	if g.trim {
		text = strings.TrimSpace(text)
	}
	if g.lower {
		text = strings.ToLower(text)
	}
	if g.pattern != nil {
		match := g.pattern.FindStringSubmatchIndex(text)
		if match == nil {
			return ""
		}
		if len(match) > 2 {
			match = match[2:]
		}
		// A group that took no part in the match has no position.
		text = text[max(match[0], 0):max(match[1], 0)]
	}
	if mapped, ok := g.mapping[text]; ok {
		text = mapped
	}
	return text
}

func (g *guard) hash(text string) string {
	mac := hmac.New(sha256.New, g.hashKey)
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil)[:hashLength])
}

// Stats are the figures of one dimension since the start.
type Stats struct {
	// Failures are evaluations of expressions and conditions that failed.
	Failures int64
	// Overflows are answers beyond the cardinality limit.
	Overflows int64
	// Values are told apart now, those of the configuration not counted.
	Values int64
}

func (g *guard) stats() Stats {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return Stats{Failures: g.failures.Load(), Overflows: g.overflows.Load(), Values: int64(len(g.admitted))}
}
