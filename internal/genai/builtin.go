package genai

import (
	_ "embed"
	"fmt"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed profiles.yaml
var builtinYAML []byte

// builtinProfiles returns the profiles of profiles.yaml, compiled once. The file is part of the program
// and covered by tests, so an error in it is a bug.
var builtinProfiles = sync.OnceValue(func() []*Profile {
	var file struct {
		Profiles []Profile `yaml:"profiles"`
	}
	if err := yaml.Unmarshal(builtinYAML, &file); err != nil {
		panic(fmt.Errorf("profiles.yaml: %w", err))
	}
	list, err := compileProfiles(file.Profiles)
	if err != nil {
		panic(fmt.Errorf("profiles.yaml: profiles%w", err))
	}
	return list
})

// unknownProfile stands for instrumentations that no profile knows: what they do not show of usage and
// tier may have been dropped. That a call was offered charged tools is not assumed without a sign.
var unknownProfile = &Profile{
	Name:    "unknown",
	unknown: true,
	Rule: Rule{drops: dropCacheRead | dropCacheWrite | dropServiceTier | dropReasoning | dropModality |
		dropToolFees | dropRegion},
}
