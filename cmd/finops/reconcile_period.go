package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"
)

// periodFlags choose the days that are compared.
type periodFlags struct{ month, from, to string }

func (f *periodFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.month, "month", "", "compare a month, such as 2026-11 (default all days that there are)")
	flags.StringVar(&f.from, "from", "", "first day, such as 2026-11-01, UTC")
	flags.StringVar(&f.to, "to", "", "last day, which is part of it, such as 2026-11-30")
}

// parse returns the first and the last day; one that is not given is zero.
func (f *periodFlags) parse() (first, last time.Time, err error) {
	if f.month != "" {
		if f.from != "" || f.to != "" {
			return first, last, errors.New("--month says both ends already; leave out --from and --to")
		}
		if first, err = time.Parse("2006-01", f.month); err != nil {
			return first, last, fmt.Errorf("--month %q must be a month such as 2026-11", f.month)
		}
		return first, first.AddDate(0, 1, -1), nil
	}
	for _, end := range []struct {
		flag, text string
		day        *time.Time
	}{{"from", f.from, &first}, {"to", f.to, &last}} {
		if end.text == "" {
			continue
		}
		if *end.day, err = time.Parse(time.DateOnly, end.text); err != nil {
			return first, last, fmt.Errorf("--%s %q must be a day such as 2026-11-23", end.flag, end.text)
		}
	}
	if !first.IsZero() && !last.IsZero() && last.Before(first) {
		return first, last, fmt.Errorf("--to %s lies before --from %s", f.to, f.from)
	}
	return first, last, nil
}
