package money_test

import (
	"fmt"
	"math/big"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

func ExampleRoundUnitPrice() {
	// USD 2.50 per million tokens, with 10 % more for data residency and 15 % off by contract.
	rate := big.NewRat(250, 100*1_000_000)
	rate.Mul(rate, big.NewRat(110, 100)).Mul(rate, big.NewRat(85, 100))
	price, err := money.RoundUnitPrice(rate)
	if err != nil {
		fmt.Println(err)
		return
	}
	cost, ok := price.Mul(money.Units(12_345))
	fmt.Println(price, cost, ok)
	// Output: 0.0000023375 0.0288564375 true
}

func ExampleAllocate() {
	total, _ := money.ParseAmount("100")
	third, _ := money.ParseAmount("1")
	for _, part := range money.Allocate(total, []money.Amount{third, third, third}) {
		fmt.Println(part)
	}
	// Output:
	// 33.333333333333333333333334
	// 33.333333333333333333333333
	// 33.333333333333333333333333
}
