package load

import "github.com/otelcol-finops/otelcol-finops/internal/money"

// sum is what is added up of the rows that agree in everything else.
type sum struct {
	quantity, committed money.Quantity
	cost, list          money.Amount
	requests            int64
}

// sums adds rows up. The keys are rows without quantities, costs and requests.
type sums[R comparable] map[R]*sum

func (s sums[R]) add(key R, more sum) {
	have, ok := s[key]
	if !ok {
		have = new(sum)
		s[key] = have
	}
	have.quantity, have.cost = have.quantity.Add(more.quantity), have.cost.Add(more.cost)
	have.list = have.list.Add(more.list)
	have.committed = have.committed.Add(more.committed)
	have.requests += more.requests
}
