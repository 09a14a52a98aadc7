// Package focuscheck holds files against the rules of the specification that can be seen in a file: the columns there are, types,
// formats, NULLs, allowed values, and what columns say about each other.
//
// Rules are tables. Ids are those of the requirements model of 1.2 (model 1.2.0.1 of focus-validator 2.2.1); what a later version says otherwise
// has the id that it has there (CAU-...), and a rule that is in neither has an id of ours, <column>-C-<what> or Finops-....
package focuscheck
