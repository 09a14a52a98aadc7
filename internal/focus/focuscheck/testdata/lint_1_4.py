"""Prints how many rows a FOCUS 1.4 Cost and Usage file has, and what focus-data-toolkit finds in them."""

import csv
import sys

from focus_data_toolkit.model.validator import lint_focus_1_4_structure

with open(sys.argv[1], newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
# Custom columns are not in its model.
rows = [{name: value for name, value in row.items() if not name.startswith("x_")} for row in rows]
report = lint_focus_1_4_structure("Cost and Usage", rows)
print(report.row_count, "rows")
for violation in report.violations:
    print(violation.rule, violation.column, violation.message)
