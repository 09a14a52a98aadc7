package histogram

import "math"

// Scales as the OpenTelemetry metrics SDK specification bounds them: 20 is the finest it allows,
// and at -10 a single bucket spans every double.
const (
	maxScale = 20
	minScale = -10
)

// bucketIndex returns the bucket of a positive v: the i with base^i < v <= base^(i+1) and
// base = 2^(2^-scale).
func bucketIndex(v float64, scale int32) int32 {
	frac, exp := math.Frexp(v) // v = frac * 2^exp, frac in [0.5, 1)
	if frac == 0.5 {
		// A power of two is the inclusive upper bound of its bucket, and logarithms are
		// not exact enough to say so.
		if scale >= 0 {
			return int32(exp-1)<<scale - 1
		}
		return int32(exp-2) >> -scale
	}
	if scale <= 0 {
		return int32(exp-1) >> -scale
	}
	within := int32(math.Ceil(math.Log2(frac)*float64(int32(1)<<scale))) - 1
	return int32(exp)<<scale + min(within, -1)
}

// noBucket stands for the count of zeros; no bucket of positive amounts has this index.
const noBucket = math.MinInt

func (l *Layout) observeExponential(d *Distribution, v float64) (bucket int) {
	if v <= 0 {
		d.Zero++
		return noBucket
	}
	i := bucketIndex(v, d.Scale)
	if by := l.excess(d, i, i); by > 0 {
		d.downscale(by)
		i >>= by
	}
	d.reach(i, i)
	d.Counts[i-d.Offset]++
	return int(i)
}

// excess returns by how many scales the buckets must be halved for lo and hi to fit beside what is
// there.
func (l *Layout) excess(d *Distribution, lo, hi int32) (by int32) {
	if len(d.Counts) > 0 {
		lo = min(lo, d.Offset)
		hi = max(hi, d.Offset+int32(len(d.Counts))-1)
	}
	for int64(hi)-int64(lo) >= int64(l.MaxSize) && d.Scale-by > minScale {
		lo, hi, by = lo>>1, hi>>1, by+1
	}
	return by
}

// downscale merges neighbouring buckets, by times.
func (d *Distribution) downscale(by int32) {
	d.Scale -= by
	if len(d.Counts) == 0 {
		return
	}
	offset := d.Offset >> by
	last := (d.Offset + int32(len(d.Counts)) - 1) >> by
	for i, n := range d.Counts {
		to := (d.Offset+int32(i))>>by - offset
		if int(to) == i {
			continue
		}
		d.Counts[i] = 0
		d.Counts[to] += n
	}
	d.Counts = d.Counts[:last-offset+1]
	d.Offset = offset
}

// reach extends the buckets to hold lo and hi.
func (d *Distribution) reach(lo, hi int32) {
	if len(d.Counts) == 0 {
		d.Offset = lo
	}
	if missing := int(d.Offset) - int(lo); missing > 0 {
		n := len(d.Counts)
		d.Counts = append(d.Counts, make([]uint64, missing)...)
		copy(d.Counts[missing:], d.Counts[:n])
		clear(d.Counts[:missing])
		d.Offset = lo
	}
	for d.Offset+int32(len(d.Counts)) <= hi {
		d.Counts = append(d.Counts, 0)
	}
}

func (l *Layout) mergeExponential(d, src *Distribution) {
	d.Zero += src.Zero
	if len(src.Counts) == 0 {
		return
	}
	if d.Scale > src.Scale {
		d.downscale(d.Scale - src.Scale)
	}
	shift := src.Scale - d.Scale
	lo := src.Offset >> shift
	hi := (src.Offset + int32(len(src.Counts)) - 1) >> shift
	if by := l.excess(d, lo, hi); by > 0 {
		d.downscale(by)
		shift, lo, hi = shift+by, lo>>by, hi>>by
	}
	d.reach(lo, hi)
	for i, n := range src.Counts {
		d.Counts[(src.Offset+int32(i))>>shift-d.Offset] += n
	}
}
