package build

import (
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// Lists are price lists as the importer reads them, each dated.
type Lists struct {
	// Primary are genai-prices' files: they have history and match rules.
	Primary []pricing.File
	// Secondary are LiteLLM's files: they have variants and more models.
	Secondary []pricing.File
	// Date is the day on which the lists were read, YYYY-MM-DD. Prices from later on are announced,
	// not in force.
	Date string
	// Previous is the catalog as it was, whose history is carried on.
	Previous []pricing.File
}

// Summary counts what came from where.
type Summary struct {
	Providers int `json:"providers"`
	Entries   int `json:"entries"`
	// Completed entries of the primary list took something from the secondary one; Added ones
	// are in the secondary list only; Disputed ones differ.
	Completed int `json:"completed"`
	Added     int `json:"added"`
	Disputed  int `json:"disputed"`
	// Skipped models of the secondary list are zero where nobody says that they are free.
	Skipped int `json:"skipped"`
}

// Catalog merges the lists into one file for each provider, in the order of their names.
func Catalog(lists Lists) ([]pricing.File, Summary) {
	primary, secondary := byProvider(splitGoogle(lists.Primary)), byProvider(lists.Secondary)
	var summary Summary
	var files []pricing.File
	for _, provider := range providersOf(primary, secondary) {
		m := merger{summary: &summary, provider: provider, date: lists.Date}
		file := m.merge(primary[provider], secondary[provider])
		if len(file.Models) == 0 {
			continue
		}
		curate(&file)
		files = append(files, file)
	}
	keepHistory(files, lists.Previous, lists.Date)
	for i := range files {
		tidy(&files[i])
		summary.Providers++
		summary.Entries += len(files[i].Models)
		summary.Disputed += countDisputed(files[i])
	}
	return files, summary
}

func byProvider(files []pricing.File) map[string]pricing.File {
	out := make(map[string]pricing.File, len(files))
	for _, f := range files {
		out[f.Provider] = f
	}
	return out
}

// providersOf are all of the primary list, and those of the secondary that are wanted.
func providersOf(primary, secondary map[string]pricing.File) []string {
	var out []string
	for provider := range primary {
		out = append(out, provider)
	}
	for provider := range secondary {
		if _, have := primary[provider]; !have && slices.Contains(wanted, provider) {
			out = append(out, provider)
		}
	}
	slices.Sort(out)
	return out
}

// wanted are providers that only the secondary list has and that the catalog takes from it.
var wanted = []string{
	"gcp.vertex_ai", "azure.ai.inference", "ibm.watsonx.ai", "alibaba", "deepinfra", "sambanova", "nebius", "databricks",
	"snowflake", "replicate", "oci", "ai21", "vercel", "ollama", "jina", "deepgram", "assemblyai", "elevenlabs", "stability",
	"hyperbolic", "gmi", "scaleway", "wandb", "nscale", "volcengine", "tencent", "meta_llama", "friendliai", "nvidia_nim",
	"lambda_ai", "aiml", "black_forest_labs", "gigachat", "heroku", "featherless_ai", "gradient_ai", "inception", "v0",
	"crusoe", "sagemaker", "soniox", "runwayml", "morph", "xiaomi_mimo", "meta",
}

// splitGoogle tells apart what the primary list has under one Google: models of others are sold
// on Vertex AI only, Google's own both there and on the Gemini API.
func splitGoogle(files []pricing.File) []pricing.File {
	at := slices.IndexFunc(files, func(f pricing.File) bool { return f.Provider == "gcp.gemini" })
	if at < 0 {
		return files
	}
	out := slices.Clone(files)
	gemini := out[at]
	vertex := gemini
	vertex.Provider, vertex.Name, vertex.Fallback = "gcp.vertex_ai", "Google Vertex AI", nil
	gemini.Fallback = nil
	gemini.Models = slices.DeleteFunc(slices.Clone(gemini.Models), isClaude)
	vertex.Models = cloneModels(vertex.Models)
	out[at] = gemini
	return append(out, vertex)
}

func isClaude(m pricing.Model) bool { return strings.Contains(m.ID, "claude") }

func cloneModels(models []pricing.Model) []pricing.Model {
	out := slices.Clone(models)
	for i := range out {
		out[i].Prices = slices.Clone(out[i].Prices)
		out[i].Aliases = slices.Clone(out[i].Aliases)
	}
	return out
}

func countDisputed(file pricing.File) int {
	n := 0
	for _, m := range file.Models {
		if slices.ContainsFunc(m.Prices, func(p pricing.PriceList) bool { return p.Disputed != "" }) {
			n++
		}
	}
	return n
}
