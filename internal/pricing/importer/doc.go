// Package importer reads public price lists into the `finops` catalog format.
//
// Three formats are known, by the names that configuration and command line use:
//
//	litellm       one JSON object of models, USD per single unit
//	genai_prices  providers with match rules, units and dated prices, USD per unit's own scale
//	models_dev    providers with one cost object per model, USD per million tokens
//
// Numbers are taken from the JSON text and scaled as decimals; none passes through a
// binary float. What a source says and the format cannot express is never dropped in
// silence: each such thing is an [Issue] of the [Report].
package importer
