package genaipricingextension

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-finops/otelcol-finops/internal/configkeys"
)

// SourceKind says where a catalog comes from.
type SourceKind string

// The kinds of source.
const (
	SourceBuiltin SourceKind = "builtin"
	SourceFile    SourceKind = "file"
	SourceHTTP    SourceKind = "http"
)

const (
	defaultFormat          = "finops"
	defaultRefreshInterval = time.Hour
	minRefreshInterval     = time.Second
	defaultTimeout         = 30 * time.Second
	defaultMaxSize         = 64 << 20
)

// CatalogConfig is one catalog of prices.
type CatalogConfig struct {
	// Source is builtin, file or http.
	Source SourceKind `mapstructure:"source"`
	// Path of the file, for source file.
	Path string `mapstructure:"path"`
	// Format of the content: finops (default) or one of the public formats.
	Format string `mapstructure:"format"`
	// RefreshInterval is how often an endpoint is asked for new content. A tenth of it is added or
	// taken away at random, so that many collectors do not ask at once.
	RefreshInterval time.Duration `mapstructure:"refresh_interval"`
	// MaxSize is the number of bytes above which the answer of an endpoint is refused.
	MaxSize int64 `mapstructure:"max_size"`
	// Client says how to reach the endpoint, for source http.
	Client confighttp.ClientConfig `mapstructure:",squash"`

	// clientKeys are the keys of Client that were written, so that they can be refused where they
	// would have no effect.
	clientKeys []string

	_ struct{}
}

var (
	_ confmap.Unmarshaler = (*CatalogConfig)(nil)
	_ confmap.Validator   = (*CatalogConfig)(nil)
)

// ownKeys are the keys of CatalogConfig that do not belong to the HTTP client.
var ownKeys = []string{"source", "path", "format"}

// Unmarshal sets the defaults, which an element of a list cannot get in any other way.
func (c *CatalogConfig) Unmarshal(conf *confmap.Conf) error {
	c.Format = defaultFormat
	c.RefreshInterval = defaultRefreshInterval
	c.MaxSize = defaultMaxSize
	c.Client = confighttp.NewDefaultClientConfig()
	c.Client.Timeout = defaultTimeout
	if err := conf.Unmarshal(c); err != nil {
		return err
	}
	for key := range conf.ToStringMap() {
		if !slices.Contains(ownKeys, key) {
			c.clientKeys = append(c.clientKeys, key)
		}
	}
	slices.Sort(c.clientKeys)
	return configkeys.Refuse(conf, *c, c.Client)
}

// Validate checks what can be checked without reading the source.
func (c *CatalogConfig) Validate() error {
	var errs []error
	switch c.Source {
	case SourceBuiltin:
		errs = append(errs, c.refusePath(), c.refuseClientKeys())
		if c.Format != defaultFormat {
			errs = append(errs, fmt.Errorf("format: the builtin catalog has no format to choose; remove %q", c.Format))
		}
	case SourceFile:
		if c.Path == "" {
			errs = append(errs, errors.New("path: required for source file"))
		}
		errs = append(errs, c.refuseClientKeys())
	case SourceHTTP:
		errs = append(errs, c.refusePath(), c.validateClient())
	case "":
		errs = append(errs, errors.New("source: required; one of builtin, file, http"))
	default:
		errs = append(errs, fmt.Errorf("source: %q is none of builtin, file, http", c.Source))
	}
	errs = append(errs, validateFormat(c.Format))
	return errors.Join(errs...)
}

func (c *CatalogConfig) refusePath() error {
	if c.Path != "" {
		return fmt.Errorf("path: has no effect with source %s; remove it or set source: file", c.Source)
	}
	return nil
}

func (c *CatalogConfig) refuseClientKeys() error {
	if len(c.clientKeys) > 0 {
		return fmt.Errorf("%s: no effect with source %s; remove or set source: http",
			strings.Join(c.clientKeys, ", "), c.Source)
	}
	return nil
}

func (c *CatalogConfig) validateClient() error {
	var errs []error
	if u, err := url.Parse(c.Client.Endpoint); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		errs = append(errs, fmt.Errorf("endpoint: %q is no http or https URL", redact(c.Client.Endpoint)))
	}
	if c.RefreshInterval < minRefreshInterval {
		errs = append(errs, fmt.Errorf("refresh_interval: %s is below the minimum of %s", c.RefreshInterval, minRefreshInterval))
	}
	if c.MaxSize <= 0 {
		errs = append(errs, fmt.Errorf("max_size: %d must be a positive number of bytes", c.MaxSize))
	}
	return errors.Join(errs...)
}

// name is how logs and telemetry call the source. It holds no credentials: neither user
// information nor the query of an endpoint.
func (c *CatalogConfig) name() string {
	switch c.Source {
	case SourceFile:
		return c.Path
	case SourceHTTP:
		return redact(c.Client.Endpoint)
	default:
		return string(c.Source)
	}
}

// dependencies are the extensions that the HTTP client uses.
func (c *CatalogConfig) dependencies() []component.ID {
	if c.Source != SourceHTTP {
		return nil
	}
	var ids []component.ID
	if auth := c.Client.Auth.Get(); auth != nil {
		ids = append(ids, auth.AuthenticatorID)
	}
	for _, m := range c.Client.Middlewares {
		ids = append(ids, m.ID)
	}
	return ids
}

// redact leaves of a URL what may be shown to anybody.
func redact(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return "(not a URL)"
	}
	return u.Host + u.Path
}
