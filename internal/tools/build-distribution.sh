#!/usr/bin/env bash
# Builds a distribution from a manifest of the OpenTelemetry Collector Builder, and says how
# far it is: from nothing this takes minutes, and the builder itself is silent throughout.
#
#   build-distribution.sh <manifest> <output directory> <binary name>
set -euo pipefail

manifest=$1 output=$2 name=$3
export CGO_ENABLED=0

say() { printf '[%4ds] %s\n' "$SECONDS" "$*"; }

# The builder compiles into the same cache entries as the distribution if both are built with
# the same flags, so the standard library is compiled once.
say "$name: preparing the OpenTelemetry Collector Builder"
builder=$(GOFLAGS="${GOFLAGS:-} -trimpath" go tool -modfile=internal/tools/go.mod -n builder)

say "$name: getting modules (about 400 MB when none are cached)"
mkdir -p "$output"
heartbeat() {
    while sleep 10; do
        say "$name: getting modules"
    done
}
heartbeat &
pulse=$!
trap 'kill "$pulse" 2>/dev/null || true' EXIT
"$builder" --config "$manifest" --skip-compilation >"$output/builder.log" 2>&1 || {
    cat "$output/builder.log" >&2
    exit 1
}
kill "$pulse"
wait "$pulse" 2>/dev/null || true

packages=$(cd "$output" && go list -deps . | wc -l)
say "$name: compiling what is not cached of $packages packages"
# go build -v prints a package a line; anything else is a message and passes through.
(cd "$output" && go build -v -trimpath -ldflags='-s -w' -o "$name" . 2>&1) | awk -v name="$name" '
    /^[^ ]+$/ && !/^#/ { if (++n % 100 == 0) { printf "        %s: compiled %d\n", name, n; fflush() } next }
    { print; fflush() }'
say "$name: built $output/$name"
