package focusexporter

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configretry"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/exporter/exporterhelper"

	"github.com/otelcol-finops/otelcol-finops/internal/blobs"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

// Grain is the length of a charge period.
type Grain string

const (
	// GrainHour makes a row for every hour.
	GrainHour Grain = "hour"
	// GrainDay makes a row for every day.
	GrainDay Grain = "day"
)

func (g Grain) duration() time.Duration {
	if g == GrainDay {
		return 24 * time.Hour
	}
	return time.Hour
}

// Config defines the configuration of the exporter.
type Config struct {
	// URL is where the files go: file:///directory, s3://bucket/prefix, gs://bucket/prefix or azblob://container/prefix.
	URL string `mapstructure:"url"`
	// Format of the files: parquet or csv.
	Format string `mapstructure:"format"`
	// Version of the specification: 1.2, 1.3 or 1.4.
	Version string `mapstructure:"version"`
	// Grain is the length of a charge period: hour or day.
	Grain Grain `mapstructure:"grain"`
	// Tags are attributes, of the record or else of its resource, that become tags beside the dimensions that the processor
	// wrote.
	Tags []string `mapstructure:"tags"`
	// Storage is the ID of a storage extension. Without it, what no file has yet is lost in a crash.
	Storage *component.ID `mapstructure:"storage"`
	// Commitments are what is paid for by the hour. With several collectors, configure them in one.
	Commitments []CommitmentConfig `mapstructure:"commitments"`
	// PublishInterval is the time between two writes of the files of open periods.
	PublishInterval time.Duration `mapstructure:"publish_interval"`
	// GracePeriod is how long after the end of a charge period its file stays open.
	GracePeriod time.Duration `mapstructure:"grace_period"`
	// ReplayWindowSize is how many records are remembered at least, so that one that is sent again is not
	// accounted again.
	ReplayWindowSize int `mapstructure:"replay_window_size"`
	// MaxRows bounds the charges in memory. They leave it when their file is closed and written; while this many could not be
	// written, batches are refused.
	MaxRows int `mapstructure:"max_rows"`
	// MaxRowsPerFile bounds the rows of one file. A file that has as many is closed, and another is begun.
	MaxRowsPerFile int `mapstructure:"max_rows_per_file"`

	TimeoutConfig exporterhelper.TimeoutConfig `mapstructure:",squash"`
	// QueueConfig is off by default: a queue in memory would acknowledge what a crash can lose.
	QueueConfig   configoptional.Optional[exporterhelper.QueueBatchConfig] `mapstructure:"sending_queue"`
	BackOffConfig configretry.BackOffConfig                                `mapstructure:"retry_on_failure"`
	// prevent unkeyed literal initialization
	_ struct{}
}

const (
	defaultPublishInterval = time.Minute
	defaultGracePeriod     = time.Hour
	// defaultReplayWindowSize covers the five minutes for which OTLP exporters retry by default, at 800 GenAI
	// records a second.
	defaultReplayWindowSize = 1 << 18
	defaultMaxRows          = 1_000_000
	defaultMaxRowsPerFile   = 100_000

	minPublishInterval  = time.Second
	minReplayWindowSize = 1 << 10
	// maxBooks bounds the open files. One that is closed early costs a further file, no charge.
	maxBooks = 1024
)

// defaultTags are what telemetry says of every call.
var defaultTags = []string{"service.name", "deployment.environment.name"}

// schemes of targets, by what follows them.
var schemes = []string{"file", "s3", "gs", "azblob", "mem"}

var (
	_ confmap.Validator   = (*Config)(nil)
	_ confmap.Unmarshaler = (*Config)(nil)
)

// Unmarshal takes a version that is written as a number, which YAML reads 1.2 as.
func (c *Config) Unmarshal(conf *confmap.Conf) error {
	if v, ok := conf.Get("version").(float64); ok {
		text := map[string]any{"version": strconv.FormatFloat(v, 'f', -1, 64)}
		if err := conf.Merge(confmap.NewFromStringMap(text)); err != nil {
			return err
		}
	}
	return conf.Unmarshal(c)
}

// Validate reports every setting that cannot work, with its key and what to write instead.
func (c *Config) Validate() error {
	return errors.Join(c.validateURL(), c.validateContent(), c.validateTags(), c.validateCommitments(), c.validateLimits(), c.validateQueue())
}

