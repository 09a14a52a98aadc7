package peers

import (
	"fmt"
	"strings"
)

const (
	setTeam       = `set(span.attributes["finops.team"], `
	setCostCenter = `set(span.attributes["finops.cost_center"], `
)

// TransformOwnersOfResource copies team and cost center from the resource.
func TransformOwnersOfResource() map[string]any {
	return spanStatements(
		setTeam+`resource.attributes["team"])`,
		setCostCenter+`resource.attributes["cost_center"])`,
	)
}

// TransformOwnersWhere names the owner of each service in a statement of its own, the way that is found in most
// configurations.
func TransformOwnersWhere(services, teams, costCenters []string) map[string]any {
	var statements []string
	for i, service := range services {
		where := fmt.Sprintf(`) where resource.attributes["service.name"] == %q`, service)
		statements = append(statements,
			setTeam+fmt.Sprintf("%q", teams[i])+where,
			setCostCenter+fmt.Sprintf("%q", costCenters[i])+where)
	}
	return spanStatements(statements...)
}

// TransformOwnersTable looks the service up in a map, which is rebuilt for every batch.
func TransformOwnersTable(services, teams, costCenters []string) map[string]any {
	const service = `resource.attributes["service.name"]`
	return transform(map[string]any{
		"context":      "span",
		"shared_cache": true,
		"statements": []string{
			`set(span.cache["team"], ` + texts(services, teams) + `) where span.cache["team"] == nil`,
			`set(span.cache["cost_center"], ` + texts(services, costCenters) + `) where span.cache["cost_center"] == nil`,
			setTeam + `span.cache["team"][` + service + `])`,
			setCostCenter + `span.cache["cost_center"][` + service + `])`,
		},
	})
}

// TransformOwnersExpression takes the team from an expression on the span.
func TransformOwnersExpression(expression string) map[string]any {
	return spanStatements(setTeam+expression+")", setCostCenter+`resource.attributes["cost_center"])`)
}

func spanStatements(statements ...string) map[string]any {
	return transform(map[string]any{"context": "span", "statements": statements})
}

func texts(keys, values []string) string {
	entries := make([]string, len(keys))
	for i, key := range keys {
		entries[i] = fmt.Sprintf("%q: %q", key, values[i])
	}
	return "{" + strings.Join(entries, ", ") + "}"
}
