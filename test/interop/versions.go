package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// versions are the pinned ones of the packages that matter for an instrumentation.
func (i *instrumentation) versions() (map[string]string, error) {
	directory := filepath.Join(i.runtime, i.environment)
	read := pythonPins
	if i.runtime == "js" {
		read = jsPins
	}
	pins, err := read(directory)
	if err != nil {
		return nil, err
	}
	versions := map[string]string{}
	for _, name := range i.packages {
		if pins[name] == "" {
			return nil, fmt.Errorf("%s: %s is not pinned", directory, name)
		}
		versions[name] = pins[name]
	}
	return versions, nil
}

func pythonPins(directory string) (map[string]string, error) {
	text, err := os.ReadFile(filepath.Join(directory, "requirements.txt"))
	if err != nil {
		return nil, err
	}
	pins := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, version, ok := strings.Cut(strings.TrimSpace(line), "=="); ok {
			pins[name] = version
		}
	}
	return pins, nil
}

func jsPins(directory string) (map[string]string, error) {
	text, err := os.ReadFile(filepath.Join(directory, "package.json"))
	if err != nil {
		return nil, err
	}
	var manifest struct {
		Dependencies map[string]string `json:"dependencies"`
	}
	err = json.Unmarshal(text, &manifest)
	return manifest.Dependencies, err
}
