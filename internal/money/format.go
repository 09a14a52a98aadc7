package money

import (
	"math/bits"
	"strconv"
)

// appendDecimal appends v x 10^-scale as the shortest plain decimal.
func (v int128) appendDecimal(dst []byte, scale int) []byte {
	m, neg := v.abs()
	if neg {
		dst = append(dst, '-')
	}
	if scale == amountScale && m.hi < 1e9 {
		// A cost of whole units has no more decimals than a unit price, and mostly fits 64 bits then.
		if quo, rem := bits.Div64(m.hi, m.lo, 1e9); rem == 0 {
			m, scale = uint128{lo: quo}, unitPriceScale
		}
	}
	// Constant divisors: the compiler makes them multiplications.
	switch {
	case m.hi == 0 && scale == quantityScale:
		dst = strconv.AppendUint(dst, m.lo/1e9, 10)
		return appendFraction(dst, m.lo%1e9, scale)
	case m.hi == 0 && scale == unitPriceScale:
		dst = strconv.AppendUint(dst, m.lo/1e15, 10)
		return appendFraction(dst, m.lo%1e15, scale)
	default:
		return m.appendWide(dst, scale)
	}
}

// appendFraction appends a point and frac x 10^-scale without trailing zeros; nothing for 0. The
// scale is at most 15.
func appendFraction(dst []byte, frac uint64, scale int) []byte {
	if frac == 0 {
		return dst
	}
	frac, scale = trimZeros(frac, scale)
	var buf [16]byte
	i := scale
	for ; i > 1; i -= 2 {
		pair := 2 * (frac % 100)
		buf[i-1], buf[i] = pairs[pair], pairs[pair+1]
		frac /= 100
	}
	if i == 1 {
		buf[1] = byte('0' + frac)
	}
	buf[0] = '.'
	return append(dst, buf[:scale+1]...)
}

// pairs are the numbers from 00 to 99. Dividing takes most of the time of writing a number, and two digits at a
// time need half of it.
const pairs = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"

// trimZeros removes up to 15 trailing zeros from a number that is not 0.
func trimZeros(frac uint64, scale int) (uint64, int) {
	if frac%1e8 == 0 {
		frac, scale = frac/1e8, scale-8
	}
	if frac%1e4 == 0 {
		frac, scale = frac/1e4, scale-4
	}
	if frac%1e2 == 0 {
		frac, scale = frac/1e2, scale-2
	}
	if frac%10 == 0 {
		frac, scale = frac/10, scale-1
	}
	return frac, scale
}

// wideDigits is the number of decimal digits of the largest magnitude.
const wideDigits = 39

// appendWide appends magnitudes of any size at any scale. All digits are laid out first; the
// quotient by 1e19 fits 64 bits because the magnitude is below 2^127.
func (m uint128) appendWide(dst []byte, scale int) []byte {
	var buf [wideDigits]byte
	high, low := m.div64(pow10[19])
	putDigits(buf[:20], high.lo)
	putDigits(buf[20:], low)

	whole, frac := buf[:wideDigits-scale], buf[wideDigits-scale:]
	for len(whole) > 1 && whole[0] == '0' {
		whole = whole[1:]
	}
	for len(frac) > 0 && frac[len(frac)-1] == '0' {
		frac = frac[:len(frac)-1]
	}
	dst = append(dst, whole...)
	if len(frac) > 0 {
		dst = append(dst, '.')
		dst = append(dst, frac...)
	}
	return dst
}

// putDigits fills buf with the last len(buf) digits of v.
func putDigits(buf []byte, v uint64) {
	for i := len(buf) - 1; i >= 0; i-- {
		buf[i] = byte('0' + v%10)
		v /= 10
	}
}
