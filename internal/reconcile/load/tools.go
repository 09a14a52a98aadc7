package load

import (
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// accountTool is a tool that an account is charged for.
type accountTool struct {
	account
	meter reconcile.Meter
}

// matchTools returns the tools of which no line of an account's bill names a model: calls of them are compared without one.
func (l *loader) matchTools(of func(account) account) map[accountTool]bool {
	modelless := map[accountTool]bool{}
	for c := range l.charges {
		if _, ok := meter.Parse(string(c.Meter)); !ok || isToken(c.Meter) {
			continue
		}
		tool := accountTool{of(account{c.Provider, c.Account}), c.Meter}
		before, seen := modelless[tool]
		modelless[tool] = c.Model == "" && (before || !seen)
	}
	return modelless
}
