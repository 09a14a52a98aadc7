// Package load reads FOCUS datasets for a comparison of what was metered with what was billed.
//
// Files are read row by row and added up; what is held is as large as what is compared. Then both sides are spelt alike:
// models by the catalog, accounts and subaccounts as far as both sides name them, amounts in the currency of the bill. Days that the
// provider may still revise, and usage without a bill, are left out and listed.
package load
