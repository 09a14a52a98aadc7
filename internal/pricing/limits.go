package pricing

import "github.com/otelcol-finops/otelcol-finops/internal/meter"

// rateLimits are the highest believable prices of one single unit. They exist to catch
// unit confusion, which is wrong by a thousand or a million, so each lies about ten
// times above the dearest price on any provider's page.
type rateLimits float64

// Dearest known token prices in USD: 0.0006 for output of o1-pro, 0.0002 for audio output.
const (
	limitToken     = 0.01
	limitCall      = 1
	limitExecution = 10
	limitMedia     = 100
)

// limitsFor scales the limits, which are in US dollars, for currencies of small units: the won,
// yen or rupiah are 100 to 16,000 to the dollar.
func limitsFor(currency string) rateLimits {
	switch currency {
	case "", "USD", "EUR", "GBP", "CHF", "CAD", "AUD", "NZD", "SGD":
		return 1
	case "CNY", "BRL", "SEK", "NOK", "DKK", "PLN", "ILS", "AED", "SAR", "MYR", "HKD", "MXN", "ZAR", "TRY":
		return 20
	default:
		return 1000 * 20
	}
}

func (l rateLimits) of(m meter.Meter) float64 {
	limit := limitToken
	switch m {
	case meter.WebSearch, meter.FileSearch, meter.RerankSearch, meter.Page:
		limit = limitCall
	case meter.CodeExecution:
		limit = limitExecution
	case meter.Request, meter.Image, meter.AudioSecond, meter.VideoSecond:
		limit = limitMedia
	}
	return limit * float64(l)
}
