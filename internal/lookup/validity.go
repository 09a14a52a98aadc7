package lookup

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// validity is [from, to) in nanoseconds since 1970.
type validity struct{ from, to int64 }

const (
	open  = math.MinInt64
	never = math.MaxInt64
)

var (
	always = validity{open, never}
	// oldest and newest bound the seconds that nanoseconds can express.
	oldest = time.Unix(0, math.MinInt64).Unix() + 1
	newest = time.Unix(0, math.MaxInt64).Unix() - 1
)

// nanos never overflows: times beyond the range are in or out of every validity as its ends are.
func nanos(at time.Time) int64 {
	switch seconds := at.Unix(); {
	case seconds < oldest:
		return open
	case seconds > newest:
		return never - 1
	}
	return at.UnixNano()
}

func parseValidity(from, to string) (validity, error) {
	v := always
	var errs [2]error
	if from != "" {
		v.from, errs[0] = parseTime(ValidFrom, from)
	}
	if to != "" {
		v.to, errs[1] = parseTime(ValidTo, to)
	}
	if err := errors.Join(errs[:]...); err != nil {
		return always, err
	}
	if v.to <= v.from {
		return always, fmt.Errorf("%s %q must be after %s %q", ValidTo, to, ValidFrom, from)
	}
	return v, nil
}

func parseTime(column, text string) (int64, error) {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		at, err = time.Parse(time.RFC3339, text)
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %q is neither a date (2026-11-15) nor RFC 3339 (2026-11-15T08:00:00Z)", column, text)
	}
	if seconds := at.Unix(); seconds < oldest || seconds > newest {
		return 0, fmt.Errorf("%s: %q is not between 1678 and 2262; leave the cell empty for an open end", column, text)
	}
	return at.UnixNano(), nil
}
