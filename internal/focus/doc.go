// Package focus describes the FinOps Open Cost and Usage Specification (FOCUS) as far as charges of model
// calls need it: versions, datasets, columns, and the rows that they are made of.
//
// One table ([Columns]) says everything about a column: its name, type, level, the versions that have
// it. Files, their metadata, the validator and the documentation derive from it. A [Row] is made from a
// [Charge], which identifies it, and a quantity: quantities are summed first and multiplied once, so that
// ListCost is ListUnitPrice x PricingQuantity to the last digit.
//
// Sources: the specification's own text, github.com/FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec, releases 1.2, 1.3 and
// 1.4. Rule ids are those of its requirements model.
package focus
