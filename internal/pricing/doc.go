// Package pricing turns the usage of one model call into exact unit prices.
//
// It has three parts that know each other in this order only:
//
//	format   the `finops` catalog file format (YAML): what can be said about prices
//	catalog  several files, checked, merged entry by entry and compiled for look-up
//	engine   a catalog plus a customer's own prices and exchange rates, immutable and
//	         safe for concurrent use; replaced as a whole when anything changes
//
// Everything a provider does differently is data in the format. The engine has no
// knowledge of any provider.
package pricing
