package genai

import (
	"strings"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// maxScopes bounds how many instrumentation scopes are remembered. A process has tens; beyond the
// bound, scopes are resolved anew each time.
const maxScopes = 4096

// Options are what a [Reader] can be told beyond the builtin profiles.
type Options struct {
	// Profiles are asked before the builtin ones, in order.
	Profiles []Profile
	// RawPayload allows reading raw requests and responses that some instrumentations attach,
	// for facts that nothing else on the record says. Nothing of them is ever copied out.
	RawPayload bool
}

// Reader reads calls from records. It is safe for concurrent use.
type Reader struct {
	profiles   []*Profile
	events     map[string]*Profile
	rawPayload bool
	scopes     sync.Map // scopeKey -> *ScopeReader
	count      atomic.Int64
}

type scopeKey struct{ name, version string }

// ScopeReader reads the records of one instrumentation scope. It is safe for concurrent use.
type ScopeReader struct {
	reader  *Reader
	profile *Profile
	version version
}

// NewReader returns a reader that knows the builtin profiles.
func NewReader() *Reader { return newReader(builtinProfiles(), false) }

// NewReaderWith returns a reader with further profiles or options.
func NewReaderWith(o Options) (*Reader, error) {
	own, err := compileProfiles(o.Profiles)
	if err != nil {
		return nil, err
	}
	return newReader(append(own, builtinProfiles()...), o.RawPayload), nil
}

func newReader(profiles []*Profile, rawPayload bool) *Reader {
	r := &Reader{profiles: profiles, events: map[string]*Profile{}, rawPayload: rawPayload}
	for _, p := range profiles {
		for _, name := range p.Events {
			if _, taken := r.events[name]; !taken {
				r.events[name] = p
			}
		}
	}
	return r
}

// Scope returns the reader for records of a scope. Call it once per ScopeSpans or ScopeLogs.
func (r *Reader) Scope(scope pcommon.InstrumentationScope) *ScopeReader {
	key := scopeKey{scope.Name(), scope.Version()}
	if known, ok := r.scopes.Load(key); ok {
		return known.(*ScopeReader)
	}
	s := r.resolve(key)
	if r.count.Load() >= maxScopes {
		return s
	}
	key = scopeKey{strings.Clone(key.name), strings.Clone(key.version)}
	known, loaded := r.scopes.LoadOrStore(key, s)
	if !loaded {
		r.count.Add(1)
	}
	return known.(*ScopeReader)
}

func (r *Reader) resolve(key scopeKey) *ScopeReader {
	s := &ScopeReader{reader: r, profile: unknownProfile, version: parseVersion(key.version)}
	for _, p := range r.profiles {
		if p.matches(key.name, s.version) {
			s.profile = p
			break
		}
	}
	return s
}

// Profile returns the instrumentation profile of the scope, the one for unknown
// instrumentations when no other matches.
func (s *ScopeReader) Profile() *Profile { return s.profile }
