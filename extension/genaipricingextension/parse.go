package genaipricingextension

import (
	"errors"
	"fmt"

	"go.uber.org/zap"

	"github.com/otelcol-finops/otelcol-finops/internal/accounts"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/importer"
)

// maxListed is how many entries that could not be imported are named in the log.
const maxListed = 20

// catalogParser reads a catalog in its format. A file of our own format is refused whole for one wrong entry: its
// author can mend it. A public list is taken without the entries that cannot be prices, since its
// author is somebody else; what was left out is logged.
func catalogParser(cfg *CatalogConfig, logger *zap.Logger) func([]byte) (any, error) {
	name := cfg.name()
	if cfg.Format == defaultFormat {
		return func(data []byte) (any, error) {
			file, err := pricing.ParseFile(name, data, pricing.ParseOptions{})
			if err != nil {
				return nil, err
			}
			return []*pricing.File{file}, nil
		}
	}
	return func(data []byte) (any, error) {
		// No date: that of a download differs between replicas, and the catalog's hash with it.
		files, report, err := importer.Read(cfg.Format, name, data, importer.Options{})
		if err != nil {
			return nil, err
		}
		logReport(&report, logger)
		return checkAll(name, files, logger)
	}
}

// checkAll keeps of every provider the models that are sound.
func checkAll(name string, files []pricing.File, logger *zap.Logger) (any, error) {
	sound := make([]*pricing.File, 0, len(files))
	var problems []error
	for i := range files {
		file, err := pricing.CheckFile(name, &files[i], pricing.ParseOptions{Lenient: true})
		if err != nil {
			problems = append(problems, fmt.Errorf("provider %s: %w", files[i].Provider, err))
		}
		if file != nil {
			sound = append(sound, file)
		}
	}
	if err := errors.Join(problems...); err != nil {
		if len(sound) == 0 {
			return nil, err
		}
		logger.Warn("Models of a public price list do not pass the catalog's checks and were left out",
			zap.String("source", name), zap.Error(err))
	}
	return sound, nil
}

func logReport(report *importer.Report, logger *zap.Logger) {
	logger.Info("Imported a public price list",
		zap.String("source", report.Name), zap.String("format", report.Format),
		zap.Int("models", report.Models), zap.Int("invalid", len(report.Invalid)),
		zap.Int("unexpressed", len(report.Unexpressed)))
	if len(report.Invalid) == 0 {
		return
	}
	listed := make([]string, min(len(report.Invalid), maxListed))
	for i := range listed {
		listed[i] = report.Invalid[i].String()
	}
	logger.Warn("Entries of a public price list are no prices and were left out",
		zap.String("source", report.Name), zap.Strings("entries", listed), zap.Int("of", len(report.Invalid)))
}

func ratesParser(name string) func([]byte) (any, error) {
	return func(data []byte) (any, error) { return parsed(pricing.ParseExchangeRates(name, data)) }
}

func accountsParser(name string) func([]byte) (any, error) {
	return func(data []byte) (any, error) { return parsed(accounts.Parse(name, data)) }
}

// parsed keeps a nil pointer from becoming a non-nil any.
func parsed[T any](value *T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return value, nil
}
