package attribution

import (
	"maps"
	"slices"
	"strings"
)

// convention is where a dimension commonly stands: keys that applications and GenAI SDKs set for one call, then
// keys of the resource. Within each list the first key that has a value wins.
type convention struct{ record, resource []string }

// conventions by dimension. Customers and users have none on purpose: they are no dimension unless
// somebody has decided so.
var conventions = map[string]convention{
	"team": {
		record: slices.Concat([]string{"team", "app.team", "team.name", "owner.team"}, frameworks("team"),
			[]string{"metadata.team"}, gateway("user_api_key_team_alias", "user_api_key_team_id")),
		resource: slices.Concat([]string{"team", "app.team", "service.team", "team.name", "owner.team", "service.owner"},
			kubernetes("team", "app.kubernetes.io/team", "owner"), cloud("team", "owner")),
	},
	"cost_center": {
		record: slices.Concat([]string{"cost_center", "cost.center", "app.cost_center", "cost-center"},
			frameworks("cost_center", "costCenter")),
		resource: slices.Concat(
			[]string{"cost_center", "cost.center", "app.cost_center", "service.cost_center", "cost-center", "costcenter"},
			kubernetes("cost-center", "cost_center", "costcenter"), cloud("cost-center", "cost_center", "CostCenter")),
	},
	"product": {
		record: slices.Concat([]string{"product", "app.product", "product.name"}, frameworks("product")),
		resource: slices.Concat([]string{"product", "app.product", "service.product", "product.name"},
			kubernetes("product", "app.kubernetes.io/part-of"), cloud("product"), []string{"service.namespace"}),
	},
	"feature": {
		record: slices.Concat([]string{"feature", "app.feature", "feature.name"}, frameworks("feature"),
			[]string{"ai.telemetry.functionId", "traceloop.workflow.name", "gen_ai.workflow.name", "gen_ai.agent.name"}),
		resource: slices.Concat([]string{"feature", "app.feature"}, kubernetes("feature")),
	},
	"environment": {
		record:   []string{"deployment.environment.name", "deployment.environment", "environment"},
		resource: slices.Concat([]string{"deployment.environment.name", "deployment.environment", "environment"}, kubernetes("environment")),
	},
}

// conventional lists the dimensions that have conventions, for a message.
func conventional() string {
	return strings.Join(slices.Sorted(maps.Keys(conventions)), ", ")
}

// frameworks are the attributes under which GenAI SDKs put metadata of the application: the Vercel AI
// SDK, OpenLLMetry, Langfuse.
func frameworks(names ...string) []string {
	var keys []string
	for _, prefix := range []string{
		"ai.telemetry.metadata.", "traceloop.association.properties.",
		"langfuse.trace.metadata.", "langfuse.observation.metadata.",
	} {
		for _, name := range names {
			keys = append(keys, prefix+name)
		}
	}
	return keys
}

// gateway are the attributes in which LiteLLM says what it knows about the owner of a virtual key.
func gateway(names ...string) []string {
	var keys []string
	for _, name := range names {
		keys = append(keys, "metadata."+name)
	}
	return keys
}

// kubernetes lists label and annotation attributes, as the k8s_attributes processor names them, from the
// most specific object to the widest.
func kubernetes(labels ...string) []string {
	var keys []string
	for _, object := range []string{"pod", "deployment", "namespace"} {
		for _, label := range labels {
			keys = append(keys, "k8s."+object+".labels."+label, "k8s."+object+".annotations."+label)
		}
	}
	return keys
}

// cloud lists tags of the machine, as the resource_detection processor names them for EC2 and Azure.
func cloud(tags ...string) []string {
	var keys []string
	for _, prefix := range []string{"ec2.tag.", "azure.tag."} {
		for _, tag := range tags {
			keys = append(keys, prefix+tag)
		}
	}
	return keys
}
