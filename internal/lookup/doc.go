// Package lookup reads tables that say who owns what: which team a service, a user or an API key
// belonged to at the time of a call.
package lookup
