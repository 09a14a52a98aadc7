package attribution

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl/contexts/ottllog"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl/contexts/ottlresource"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl/contexts/ottlspan"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl/ottlfuncs"
	"go.opentelemetry.io/collector/component"

	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

// run evaluates an expression for a record.
type run[T any] func(context.Context, *Record) (T, error)

// program is an OTTL expression, compiled for every context in which it makes sense. One that reads nothing but
// the resource is compiled for that alone: it is evaluated once per resource. One that names the span has
// no meaning for log records, and the other way round.
type program[T any] struct{ resource, span, log run[T] }

// of returns the program for records of a signal, and whether it reads the resource only. It is nil where the
// expression has no meaning.
func (p *program[T]) of(signal signals.Signal) (evaluate run[T], resourceOnly bool) {
	switch {
	case p.resource != nil:
		return p.resource, true
	case signal == signals.Traces:
		return p.span, false
	case signal == signals.Logs:
		return p.log, false
	default:
		return nil, false
	}
}

// parsers are made when the first expression is met: most configurations have none.
type parsers struct {
	settings component.TelemetrySettings
	made     bool
	resource ottl.Parser[*ottlresource.TransformContext]
	span     ottl.Parser[*ottlspan.TransformContext]
	log      ottl.Parser[*ottllog.TransformContext]
}

func (p *parsers) make() error {
	if p.made {
		return nil
	}
	var errs [3]error
	p.resource, errs[0] = ottlresource.NewParser(
		ottlfuncs.StandardConverters[*ottlresource.TransformContext](), p.settings, ottlresource.EnablePathContextNames())
	p.span, errs[1] = ottlspan.NewParser(
		ottlfuncs.StandardConverters[*ottlspan.TransformContext](), p.settings, ottlspan.EnablePathContextNames())
	p.log, errs[2] = ottllog.NewParser(
		ottlfuncs.StandardConverters[*ottllog.TransformContext](), p.settings, ottllog.EnablePathContextNames())
	p.made = true
	return errors.Join(errs[:]...)
}

// value compiles a value expression.
func (p *parsers) value(text string) (program[any], error) {
	if err := p.make(); err != nil {
		return program[any]{}, err
	}
	return compileProgram(text,
		func() (eval[any, *ottlresource.TransformContext], error) {
			return valueOf(p.resource.ParseValueExpression(text))
		},
		func() (eval[any, *ottlspan.TransformContext], error) {
			return valueOf(p.span.ParseValueExpression(text))
		},
		func() (eval[any, *ottllog.TransformContext], error) { return valueOf(p.log.ParseValueExpression(text)) })
}

// condition compiles a condition.
func (p *parsers) condition(text string) (program[bool], error) {
	if err := p.make(); err != nil {
		return program[bool]{}, err
	}
	return compileProgram(text,
		func() (eval[bool, *ottlresource.TransformContext], error) {
			return conditionOf(p.resource.ParseCondition(text))
		},
		func() (eval[bool, *ottlspan.TransformContext], error) {
			return conditionOf(p.span.ParseCondition(text))
		},
		func() (eval[bool, *ottllog.TransformContext], error) { return conditionOf(p.log.ParseCondition(text)) })
}

// eval is what OTTL compiles an expression to in one context.
type eval[T, K any] func(context.Context, K) (T, error)

func valueOf[K any](v *ottl.ValueExpression[K], err error) (eval[any, K], error) {
	if err != nil {
		return nil, err
	}
	return v.Eval, nil
}

func conditionOf[K any](c *ottl.Condition[K], err error) (eval[bool, K], error) {
	if err != nil {
		return nil, err
	}
	return c.Eval, nil
}

func compileProgram[T any](
	text string,
	resource func() (eval[T, *ottlresource.TransformContext], error),
	span func() (eval[T, *ottlspan.TransformContext], error),
	log func() (eval[T, *ottllog.TransformContext], error),
) (p program[T], err error) {
	if evaluate, err := resource(); err == nil {
		p.resource = func(ctx context.Context, r *Record) (T, error) {
			tc := ottlresource.NewTransformContext(r.resource, r.schema())
			defer tc.Close()
			return evaluate(ctx, tc)
		}
		return p, nil
	}
	onSpan, errSpan := span()
	if errSpan == nil {
		p.span = func(ctx context.Context, r *Record) (T, error) {
			tc := ottlspan.NewTransformContext(r.resourceSpans, r.scopeSpans, r.span)
			defer tc.Close()
			return onSpan(ctx, tc)
		}
	}
	onLog, errLog := log()
	if errLog == nil {
		p.log = func(ctx context.Context, r *Record) (T, error) {
			tc := ottllog.NewTransformContext(r.resourceLogs, r.scopeLogs, r.log)
			defer tc.Close()
			return onLog(ctx, tc)
		}
	}
	switch {
	case errSpan == nil || errLog == nil:
		return p, nil
	case logPath.MatchString(text) && !spanPath.MatchString(text):
		return p, explain(text, errLog)
	default:
		return p, explain(text, errSpan)
	}
}

var (
	// spanPath and logPath find paths of a context, and not the ends of other names.
	spanPath = regexp.MustCompile(`(^|[^\w.])span\.`)
	logPath  = regexp.MustCompile(`(^|[^\w.])log\.`)
	position = regexp.MustCompile(` at (\d+:\d+)`)
	quoted   = regexp.MustCompile(`"([^"]+)"|'([^']+)'`)
)

// explain adds the expression and the position to an error of OTTL. Errors of syntax say their position; those
// of meaning (a function or a path that does not exist) name what they are about, which is searched for.
func explain(text string, err error) error {
	at := "1:1"
	if match := position.FindStringSubmatch(err.Error()); match != nil {
		at = match[1]
	} else {
		at = locate(text, err.Error(), at)
	}
	return fmt.Errorf("%s, position %s: %w", text, at, err)
}

// locate finds the innermost name that a message quotes, which is the last that the expression contains: what
// is around it is named before it.
func locate(text, message, otherwise string) string {
	message, _, _ = strings.Cut(message, "possibly valid")
	message, _, _ = strings.Cut(message, "must be replaced")
	for _, match := range quoted.FindAllStringSubmatch(message, -1) {
		// A path is quoted without the quotes of its keys: compare what stands before them.
		name, _, _ := strings.Cut(match[1]+match[2], "[")
		if i := strings.Index(text, name); i >= 0 {
			otherwise = fmt.Sprintf("1:%d", i+1)
		}
	}
	return otherwise
}
