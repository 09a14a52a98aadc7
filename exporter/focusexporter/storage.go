package focusexporter

import (
	"context"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// storageClient returns nil when no storage is configured.
func storageClient(ctx context.Context, host component.Host, cfg *Config, id component.ID) (storage.Client, error) {
	if cfg.Storage == nil {
		return nil, nil
	}
	ext, ok := host.GetExtensions()[*cfg.Storage]
	if !ok {
		return nil, fmt.Errorf("storage: extension %q is not there; add it to extensions and to service::extensions", cfg.Storage)
	}
	provider, ok := ext.(storage.Extension)
	if !ok {
		return nil, fmt.Errorf("storage: extension %q does not store anything; use one like file_storage", cfg.Storage)
	}
	client, err := provider.GetClient(ctx, component.KindExporter, id, "")
	if err != nil {
		return nil, fmt.Errorf("storage: extension %q: %w", cfg.Storage, err)
	}
	return client, nil
}

func (c *Config) storageName() string {
	if c.Storage == nil {
		return "in memory"
	}
	return c.Storage.String()
}
