package configkeys

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
)

type inner struct {
	Endpoint string `mapstructure:"endpoint"`
}

type outer struct {
	Path  string `mapstructure:"path"`
	Inner inner  `mapstructure:",squash"`
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	conf := confmap.NewFromStringMap(map[string]any{"path": "a", "endpoint": "b"})
	require.NoError(t, Refuse(conf, outer{}, inner{}))

	conf = confmap.NewFromStringMap(map[string]any{"path": "a", "pth": "b", "end_point": "c"})
	assert.EqualError(t, Refuse(conf, outer{}, inner{}), "has invalid keys: end_point, pth")
	assert.NotEmpty(t, conf.Get("pth"), "the configuration stays as it is")
}
