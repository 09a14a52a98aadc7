package genai

import (
	"strconv"
	"strings"
)

// tidy replaces what a record says by what it means.
func (f *facts) tidy(s *shape) {
	c := f.call
	if s.flaws&flawServiceTier != 0 && f.own.tier == "" {
		c.ServiceTier = ""
		s.drops |= dropServiceTier
	}
	if c.ServiceTier == "auto" {
		// A request's word: as the served tier it says that the response named none.
		c.ServiceTier = ""
	}
	if c.Region == "not_available" || c.Region == "unknown" {
		c.Region = ""
	}
	if c.Provider == "" {
		c.Provider = f.vendor
	}
	stated := c.Provider != ""
	if !stated {
		c.Provider = s.provider
	}
	if s.flaws&flawModel != 0 {
		dropModel(c)
	}
	if s.flaws&flawServerAddress != 0 {
		c.ServerAddress = ""
	}
	readHost(c)
	c.ProviderUnstated = !stated && c.Provider != ""
	f.tidyError()
}

// dropModel forgets model names that only name a vendor, which no catalog could tell from a model.
func dropModel(c *Call) {
	for _, name := range []*string{&c.ResponseModel, &c.RequestModel} {
		if accountingByName(*name) != accountingUnknown || *name == "meta" || *name == "ai21" {
			*name = ""
		}
	}
}

// tidyError names an error after its status where nothing else names it, and finds out whether
// the provider may have begun to answer.
func (f *facts) tidyError() {
	c := f.call
	if f.status >= 400 && f.status < 600 && (c.ErrorType == "" || c.ErrorType == unnamedError) {
		c.ErrorType = strconv.FormatInt(f.status, 10)
	}
	if c.ErrorType != "" && f.status < 400 {
		c.Interrupted = f.interrupted || interrupts(c.ErrorType)
	}
}

// interruptions are parts of error names and messages that say that the client went away or lost the provider.
// Python raises GeneratorExit in a stream whose reader has left.
var interruptions = [...]string{"timeout", "timedout", "timed out", "cancel", "abort", "deadline", "connection", "econn", "disconnect", "generatorexit"}

func interrupts(errorType string) bool {
	for _, part := range interruptions {
		if containsFold(errorType, part) {
			return true
		}
	}
	return false
}

// containsFold is strings.Contains without case, for a lower-case part. It does not allocate.
func containsFold(s, part string) bool {
	for i := 0; i+len(part) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(part)], part) {
			return true
		}
	}
	return false
}

// hosts says who answers at an address that tells more than the provider's name: many providers speak
// OpenAI's protocol, and their spans say openai. Each is the API host of the provider's own documentation.
var hosts = [...]struct{ suffix, provider string }{
	{".openai.azure.com", "azure.ai.openai"},
	{".services.ai.azure.com", "azure.ai.inference"},
	{"openrouter.ai", "openrouter"},
	{"api.groq.com", "groq"},
	{"api.deepseek.com", "deepseek"},
	{"api.x.ai", "x_ai"},
	{"api.mistral.ai", "mistral_ai"},
	{"api.together.xyz", "together"},
	{"api.fireworks.ai", "fireworks"},
	{"api.perplexity.ai", "perplexity"},
	{"api.moonshot.ai", "moonshot_ai"},
	{"generativelanguage.googleapis.com", "gcp.gemini"},
}

// readHost takes provider and region from the address that was called.
func readHost(c *Call) {
	if c.ServerAddress == "" {
		return
	}
	if c.Provider == "" || c.Provider == "openai" {
		for _, h := range hosts {
			if strings.HasSuffix(c.ServerAddress, h.suffix) {
				c.Provider = h.provider
				break
			}
		}
	}
	if c.Region == "" {
		c.Region = hostRegion(c.ServerAddress)
	}
}

// hostRegion returns the region in the name of a regional endpoint.
func hostRegion(host string) string {
	switch {
	case host == "api.openai.com":
		return "global"
	case strings.HasSuffix(host, ".api.openai.com"):
		return strings.TrimSuffix(host, ".api.openai.com")
	case host == "aiplatform.googleapis.com":
		return "global"
	case strings.HasSuffix(host, "-aiplatform.googleapis.com"):
		return strings.TrimSuffix(host, "-aiplatform.googleapis.com")
	case strings.HasSuffix(host, ".amazonaws.com") && strings.HasPrefix(host, "bedrock-runtime."):
		return strings.TrimSuffix(strings.TrimPrefix(host, "bedrock-runtime."), ".amazonaws.com")
	default:
		return ""
	}
}
