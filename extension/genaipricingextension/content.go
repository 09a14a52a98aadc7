package genaipricingextension

import (
	"crypto/sha256"
	"os"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/filewatch"
)

// content is what a source held at one moment.
type content struct {
	data []byte
	sum  [sha256.Size]byte
	// at is when the content was known to be current.
	at time.Time
	// etag is the endpoint's name for the content, if it came from one.
	etag string
}

func newContent(data []byte, at time.Time, etag string) *content {
	return &content{data: data, sum: sha256.Sum256(data), at: at, etag: etag}
}

func readFile(path string) (*content, error) {
	info, err := filewatch.Regular(path)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return newContent(data, info.ModTime(), ""), nil
}
