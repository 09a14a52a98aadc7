package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/rating"
)

// priceFlags describe a call.
type priceFlags struct {
	catalogFlags
	own   ownPricesFlags
	payer payerFlags

	provider, date, tier, speed, region, deployment string

	usage   map[string]string
	explain bool
}

func newPriceCommand(out *output) *cobra.Command {
	var f priceFlags
	c := &cobra.Command{
		Use:   "price MODEL",
		Short: "Say what a call costs, meter by meter",
		Long: `Say what a call costs, meter by meter. Quantities are disjoint: cached tokens are not also input,
reasoning tokens are not also output. Exit code 1 means that there is no price.`,
		Example: `  finops price gpt-4o --input 176 --usage cache_read=1024 --output 300
  finops price claude-sonnet-4-6 --provider anthropic --date 2026-03-12T23:59:50Z --region us \
      --input 20000 --usage cache_read=180000,cache_write_5m=4000,cache_write_1h=6000,web_search=1 --output 2000
  finops price gpt-5 --tier flex --input 1000 --output 500 --json
  finops price gpt-4o --pricing own.yaml --team search --input 1000 --output 500 --explain`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			answer, err := f.run(args[0])
			if err != nil {
				return err
			}
			if out.json {
				err = writeJSON(cmd.OutOrStdout(), answer)
			} else {
				err = answer.printTo(cmd.OutOrStdout())
			}
			if err == nil && answer.Status != string(ledger.StatusPriced) && answer.Status != string(ledger.StatusFree) {
				return errAnswerIsNo
			}
			return err
		},
	}
	f.register(c.Flags())
	f.own.register(c.Flags())
	f.payer.register(c.Flags())
	f.registerCall(c)
	return c
}

