package genaipricingextension

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// lastGood keeps the last content of each endpoint that was put to use, so that a restart prices
// as before when the endpoint is out of reach.
type lastGood struct {
	client storage.Client
}

// keptHeader is the first line of a stored value; the content follows.
type keptHeader struct {
	ETag string    `json:"etag"`
	At   time.Time `json:"at"`
	Sum  []byte    `json:"sha256"`
}

// openLastGood returns a store that forgets everything when no storage is configured.
func openLastGood(ctx context.Context, host component.Host, id *component.ID, own component.ID) (*lastGood, error) {
	if id == nil {
		return &lastGood{client: storage.NewNopClient()}, nil
	}
	ext, ok := host.GetExtensions()[*id]
	if !ok {
		return nil, fmt.Errorf("storage: extension %q is not configured; add it under service::extensions", id)
	}
	store, ok := ext.(storage.Extension)
	if !ok {
		return nil, fmt.Errorf("storage: extension %q stores nothing; name a storage extension such as file_storage", id)
	}
	client, err := store.GetClient(ctx, component.KindExtension, own, "")
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	return &lastGood{client: client}, nil
}

func (l *lastGood) close(ctx context.Context) error {
	if l == nil {
		return nil
	}
	return l.client.Close(ctx)
}

// keptKey hides the endpoint, whose query may hold a credential.
func keptKey(endpoint string) string {
	return fmt.Sprintf("catalog %x", sha256.Sum256([]byte(endpoint)))
}

// save keeps the content.
func (l *lastGood) save(ctx context.Context, endpoint string, c *content) error {
	header, err := json.Marshal(keptHeader{ETag: c.etag, At: c.at, Sum: c.sum[:]})
	if err != nil {
		return err
	}
	value := make([]byte, 0, len(header)+1+len(c.data))
	value = append(append(append(value, header...), '\n'), c.data...)
	return l.client.Set(ctx, keptKey(endpoint), value)
}

// load returns the kept content, or nil when there is none. A damaged copy is an error.
func (l *lastGood) load(ctx context.Context, endpoint string) (*content, error) {
	value, err := l.client.Get(ctx, keptKey(endpoint))
	if err != nil || len(value) == 0 {
		return nil, err
	}
	line, data, _ := bytes.Cut(value, []byte{'\n'})
	var header keptHeader
	if err := json.Unmarshal(line, &header); err != nil {
		return nil, fmt.Errorf("kept copy: %w", err)
	}
	c := newContent(data, header.At, header.ETag)
	if !bytes.Equal(c.sum[:], header.Sum) {
		return nil, errors.New("kept copy: checksum does not match")
	}
	return c, nil
}
