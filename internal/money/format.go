package money

import "strconv"

// appendDecimal appends v x 10^-scale as the shortest plain decimal.
func (v int128) appendDecimal(dst []byte, scale int) []byte {
	m, neg := v.abs()
	if neg {
		dst = append(dst, '-')
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
	for i := scale; i > 0; i-- {
		buf[i] = byte('0' + frac%10)
		frac /= 10
	}
	buf[0] = '.'
	return append(dst, buf[:scale+1]...)
}

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
