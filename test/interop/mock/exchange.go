package mock

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// object is a JSON object under construction.
type object = map[string]any

// exchange is one request with everything that its answer depends on.
type exchange struct {
	scenario *Scenario
	reply    Reply
	id       string
	path     string
	model    string // that served
	request  request
	// sent is cleared when the usage does not go over the wire.
	usage object
	sent  bool
	tier  string
}

// request is the part of the APIs' requests that shapes an answer.
type request struct {
	Model         string `json:"model"`
	Stream        bool   `json:"stream"`
	StreamOptions struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
	ServiceTier    string          `json:"service_tier"`
	Input          json.RawMessage `json:"input"`
	EncodingFormat string          `json:"encoding_format"`
}

// inputs is the number of texts to embed.
func (r request) inputs() int {
	var list []json.RawMessage
	if json.Unmarshal(r.Input, &list) != nil {
		return 1
	}
	return len(list)
}

// answer is a response in either of its shapes.
type answer struct {
	body   object
	events []event
}

// event is one server-sent event; name is "" for APIs that send data only.
type event struct {
	name string
	data any
}

func (a answer) write(w http.ResponseWriter) error {
	if a.events == nil {
		w.Header().Set("Content-Type", "application/json")
		return json.NewEncoder(w).Encode(a.body)
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for _, e := range a.events {
		if err := e.write(w); err != nil {
			return err
		}
	}
	return nil
}

// done ends a stream of chat completions.
type done struct{}

// write sends the event; the end of a stream of chat completions is the one that is no JSON.
func (e event) write(w http.ResponseWriter) error {
	data := []byte("[DONE]")
	if _, end := e.data.(done); !end {
		var err error
		if data, err = json.Marshal(e.data); err != nil {
			return err
		}
	}
	if e.name != "" {
		if _, err := fmt.Fprintf(w, "event: %s\n", e.name); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "data: %s\n\n", data)
	return err
}
