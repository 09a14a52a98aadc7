package load

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
)

// warn says what was assumed.
func (m *matcher) warn() {
	m.warnTwice()
	m.warnUncounted()
	m.warnUnmetered()
	for _, line := range sortedKeys(m.unknownLines) {
		m.warnf("counts of %s have no meter, and are passed over", line)
	}
	for _, d := range focus.Datasets() {
		if n := m.long[d]; n > 0 {
			m.warnf("%d rows of usage in %s span more than a day, and are compared on their first day%s", n, d, longWords[d])
		}
	}
	if m.rounded > 0 {
		m.warnf("%d values had more decimals than are kept, and were rounded", m.rounded)
	}
	for _, provider := range sortedKeys(m.merged) {
		if len(m.Accounts) > 0 {
			m.warnf("%s is left out: its accounts cannot be told apart", provider)
		}
	}
}

// longWords say what rows that are longer than a day are compared with.
var longWords = map[focus.Dataset]string{focus.Billed: ", with all of what was metered on their days"}

// warnTwice names the reports that charge the same account on the same days: often the same charges, read under two names.
func (m *matcher) warnTwice() {
	reports := map[accountDay][]string{}
	for _, name := range sortedKeys(m.sources) {
		for a, days := range m.sources[name].accounts {
			for day := range days {
				_, short, _ := strings.Cut(name, "/")
				reports[accountDay{a, day}] = append(reports[accountDay{a, day}], short)
			}
		}
	}
	days := map[string]int{}
	for of, names := range reports {
		names = slices.Compact(names)
		if len(names) > 1 {
			days[fmt.Sprintf("%s is charged by %s", of.account, strings.Join(names, " and "))]++
		}
	}
	for _, who := range sortedKeys(days) {
		m.warnf("%s on %d of the same days; if the charges are the same, remove one", who, days[who])
	}
}

// warnUncounted names the providers whose usage is charged and not counted.
func (m *matcher) warnUncounted() {
	counted := map[string]bool{}
	for _, c := range m.in.Counts {
		counted[c.Provider] = true
	}
	uncounted := map[string]bool{}
	for _, c := range m.in.Charges {
		if c.Category == billed.Usage && !counted[c.Provider] {
			uncounted[c.Provider] = true
		}
	}
	for _, provider := range sortedKeys(uncounted) {
		m.warnf("%s: no usage report (%s): whether the volume or a price differs cannot be told", provider, focus.BilledUsage)
	}
}

// warnUnmetered tells of a bill that begins before telemetry does.
func (m *matcher) warnUnmetered() {
	var metered, charged time.Time
	for _, r := range m.in.Metered {
		if metered.IsZero() || r.Day.Before(metered) {
			metered = r.Day
		}
	}
	for _, r := range m.in.Unpriced {
		if metered.IsZero() || r.Day.Before(metered) {
			metered = r.Day
		}
	}
	for _, c := range m.in.Charges {
		if c.Category == billed.Usage && (charged.IsZero() || c.Day.Before(charged)) {
			charged = c.Day
		}
	}
	if !metered.IsZero() && !charged.IsZero() && charged.Before(metered) {
		m.warnf("the bill begins on %s and telemetry on %s; leave out what was before with --from", charged.Format(time.DateOnly), metered.Format(time.DateOnly))
	}
}
