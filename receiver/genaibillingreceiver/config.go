package genaibillingreceiver

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configretry"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/scraper/scraperhelper"

	"github.com/otelcol-finops/otelcol-finops/internal/configkeys"
	"github.com/otelcol-finops/otelcol-finops/receiver/genaibillingreceiver/internal/report"
)

const (
	day = 24 * time.Hour
	// focusFiles is the provider of entries that read FOCUS files.
	focusFiles = "focus"

	// Providers are slow to settle and quick to limit.
	defaultInterval       = time.Hour
	defaultTimeout        = 10 * time.Minute
	defaultRequestTimeout = time.Minute
	defaultLookBack       = 3 * day
	defaultInitial        = 31 * day
	defaultMaxSize        = 64 << 20
	// minInterval is what Anthropic's documentation allows for sustained polling.
	minInterval = time.Minute
)

// Config of the gen_ai_billing receiver.
type Config struct {
	// ControllerConfig says how often reports are read, and how long that may take.
	scraperhelper.ControllerConfig `mapstructure:",squash"`
	// LookBack is how long after its end a day is read again before it is final.
	LookBack time.Duration `mapstructure:"look_back"`
	// InitialLookBack is how far back a source without a checkpoint begins.
	InitialLookBack time.Duration `mapstructure:"initial_look_back"`
	// Storage keeps how far each source has got across restarts.
	Storage *component.ID `mapstructure:"storage"`
	// Providers are the sources.
	Providers []ProviderConfig `mapstructure:"providers"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// ProviderConfig is one source.
type ProviderConfig struct {
	// Provider says whose report it is: openai, anthropic, openrouter, litellm, or focus for FOCUS files.
	Provider string `mapstructure:"provider"`
	// Name tells sources apart: in metrics, logs and storage. The provider when unset.
	Name string `mapstructure:"name"`
	// Account is the billing account that the charges belong to, as in the accounts table of the prices.
	Account string `mapstructure:"account"`
	// APIKey is the admin key.
	APIKey configopaque.String `mapstructure:"api_key"`
	// APIKeyFile holds the admin key. It is read at each collection.
	APIKeyFile string `mapstructure:"api_key_file"`
	// MaxSize is the number of bytes above which an answer is refused.
	MaxSize int64 `mapstructure:"max_size"`
	// Retry says how long to try again when a provider limits or fails.
	Retry configretry.BackOffConfig `mapstructure:"retry_on_failure"`
	// Client says how to reach the API.
	Client confighttp.ClientConfig `mapstructure:",squash"`

	// URL is where FOCUS files are: a directory or file, file://, s3://, gs://, azblob://.
	URL string `mapstructure:"url"`
	// Services are the ServiceNames of FOCUS rows to read; none means the category AI and Machine Learning.
	Services []string `mapstructure:"services"`
	// ProviderName is the gen_ai.provider.name of FOCUS rows, which the files do not know: aws.bedrock.
	ProviderName string `mapstructure:"provider_name"`

	// keys are those that were written, so that they can be refused where they have no effect.
	keys []string

	_ struct{}
}

var (
	_ confmap.Unmarshaler = (*ProviderConfig)(nil)
	_ confmap.Validator   = (*Config)(nil)
	_ confmap.Validator   = (*ProviderConfig)(nil)
)

// fileKeys are those of FOCUS files; commonKeys those of all.
var (
	commonKeys = []string{"provider", "name", "account"}
	fileKeys   = []string{"url", "services", "provider_name"}
)

// Unmarshal sets the defaults, which an element of a list cannot get in any other way.
func (c *ProviderConfig) Unmarshal(conf *confmap.Conf) error {
	c.MaxSize = defaultMaxSize
	c.Retry = configretry.NewDefaultBackOffConfig()
	c.Client = confighttp.NewDefaultClientConfig()
	c.Client.Timeout = defaultRequestTimeout
	if err := conf.Unmarshal(c); err != nil {
		return err
	}
	for key := range conf.ToStringMap() {
		c.keys = append(c.keys, key)
	}
	slices.Sort(c.keys)
	if c.Name == "" {
		c.Name = c.Provider
	}
	if api, ok := report.FindAPI(c.Provider); ok && c.Client.Endpoint == "" {
		c.Client.Endpoint = api.Endpoint
	}
	return configkeys.Refuse(conf, *c, c.Client)
}

// Validate checks what concerns all sources. Sources check themselves.
func (c *Config) Validate() error {
	var errs []error
	if c.CollectionInterval < minInterval {
		errs = append(errs, fmt.Errorf("collection_interval: %s is below the minimum of %s", c.CollectionInterval, minInterval))
	}
	if c.LookBack < 0 {
		errs = append(errs, fmt.Errorf("look_back: %s must not be negative", c.LookBack))
	}
	if c.InitialLookBack < c.LookBack {
		errs = append(errs, fmt.Errorf("initial_look_back: %s must not be less than look_back of %s", c.InitialLookBack, c.LookBack))
	}
	if len(c.Providers) == 0 {
		errs = append(errs, errors.New("providers: name at least one"))
	}
	seen := map[string]int{}
	for i := range c.Providers {
		name := c.Providers[i].Name
		if first, ok := seen[name]; ok {
			errs = append(errs, fmt.Errorf("providers::%d: providers::%d is named %q too; set name", i, first, name))
		}
		seen[name] = i
	}
	return errors.Join(errs...)
}

// Validate checks what can be checked without asking the provider.
func (c *ProviderConfig) Validate() error {
	if c.Provider == focusFiles {
		return c.validateFiles()
	}
	if _, ok := report.FindAPI(c.Provider); !ok {
		return fmt.Errorf("provider: %q is none of %s, %s", c.Provider, strings.Join(report.Providers(), ", "), focusFiles)
	}
	return c.validateAPI()
}

func (c *ProviderConfig) validateFiles() error {
	var errs []error
	if c.URL == "" {
		errs = append(errs, errors.New("url: required for provider focus: a directory, or the URL of a bucket"))
	}
	errs = append(errs, c.refuse(func(key string) bool {
		return !slices.Contains(commonKeys, key) && !slices.Contains(fileKeys, key)
	}))
	return errors.Join(errs...)
}

func (c *ProviderConfig) validateAPI() error {
	errs := []error{c.refuse(func(key string) bool { return slices.Contains(fileKeys, key) })}
	if (c.APIKey == "") == (c.APIKeyFile == "") {
		errs = append(errs, errors.New("api_key: set either api_key, as ${env:NAME}, or api_key_file"))
	}
	if u, err := url.Parse(c.Client.Endpoint); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		errs = append(errs, fmt.Errorf("endpoint: required for provider %s, an http or https URL", c.Provider))
	} else if u.User != nil || u.RawQuery != "" {
		errs = append(errs, errors.New("endpoint: no user and no query; the key goes to api_key"))
	}
	if c.MaxSize <= 0 {
		errs = append(errs, fmt.Errorf("max_size: %d must be a positive number of bytes", c.MaxSize))
	}
	return errors.Join(errs...)
}

// refuse names the keys that were written and have no effect.
func (c *ProviderConfig) refuse(idle func(key string) bool) error {
	var keys []string
	for _, key := range c.keys {
		if idle(key) {
			keys = append(keys, key)
		}
	}
	if len(keys) > 0 {
		return fmt.Errorf("%s: no effect with provider %s; remove", strings.Join(keys, ", "), c.Provider)
	}
	return nil
}
