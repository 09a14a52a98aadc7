package pricing

import (
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // price windows name IANA zones, also where the system has none
)

func (c *Condition) isZero() bool {
	return len(c.ServiceTier)+len(c.Speed)+len(c.Region)+len(c.NotRegion)+len(c.Deployment)+len(c.Windows) == 0
}

// variantClass is the place of a variant in the order in which variants are applied.
type variantClass uint8

const (
	classServiceTier variantClass = iota
	classSpeed
	classResidency
	classDeployment
	classWindow
)

// class returns the first class that the condition asks about.
func (c *Condition) class() variantClass {
	switch {
	case len(c.ServiceTier) > 0:
		return classServiceTier
	case len(c.Speed) > 0:
		return classSpeed
	case len(c.Region) > 0 || len(c.NotRegion) > 0:
		return classResidency
	case len(c.Deployment) > 0:
		return classDeployment
	default:
		return classWindow
	}
}

// kinds counts the kinds of fact that the condition asks about; of two variants of one class
// the one with more of them is the more specific.
func (c *Condition) kinds() int {
	n := 0
	for _, asked := range []bool{
		len(c.ServiceTier) > 0, len(c.Speed) > 0, len(c.Region) > 0, len(c.NotRegion) > 0,
		len(c.Deployment) > 0, len(c.Windows) > 0,
	} {
		if asked {
			n++
		}
	}
	return n
}

// facts is what conditions are compared with.
type facts struct {
	tier, speed, region, deployment string
	time                            time.Time
}

// condition is a Condition ready to be asked.
type condition struct {
	tiers, speeds, deployments []string
	regions, notRegions        []wildcard
	windows                    []window
}

func compileCondition(c *Condition, tierNames []tierSynonym) condition {
	out := condition{speeds: c.Speed, deployments: c.Deployment}
	for _, tier := range c.ServiceTier {
		out.tiers = append(out.tiers, canonicalTier(tier, tierNames))
	}
	for _, region := range c.Region {
		out.regions = append(out.regions, newWildcard(region))
	}
	for _, region := range c.NotRegion {
		out.notRegions = append(out.notRegions, newWildcard(region))
	}
	for _, w := range c.Windows {
		if compiled, err := compileWindow(w); err == nil {
			out.windows = append(out.windows, compiled)
		}
	}
	return out
}

func (c *condition) holds(f *facts) bool {
	return (c.tiers == nil || containsFold(c.tiers, f.tier)) &&
		(c.speeds == nil || containsFold(c.speeds, f.speed)) &&
		(c.regions == nil || anyWildcard(c.regions, f.region)) &&
		(c.notRegions == nil || (f.region != "" && !anyWildcard(c.notRegions, f.region))) &&
		(c.deployments == nil || containsFold(c.deployments, f.deployment)) &&
		(c.windows == nil || anyWindow(c.windows, f.time))
}

func containsFold(values []string, s string) bool {
	if s == "" {
		return false
	}
	for _, v := range values {
		if len(v) == len(s) && strings.EqualFold(v, s) {
			return true
		}
	}
	return false
}

// wildcard is a text, or the beginning of one.
type wildcard struct {
	text   string
	prefix bool
}

func newWildcard(s string) wildcard {
	text, prefix := strings.CutSuffix(s, "*")
	return wildcard{text, prefix}
}

func anyWildcard(ws []wildcard, s string) bool {
	if s == "" {
		return false
	}
	for _, w := range ws {
		if len(s) == len(w.text) || (w.prefix && len(s) > len(w.text)) {
			if strings.EqualFold(s[:len(w.text)], w.text) {
				return true
			}
		}
	}
	return false
}

const (
	minutesPerDay  = 24 * 60
	allWeekdays    = 1<<7 - 1
	windowExamples = "such as 16:30 or 24:00"
)

// window is a Window ready to be asked.
type window struct {
	zone     *time.Location
	days     uint8 // bit per time.Weekday
	from, to int   // minutes of the day; to <= from wraps past midnight
}

func compileWindow(w Window) (window, error) {
	out := window{zone: time.UTC, days: allWeekdays}
	var err error
	if w.Zone != "" {
		if out.zone, err = time.LoadLocation(w.Zone); err != nil || w.Zone == "Local" {
			return window{}, fmt.Errorf("zone %q must be an IANA zone such as Asia/Shanghai", w.Zone)
		}
	}
	if len(w.Weekdays) > 0 {
		if out.days, err = parseWeekdays(w.Weekdays); err != nil {
			return window{}, err
		}
	}
	if out.from, err = parseClock(w.From); err != nil {
		return window{}, fmt.Errorf("from: %w", err)
	}
	if out.to, err = parseClock(w.To); err != nil {
		return window{}, fmt.Errorf("to: %w", err)
	}
	if out.from == minutesPerDay {
		return window{}, errors.New("from: 24:00 can only end a window")
	}
	return out, nil
}

var weekdays = map[string]time.Weekday{
	"sun": time.Sunday, "mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday,
	"thu": time.Thursday, "fri": time.Friday, "sat": time.Saturday,
}

func parseWeekdays(names []string) (uint8, error) {
	var days uint8
	for _, name := range names {
		day, ok := weekdays[strings.ToLower(name)]
		if !ok {
			return 0, fmt.Errorf("weekday %q must be one of mon, tue, wed, thu, fri, sat, sun", name)
		}
		days |= 1 << day
	}
	return days, nil
}

func parseClock(s string) (int, error) {
	if s == "24:00" {
		return minutesPerDay, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fmt.Errorf("%q must be a time of day %s", s, windowExamples)
	}
	return t.Hour()*60 + t.Minute(), nil
}

func anyWindow(ws []window, t time.Time) bool {
	for i := range ws {
		if ws[i].holds(t) {
			return true
		}
	}
	return false
}

func (w *window) holds(t time.Time) bool {
	t = t.In(w.zone)
	day, minute := t.Weekday(), t.Hour()*60+t.Minute()
	if w.to > w.from {
		return w.on(day) && minute >= w.from && minute < w.to
	}
	// After midnight a wrapped window still belongs to the day before.
	return (minute >= w.from && w.on(day)) || (minute < w.to && w.on((day+6)%7))
}

func (w *window) on(day time.Weekday) bool { return w.days&(1<<day) != 0 }
