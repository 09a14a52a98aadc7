package attribution

// keyAttribute is an attribute that says which API key, or failing that which project or account, paid for
// a call. Secrets are never among them: only ids that providers and gateways show themselves.
type keyAttribute struct {
	name     string
	resource bool
	// what it is, and the source of that knowledge.
	what, source string
}

// keyAttributes in the order in which they are believed: a key before the project it belongs to. No
// attribute of the OpenTelemetry conventions names a key, and no SDK puts one on its spans.
var keyAttributes = []keyAttribute{
	{
		name: "metadata.user_api_key_hash", what: "hash of a LiteLLM virtual key",
		source: "LiteLLM's OpenTelemetry callback: every field of its standard logging metadata becomes metadata.<field>",
	},
	{
		name: "metadata.user_api_key_project_id", what: "LiteLLM project of a virtual key",
		source: "as above",
	},
	{
		name: "metadata.user_api_key_org_id", what: "LiteLLM organization of a virtual key",
		source: "as above",
	},
	{
		name: "organization.id", what: "Anthropic organization of a Claude Code user",
		source: "Claude Code, monitoring usage: standard attributes of metrics and events",
	},
	{
		name: "cloud.account.id", resource: true, what: "AWS account, Azure subscription or Google Cloud project of the caller",
		source: "OpenTelemetry semantic conventions, cloud resource; pays for Bedrock, Azure OpenAI and Vertex AI unless a role of another account is assumed",
	},
}
