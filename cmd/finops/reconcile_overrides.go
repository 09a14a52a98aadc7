package main

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// writeOverrides writes the rates that the bill implies, with keys of the gen_ai_pricing extension. Every figure says where it is from.
func writeOverrides(w io.Writer, r *reconcile.Report) error {
	var out, overrides, agreements bytes.Buffer
	for i := range r.Findings {
		switch f := &r.Findings[i]; f.Kind {
		case reconcile.WrongPrice:
			writeOverride(&overrides, f)
		case reconcile.Agreement:
			writeAgreement(&agreements, f)
		}
	}
	fmt.Fprintf(&out, "# Rates that the bill of %s to %s implies. Review them, and copy what is right to the gen_ai_pricing extension.\n", r.First, r.Last)
	for _, section := range []struct {
		key  string
		text *bytes.Buffer
	}{{"overrides", &overrides}, {"agreements", &agreements}} {
		if section.text.Len() > 0 {
			fmt.Fprintf(&out, "%s:\n%s", section.key, section.text)
		}
	}
	if overrides.Len()+agreements.Len() == 0 {
		out.WriteString("# It implies no other rates than ours.\n{}\n")
	}
	_, err := w.Write(out.Bytes())
	return err
}

// writeOverride writes the rates of the standard tier, which those of others are made from.
func writeOverride(w *bytes.Buffer, f *reconcile.Finding) {
	var rates, remarks bytes.Buffer
	for i := range f.Rates {
		r := &f.Rates[i]
		m, isMeter := meter.Parse(string(r.Meter))
		switch {
		case r.BilledRate == "":
		case !isMeter || r.Tier != "" || r.Mixed:
			fmt.Fprintf(&remarks, "    # %s\n", comment(fmt.Sprintf("%s is billed at %s for %s, where we have %s: no base rate, and left out",
				slotName(r), r.BilledRate, r.Unit, orUnknownRate(r.OurRate))))
		default:
			fmt.Fprintf(&rates, "      %s: %s # %s\n", m, rateOf(m, r.BilledRate), comment(why(r)))
		}
	}
	if rates.Len() == 0 {
		fmt.Fprintf(w, "  # %s: the bill has other rates, which it does not tell apart by meter\n%s",
			comment(f.Provider+" "+f.Model), strings.ReplaceAll(remarks.String(), "    #", "  #"))
		return
	}
	fmt.Fprintf(w, "  # %s\n", comment(origin(f)))
	writeSelector(w, f)
	fmt.Fprintf(w, "    currency: %s\n", f.Currency)
	fmt.Fprintf(w, "%s    rates:\n%s", &remarks, &rates)
}

func writeAgreement(w *bytes.Buffer, f *reconcile.Finding) {
	fmt.Fprintf(w, "  # %s\n", comment(origin(f)))
	writeSelector(w, f)
	if f.ListRatio == "" {
		fmt.Fprintf(w, "    multiplier: %s\n", strconv.Quote(f.Ratio))
		return
	}
	fmt.Fprintf(w, "    multiplier: %s # of list prices, in place of what is agreed already\n", strconv.Quote(f.ListRatio))
}

// writeSelector says which calls rates are for. What the bill does not tell apart is not selected by.
func writeSelector(w *bytes.Buffer, f *reconcile.Finding) {
	lead := "  - "
	for _, key := range []struct{ name, value string }{
		{"provider", f.Provider}, {"model", f.Model}, {"account", f.Account}, {"from", f.First.String()},
	} {
		if key.value != "" {
			fmt.Fprintf(w, "%s%s: %s\n", lead, key.name, strconv.Quote(key.value))
			lead = "    "
		}
	}
}

// origin says where the figures of an entry are from.
func origin(f *reconcile.Finding) string {
	return fmt.Sprintf("%s %s (%s): %s", f.Amount, f.Currency, days(f), f.Text)
}

// comment keeps names of a bill or a catalog from ending the comment or the file: YAML takes no invalid UTF-8 even there.
func comment(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || 0x7f <= r && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffe || r == 0xffff || r == '\ufffd' {
			return ' '
		}
		return r
	}, text)
}

// rateOf writes a rate for a pricing unit as an override states it: for a million tokens, or for one of other units unless it says for
// how many.
func rateOf(m meter.Meter, rate string) string {
	block := focus.UnitOf(m).Block
	if m.IsToken() || block == 1 {
		return strconv.Quote(rate)
	}
	return fmt.Sprintf("{rate: %q, per: \"%d\"}", rate, block)
}

func why(r *reconcile.RateFinding) string {
	from := r.PricingID
	if from == "" {
		from = "several entries"
	}
	return fmt.Sprintf("of %s %s; ours is %s (%s)", r.Quantity, r.Meter, orUnknownRate(r.OurRate), from)
}

func orUnknownRate(rate string) string {
	if rate == "" {
		return "none"
	}
	return rate
}

func slotName(r *reconcile.RateFinding) string {
	switch {
	case r.Mixed:
		return string(r.Meter) + " (of all tiers)"
	case r.Tier == "":
		return string(r.Meter)
	}
	return string(r.Meter) + " (" + r.Tier + ")"
}
