package genaipricingextension

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"

	"github.com/otelcol-finops/otelcol-finops/extension/genaipricingextension/internal/metadata"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// NewFactory creates the factory of the gen_ai_pricing extension.
func NewFactory() extension.Factory {
	return extension.NewFactory(metadata.Type, createDefaultConfig, createExtension, metadata.ExtensionStability)
}

func createDefaultConfig() component.Config {
	return &Config{Watch: true, Customization: pricing.Customization{Currency: defaultCurrency}}
}

func createExtension(_ context.Context, set extension.Settings, cfg component.Config) (extension.Extension, error) {
	return newExtension(set, cfg.(*Config))
}
