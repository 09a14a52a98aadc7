package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/catalog"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/importer"
)

const (
	// builtinName stands for the builtin catalog where a path is expected.
	builtinName = "builtin"
	// ownFormat is the format of our own catalog files.
	ownFormat = "finops"
)

// catalogFlags choose the catalogs that prices are looked up in.
type catalogFlags struct {
	paths  []string
	format string
}

func (f *catalogFlags) register(flags *pflag.FlagSet) {
	flags.StringArrayVarP(&f.paths, "catalog", "c", []string{builtinName},
		"catalog `file`, or builtin; later ones win, entry by entry (can be repeated)")
	f.registerFormat(flags)
}

func (f *catalogFlags) registerFormat(flags *pflag.FlagSet) {
	flags.StringVar(&f.format, "format", ownFormat,
		"format of the files: "+strings.Join(append([]string{ownFormat}, importer.Formats()...), ", "))
}

// engine compiles the chosen catalogs with a customer's own prices.
func (f *catalogFlags) engine(own *ownPricesFlags) (*pricing.Engine, error) {
	compiled, err := f.compile(f.paths...)
	if err != nil {
		return nil, err
	}
	custom, err := own.customization()
	if err != nil {
		return nil, err
	}
	engine, err := pricing.NewEngine(compiled, custom)
	if err != nil {
		return nil, failed("%w", err)
	}
	return engine, nil
}

func (f *catalogFlags) compile(paths ...string) (*pricing.Catalog, error) {
	var files []*pricing.File
	for _, path := range paths {
		more, err := f.load(path)
		if err != nil {
			return nil, err
		}
		files = append(files, more...)
	}
	compiled, err := pricing.Compile(files...)
	if err != nil {
		return nil, failed("%w", err)
	}
	return compiled, nil
}

// load reads one catalog. Of public lists it takes what is sound.
func (f *catalogFlags) load(path string) ([]*pricing.File, error) {
	if path == builtinName {
		files, err := catalog.Files()
		if err != nil {
			return nil, failed("%w", err)
		}
		return files, nil
	}
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	if f.format == ownFormat {
		file, err := pricing.ParseFile(path, data, pricing.ParseOptions{})
		if err != nil {
			return nil, failed("%w", err)
		}
		return []*pricing.File{file}, nil
	}
	files, _, err := importer.Read(f.format, path, data, importer.Options{})
	if err != nil {
		return nil, failed("%w", err)
	}
	return checked(path, files, true)
}

// checked passes files that were built in memory through the catalog's checks.
func checked(name string, files []pricing.File, lenient bool) ([]*pricing.File, error) {
	out := make([]*pricing.File, 0, len(files))
	var problems []error
	for i := range files {
		file, err := pricing.CheckFile(fmt.Sprintf("%s: provider %s", name, files[i].Provider), &files[i], pricing.ParseOptions{Lenient: lenient})
		if err != nil {
			problems = append(problems, err)
		}
		if file != nil {
			out = append(out, file)
		}
	}
	if lenient && len(out) > 0 {
		return out, nil
	}
	if err := errors.Join(problems...); err != nil {
		return nil, failure{err}
	}
	return out, nil
}
