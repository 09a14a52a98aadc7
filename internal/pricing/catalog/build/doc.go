// Package build makes the builtin catalog out of public price lists.
//
// Every provider has one primary list, the one that dates its prices. Others complete it: variants
// by service tier, speed and place, fees, meters and models that the primary list lacks. Where
// two lists give different figures for the same thing, the primary one stands and the price
// is marked as disputed, so that costs made from it say that they are not certain.
package build
