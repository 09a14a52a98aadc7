package money

import "testing"

func BenchmarkMul(b *testing.B) {
	p, _ := ParseUnitPrice("0.0000025")
	q := Units(176_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := p.Mul(q); !ok {
			b.Fatal("out of range")
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	x, _ := ParseAmount("0.000176")
	var sum Amount
	b.ReportAllocs()
	for b.Loop() {
		sum = sum.Add(x)
	}
	if sum.IsZero() {
		b.Fatal("nothing added")
	}
}

func BenchmarkAppend(b *testing.B) {
	p, _ := ParseUnitPrice("0.0000025")
	a, _ := ParseAmount("0.360625")
	for _, c := range []struct {
		name string
		f    func([]byte) []byte
	}{
		{"quantity", Units(176_000).Append},
		{"unit_price", p.Append},
		{"amount", a.Append},
	} {
		b.Run(c.name, func(b *testing.B) {
			buf := make([]byte, 0, 64)
			b.ReportAllocs()
			for b.Loop() {
				buf = c.f(buf[:0])
			}
		})
	}
}

func BenchmarkAmountFloat64(b *testing.B) {
	a, _ := ParseAmount("0.360625")
	b.ReportAllocs()
	for b.Loop() {
		if a.Float64() == 0 {
			b.Fatal("zero")
		}
	}
}

func BenchmarkScanUnitPrice(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, n := ScanUnitPrice("0.0000025;output"); n == 0 {
			b.Fatal("not read")
		}
	}
}