func (f *priceFlags) registerCall(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVarP(&f.provider, "provider", "p", "", "provider, in any spelling (default: the model's maker)")
	flags.StringVarP(&f.date, "date", "d", "", "when the call began: a day or RFC 3339 (default now)")
	flags.StringVar(&f.tier, "tier", "", "service tier: standard, batch, flex, priority")
	flags.StringVar(&f.speed, "speed", "", "speed: fast")
	flags.StringVar(&f.region, "region", "", "region as the provider spells it: us, eu, us-east-1")
	flags.StringVar(&f.deployment, "deployment", "", "kind of deployment: global, data_zone, provisioned")
	flags.StringToStringVarP(&f.usage, "usage", "u", nil, "quantities by `meter=n`: "+strings.Join(meterNames(), ", "))
	flags.String("input", "", "shorthand for --usage input=")
	flags.String("output", "", "shorthand for --usage output=")
	flags.BoolVar(&f.explain, "explain", false, "say step by step how the prices came about")
	c.PreRunE = func(cmd *cobra.Command, _ []string) error {
		for _, name := range []string{"input", "output"} {
			if value, _ := cmd.Flags().GetString(name); value != "" {
				if f.usage == nil {
					f.usage = map[string]string{}
				}
				f.usage[name] = value
			}
		}
		return nil
	}
	_ = c.RegisterFlagCompletionFunc("tier", cobra.FixedCompletions([]string{"standard", "batch", "flex", "priority"}, cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("provider", cobra.NoFileCompletions)
}

func meterNames() []string {
	names := make([]string, 0, meter.Count)
	for m := range meter.Meter(meter.Count) {
		names = append(names, m.String())
	}
	return names
}

// parseTime reads a day or a time; nothing is now.
func parseTime(text string) (time.Time, error) {
	if text == "" {
		return time.Now().UTC(), nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339Nano} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("--date %q must be a day such as 2026-11-23, or RFC 3339", text)
}

func (f *priceFlags) run(model string) (*priceAnswer, error) {
	call, err := f.call(model)
	if err != nil {
		return nil, err
	}
	engine, err := f.engine(&f.own)
	if err != nil {
		return nil, err
	}
	query := new(pricing.Call)
	f.payer.describe(query)
	rating.Describe(call, query)
	answer := priceOf(engine, call, query)
	if f.explain {
		answer.Steps = stepsFor(engine.Explain(query), &call.Usage)
	}
	return answer, nil
}

func (f *priceFlags) call(model string) (*genai.Call, error) {
	start, err := parseTime(f.date)
	if err != nil {
		return nil, err
	}
	call := &genai.Call{
		Role: genai.RoleCall, Provider: f.provider, ResponseModel: model, Start: start, HasUsage: true,
		ServiceTier: f.tier, Speed: f.speed, Region: f.region, Deployment: f.deployment,
		Profile: genai.NewReader().Scope(pcommon.NewInstrumentationScope()).Profile(),
	}
	for name, value := range f.usage {
		m, ok := meter.Parse(name)
		if !ok {
			return nil, fmt.Errorf("--usage %s=%s: no such meter; known: %s", name, value, strings.Join(meterNames(), ", "))
		}
		quantity, err := money.ParseQuantity(value)
		if err != nil || quantity.Sign() < 0 {
			return nil, fmt.Errorf("--usage %s=%s: must be a number that is not negative", name, value)
		}
		call.Usage[m] = quantity
	}
	return call, nil
}

// priceAnswer is what a call costs.
type priceAnswer struct {
	Status     string      `json:"status"`
	Reason     string      `json:"reason,omitempty"`
	Model      string      `json:"model,omitempty"`
	Version    string      `json:"version,omitempty"`
	PricingID  string      `json:"pricing_id,omitempty"`
	Source     string      `json:"source,omitempty"`
	Lines      []priceLine `json:"lines,omitempty"`
	Amount     string      `json:"amount,omitempty"`
	List       string      `json:"list_amount,omitempty"`
	Currency   string      `json:"currency,omitempty"`
	Confidence string      `json:"confidence,omitempty"`
	Doubts     []string    `json:"doubts,omitempty"`
	Steps      []string    `json:"steps,omitempty"`
}

// priceLine is what one meter costs.
type priceLine struct {
	Meter    string `json:"meter"`
	Quantity string `json:"quantity"`
	// UnitPrice is for one single unit.
	UnitPrice string `json:"unit_price"`
	// ContractedUnitPrice and ListUnitPrice are given where they differ from UnitPrice.
	ContractedUnitPrice string `json:"contracted_unit_price,omitempty"`
	ListUnitPrice       string `json:"list_unit_price,omitempty"`
	// Rate is for a million tokens, or one unit.
	Rate   string `json:"rate"`
	Amount string `json:"amount"`
}

func priceOf(engine *pricing.Engine, call *genai.Call, query *pricing.Call) *priceAnswer {
	price := engine.Price(query)
	verdict := new(rating.Verdict)
	rating.New(rating.Options{Currency: engine.Info().Currency}).Rate(call, &price, verdict)
	return answerOf(verdict)
}

func answerOf(v *rating.Verdict) *priceAnswer {
	answer := &priceAnswer{
		Status: string(v.Status), Reason: string(v.Reason), Model: v.Model, Version: v.Version,
		PricingID: v.PricingID, Currency: v.Currency, Confidence: string(v.Confidence),
		Source: string(v.Source),
	}
	if v.Status != ledger.StatusPriced && v.Status != ledger.StatusFree {
		return answer
	}
	answer.Amount, answer.List = v.Amount.String(), v.List.String()
	for _, line := range v.Lines {
		answer.Lines = append(answer.Lines, lineOf(&line))
	}
	for _, rule := range v.Doubts.Rules() {
		answer.Doubts = append(answer.Doubts, rule.Why)
	}
	return answer
}

func lineOf(line *ledger.Line) priceLine {
	amount, _ := line.Effective.Mul(line.Quantity)
	out := priceLine{
		Meter: line.Meter.String(), Quantity: line.Quantity.String(), UnitPrice: line.Effective.String(),
		Rate: display(line.Effective, line.Meter), Amount: amount.String(),
	}
	if line.Contracted != line.Effective {
		out.ContractedUnitPrice = line.Contracted.String()
	}
	if line.List != line.Effective {
		out.ListUnitPrice = line.List.String()
	}
	return out
}

func (a *priceAnswer) printTo(w io.Writer) error {
	for _, step := range a.Steps {
		fmt.Fprintln(w, step)
	}
	if len(a.Steps) > 0 {
		fmt.Fprintln(w)
	}
	if a.Amount == "" {
		_, err := fmt.Fprintln(w, withMeaning(a.Status, a.Reason))
		return err
	}
	t := newTable("meter", ">quantity", ">rate", "per", ">amount")
	for _, line := range a.Lines {
		t.add(line.Meter, line.Quantity, line.Rate, unitOf(line.Meter), line.Amount)
	}
	t.add("total", "", "", a.Currency, a.Amount)
	if err := t.write(w); err != nil {
		return err
	}
	if a.List != a.Amount {
		fmt.Fprintf(w, "list price %s %s\n", a.List, a.Currency)
	}
	fmt.Fprintf(w, "\n%s %s, ", a.Status, a.PricingID)
	if a.Source != "" {
		fmt.Fprintf(w, "by %s, ", a.Source)
	}
	fmt.Fprint(w, a.Confidence)
	if len(a.Doubts) > 0 {
		fmt.Fprint(w, ": "+strings.Join(slices.Compact(a.Doubts), "; "))
	}
	_, err := fmt.Fprintln(w)
	return err
}

func unitOf(name string) string {
	if m, ok := meter.Parse(name); ok && m.IsToken() {
		return "1M"
	}
	return "1"
}
