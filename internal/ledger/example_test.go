package ledger_test

import (
	"fmt"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

func ExampleParseLines() {
	lines, err := ledger.ParseLines("input:176@0.0000025;cache_read:1024@0.00000125;output:300@0.00001", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, line := range lines {
		cost, _ := line.EffectiveCost()
		fmt.Println(line.Meter, line.Quantity, line.Effective, cost)
	}
	total, _ := lines.Effective()
	fmt.Println(total)
	// Output:
	// input 176 0.0000025 0.00044
	// cache_read 1024 0.00000125 0.00128
	// output 300 0.00001 0.003
	// 0.00472
}
