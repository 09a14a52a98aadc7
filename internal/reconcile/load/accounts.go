package load

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
)

// names are the accounts that each side has of a provider; an empty one is not known.
type names struct{ metered, billed map[string]bool }

// accountNames gathers the accounts of all providers.
func (l *loader) accountNames() map[string]*names {
	all := map[string]*names{}
	of := func(provider string) *names {
		n, ok := all[provider]
		if !ok {
			n = &names{map[string]bool{}, map[string]bool{}}
			all[provider] = n
		}
		return n
	}
	for m := range l.metered {
		of(m.Provider).metered[m.Account] = true
	}
	for u := range l.unpriced {
		of(u.Provider).metered[u.Account] = true
	}
	for c := range l.charges {
		of(c.Provider).billed[c.Account] = true
	}
	for c := range l.counts {
		of(c.Provider).billed[c.Account] = true
	}
	return all
}

// matchAccounts says, of each provider, which account one that is not known is taken for, and of which providers no
// accounts can be told apart.
func (l *loader) matchAccounts() (unknown map[string]string, merged map[string]bool) {
	unknown, merged = map[string]string{}, map[string]bool{}
	all := l.accountNames()
	for _, provider := range slices.Sorted(maps.Keys(all)) {
		n := all[provider]
		metered, billed := known(n.metered), known(n.billed)
		switch {
		case !n.metered[""] && !n.billed[""], len(n.billed) == 0:
		case !n.billed[""] && len(billed) == 1:
			unknown[provider] = billed[0]
		case n.billed[""] && len(billed) == 0 && len(metered) <= 1:
			unknown[provider] = strings.Join(metered, "")
		default:
			merged[provider] = true
			l.warnf("accounts of %s are compared as one: %s", provider, whyMerged(n, metered, billed))
		}
	}
	return unknown, merged
}

func known(accounts map[string]bool) []string {
	list := slices.Sorted(maps.Keys(accounts))
	return slices.DeleteFunc(list, func(a string) bool { return a == "" })
}

func whyMerged(n *names, metered, billed []string) string {
	if n.metered[""] {
		return fmt.Sprintf("metered calls name none, and the bill has %s; an accounts table tells them apart", listOf(billed))
	}
	return fmt.Sprintf("charges name none, and telemetry has %s; name the account of the report in the gen_ai_billing receiver", listOf(metered))
}

// maxListed is how many names a sentence has.
const maxListed = 5

func listOf(names []string) string {
	if len(names) > maxListed {
		return strings.Join(names[:maxListed], ", ") + fmt.Sprintf(" and %d more", len(names)-maxListed)
	}
	return strings.Join(names, ", ")
}

// matchSubaccounts returns the accounts whose two sides name subaccounts alike: at least one is on both.
func (l *loader) matchSubaccounts(of func(account) account) map[account]bool {
	metered := map[account]map[string]bool{}
	for m := range l.metered {
		if a := of(account{m.Provider, m.Account}); !m.Purchase && m.Subaccount != "" {
			if metered[a] == nil {
				metered[a] = map[string]bool{}
			}
			metered[a][m.Subaccount] = true
		}
	}
	both := map[account]bool{}
	for c := range l.charges {
		if a := of(account{c.Provider, c.Account}); c.Category == billed.Usage && metered[a][c.Subaccount] {
			both[a] = true
		}
	}
	return both
}