func (c *Config) validateURL() error {
	if c.URL == "" {
		return errors.New("url is empty; write where the files go, like file:///var/lib/otelcol/focus or s3://bucket/focus")
	}
	u, err := url.Parse(c.URL)
	if err != nil {
		return fmt.Errorf("url: %w", err)
	}
	if !slices.Contains(schemes, u.Scheme) {
		return fmt.Errorf("url: scheme of %q is unknown; use file://, s3://, gs:// or azblob://", u.Redacted())
	}
	if u.Scheme == "file" {
		return validateDirectory(u)
	}
	if u.Host == "" && u.Scheme != "mem" {
		return fmt.Errorf("url: %q names no bucket; write %s://bucket/prefix", u.Redacted(), u.Scheme)
	}
	return nil
}

func validateDirectory(u *url.URL) error {
	if _, err := blobs.LocalPath(u); err != nil {
		return fmt.Errorf("url: %q names no directory; write file:///var/lib/otelcol/focus, or file://./focus for one below the working directory",
			u.Redacted())
	}
	if u.RawQuery != "" {
		return fmt.Errorf("url: %q has options, which directories have not; remove ?%s", u.Redacted(), u.RawQuery)
	}
	return nil
}

func (c *Config) validateContent() error {
	var errs []error
	if _, err := focusfile.ParseFormat(c.Format); err != nil {
		errs = append(errs, fmt.Errorf("format: %w", err))
	}
	if _, err := focus.ParseVersion(c.Version); err != nil {
		errs = append(errs, fmt.Errorf("version: %w", err))
	}
	if c.Grain != GrainHour && c.Grain != GrainDay {
		errs = append(errs, fmt.Errorf("grain is %q; use %s or %s", c.Grain, GrainHour, GrainDay))
	}
	return errors.Join(errs...)
}

func (c *Config) validateTags() error {
	var errs []error
	for i, name := range c.Tags {
		switch {
		case name == "":
			errs = append(errs, fmt.Errorf("tags[%d] is empty; write the name of an attribute", i))
		case strings.HasPrefix(name, ledger.Prefix):
			errs = append(errs, fmt.Errorf("tags[%d]: %q is written by the gen_ai_cost processor; its dimensions are tags already, remove it", i, name))
		case slices.Contains(c.Tags[:i], name):
			errs = append(errs, fmt.Errorf("tags[%d]: %q is listed twice; remove one", i, name))
		}
	}
	return errors.Join(errs...)
}

func (c *Config) validateLimits() error {
	var errs []error
	if c.PublishInterval < minPublishInterval {
		errs = append(errs, fmt.Errorf("publish_interval is %s; use at least %s", c.PublishInterval, minPublishInterval))
	}
	if c.GracePeriod < 0 {
		errs = append(errs, fmt.Errorf("grace_period is %s; use 0 or more", c.GracePeriod))
	}
	if c.ReplayWindowSize < minReplayWindowSize {
		errs = append(errs, fmt.Errorf("replay_window_size is %d; use at least %d, because every batch that is not acknowledged is sent again",
			c.ReplayWindowSize, minReplayWindowSize))
	}
	if c.MaxRowsPerFile < 1 {
		errs = append(errs, fmt.Errorf("max_rows_per_file is %d; use at least 1", c.MaxRowsPerFile))
	}
	if c.MaxRows < c.MaxRowsPerFile {
		errs = append(errs, fmt.Errorf("max_rows is %d and max_rows_per_file %d; use at least as many", c.MaxRows, c.MaxRowsPerFile))
	}
	return errors.Join(errs...)
}

// validateQueue refuses a queue that acknowledges what is nowhere durable, where durability was asked for.
func (c *Config) validateQueue() error {
	if c.Storage == nil || !c.QueueConfig.HasValue() {
		return nil
	}
	if queue := c.QueueConfig.Get(); queue.StorageID == nil && !queue.WaitForResult {
		return errors.New("sending_queue acknowledges batches that are in memory only, although storage is set; " +
			"set sending_queue::wait_for_result or sending_queue::storage, or remove sending_queue")
	}
	return nil
}
