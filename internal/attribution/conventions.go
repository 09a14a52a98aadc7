package attribution

// Conventions are the dimensions that work without any configuration: the keys under which teams and
// cost centers commonly stand. On the record: keys that applications and GenAI SDKs set for
// one call. On the resource: keys that platform teams set, then Kubernetes labels and annotations as the
// k8s_attributes processor names them (k8s.<object>.labels.<key>).
func Conventions() []Dimension {
	return []Dimension{
		{
			Name: "team",
			Record: []string{
				"team", "app.team", "team.name", "owner.team",
				"ai.telemetry.metadata.team",
				"traceloop.association.properties.team",
				"langfuse.trace.metadata.team", "langfuse.observation.metadata.team",
				"metadata.team",
			},
			Resource: append([]string{
				"team", "app.team", "service.team", "team.name", "owner.team", "service.owner",
			}, kubernetes("team", "app.kubernetes.io/team", "owner")...),
		},
		{
			Name: "cost_center",
			Record: []string{
				"cost_center", "cost.center", "app.cost_center", "cost-center",
				"ai.telemetry.metadata.cost_center", "ai.telemetry.metadata.costCenter",
				"traceloop.association.properties.cost_center",
				"langfuse.trace.metadata.cost_center",
			},
			Resource: append([]string{
				"cost_center", "cost.center", "app.cost_center", "service.cost_center", "cost-center", "costcenter",
			}, kubernetes("cost-center", "cost_center", "costcenter")...),
		},
	}
}

// kubernetes lists label and annotation attributes from the most specific object to the widest.
func kubernetes(labels ...string) []string {
	var keys []string
	for _, object := range []string{"pod", "deployment", "namespace"} {
		for _, label := range labels {
			keys = append(keys, "k8s."+object+".labels."+label, "k8s."+object+".annotations."+label)
		}
	}
	return keys
}
