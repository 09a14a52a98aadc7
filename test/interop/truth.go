package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/captures"
	"github.com/otelcol-finops/otelcol-finops/test/interop/mock"
)

// truthFile is what a truth file of the captures says.
type truthFile struct {
	Instrumentation string            `json:"instrumentation"`
	Case            string            `json:"case"`
	Provider        string            `json:"provider"`
	RequestModel    string            `json:"request_model"`
	ResponseModel   string            `json:"response_model,omitempty"`
	APICalls        []mock.Call       `json:"api_calls"`
	HTTPCalls       int               `json:"http_calls"`
	BillableCalls   int               `json:"billable_calls"`
	Note            string            `json:"note,omitempty"`
	SpansExported   int               `json:"spans_exported"`
	PackageVersions map[string]string `json:"package_versions"`
}

func (r *result) truthFile(versions map[string]string) truthFile {
	t := truthFile{
		Instrumentation: r.instrumentation.name, Case: r.scenario.Name, Provider: r.scenario.Provider, APICalls: r.calls,
		HTTPCalls: len(r.calls), SpansExported: r.sink.traces.SpanCount(), PackageVersions: versions,
	}
	for _, call := range r.calls {
		t.RequestModel = call.RequestModel
		if call.Billable {
			t.BillableCalls++
			t.ResponseModel = call.ResponseModel
		}
	}
	// OpenAI's usage does not count searches: they are items of the output.
	if n := r.scenario.Replies[0].Tokens.Searches; n > 0 && t.BillableCalls > 0 && r.scenario.Provider == "openai" {
		t.Note = fmt.Sprintf("%d web_search_call items in the output, billed outside tokens", n)
	}
	return t
}

// write saves a run in the shape of the captures, and returns the truth as their reader sees it.
func (r *result) write(directory string, versions map[string]string) (captures.Truth, error) {
	truth, err := json.MarshalIndent(r.truthFile(versions), "", " ")
	if err != nil {
		return captures.Truth{}, err
	}
	stem := filepath.Join(directory, r.instrumentation.name, r.scenario.Name)
	err = os.MkdirAll(filepath.Dir(stem), 0o750)
	traces, tracesErr := (&ptrace.JSONMarshaler{}).MarshalTraces(r.sink.traces)
	err = errors.Join(err, tracesErr, writeJSON(stem+".json", traces), os.WriteFile(stem+".truth.json", append(truth, '\n'), 0o600))
	if r.sink.logs.LogRecordCount() > 0 {
		logs, logsErr := (&plog.JSONMarshaler{}).MarshalLogs(r.sink.logs)
		err = errors.Join(err, logsErr, writeJSON(stem+".logs.json", logs))
	}
	var t captures.Truth
	err = errors.Join(err, json.Unmarshal(truth, &t))
	return t, err
}

// writeJSON indents, so that captures can be read and compared. Stack traces name directories of this machine, which
// are of no interest.
func writeJSON(path string, data []byte) error {
	if here, err := os.Getwd(); err == nil {
		data = bytes.ReplaceAll(data, []byte(here), []byte("."))
	}
	if home, err := os.UserHomeDir(); err == nil {
		data = bytes.ReplaceAll(data, []byte(home+"/"), []byte("~/"))
	}
	var value json.RawMessage = data
	indented, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(indented, '\n'), 0o600)
}
