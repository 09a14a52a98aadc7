package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// errUnreachable says that packages cannot be had here; what needs them is skipped.
var errUnreachable = errors.New("registry cannot be reached")

const (
	reachTimeout   = time.Minute
	installTimeout = 10 * time.Minute
)

// runtime is a language with its package manager.
type runtime struct {
	name string
	// pins is the file in an environment's directory that decides what is installed.
	pins string
	// probe asks the registry for something small, install installs into a directory.
	probe   []string
	install func(ctx context.Context, source, directory string) error
	// command runs the script of scenarios in an installed directory.
	command func(directory string, arguments []string) []string
}

var runtimes = map[string]runtime{
	"python": {
		name: "python", pins: "requirements.txt",
		probe:   []string{"python3", "-m", "pip", "install", "--dry-run", "--quiet", "--no-deps", "--ignore-installed", "wrapt==2.5.2"},
		install: installPython,
		command: func(directory string, arguments []string) []string {
			return append([]string{filepath.Join(directory, "bin", "python"), filepath.Join("python", "run.py")}, arguments...)
		},
	},
	"js": {
		name: "js", pins: "package-lock.json",
		probe:   []string{"npm", "view", "openai", "version"},
		install: installJS,
		command: func(directory string, arguments []string) []string {
			return append([]string{"node", filepath.Join(directory, "run.mjs")}, arguments...)
		},
	},
}

// prepare installs an environment, unless it is there with the same pins.
func (r runtime) prepare(ctx context.Context, name string) error {
	source, directory := filepath.Join(r.name, name), r.directory(name)
	pins, err := os.ReadFile(filepath.Join(source, r.pins))
	if err != nil {
		return err
	}
	stamp := filepath.Join(directory, "installed")
	if installed, err := os.ReadFile(stamp); err == nil && bytes.Equal(installed, pins) {
		return nil
	}
	if err := r.reachable(ctx); err != nil {
		return err
	}
	if err := errors.Join(os.RemoveAll(directory), os.MkdirAll(directory, 0o750)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, installTimeout)
	defer cancel()
	if err := r.install(ctx, source, directory); err != nil {
		return fmt.Errorf("install %s: %w", source, err)
	}
	return os.WriteFile(stamp, pins, 0o600)
}

// directory holds an installed environment; git ignores it.
func (r runtime) directory(name string) string { return filepath.Join(".interop", r.name, name) }

func (r runtime) reachable(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	if err := run(ctx, "", r.probe...); err != nil {
		return fmt.Errorf("%s: %w: %w", r.name, errUnreachable, err)
	}
	return nil
}

func installPython(ctx context.Context, source, directory string) error {
	return errors.Join(
		run(ctx, "", "python3", "-m", "venv", directory),
		run(ctx, "", filepath.Join(directory, "bin", "python"), "-m", "pip", "install", "--quiet", "--no-deps", "--requirement", filepath.Join(source, "requirements.txt")),
	)
}

// installJS copies the pins, since npm installs beside them.
func installJS(ctx context.Context, source, directory string) error {
	for _, name := range []string{"package.json", "package-lock.json"} {
		if err := copyFile(filepath.Join(source, name), filepath.Join(directory, name)); err != nil {
			return err
		}
	}
	return run(ctx, directory, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
}

// refresh copies the scripts beside the packages of an environment: Node.js looks for packages from there.
func refresh(r runtime, name string) error {
	if r.name != "js" {
		return nil
	}
	directory := r.directory(name)
	if err := os.MkdirAll(filepath.Join(directory, "scenarios"), 0o750); err != nil {
		return err
	}
	for _, pattern := range []string{"*.mjs", "scenarios/*.mjs"} {
		scripts, err := filepath.Glob(filepath.Join("js", pattern))
		if err != nil {
			return err
		}
		for _, script := range scripts {
			if err := copyFile(script, filepath.Join(directory, strings.TrimPrefix(script, "js/"))); err != nil {
				return err
			}
		}
	}
	return nil
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o600)
}

// run executes a command and returns its output as part of the error when it fails.
func run(ctx context.Context, directory string, command ...string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir = directory
	output, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", command[0], err, bytes.TrimSpace(output))
	}
	return nil
}
