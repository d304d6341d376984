package measure

import (
	"encoding/binary"
	"math/bits"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// The histograms' range and precision: 1 µs to 1 h in steps of at most 0.1 %.
const (
	lowest  = 1
	highest = int64(time.Hour / time.Microsecond)
	digits  = 3
)

// The bucket layout of an HdrHistogram of that range and precision: values
// below 2048 µs have a bucket each, and every doubling after that has 1024.
const (
	halfBits = 10 // 1024 buckets for each doubling
	half     = 1 << halfBits
	buckets  = 23 * half // the last doubling holds 1 h

	pageBits = 8
	pageSize = 1 << pageBits
	pages    = buckets / pageSize
)

// index returns the bucket of v microseconds, 0 <= v <= highest.
func index(v int64) int {
	shift := bits.Len64(uint64(v)|(2*half-1)) - (halfBits + 1)
	return shift<<halfBits + int(v>>shift)
}

// value returns the lowest value of a bucket, in microseconds.
func value(i int) int64 {
	shift := i>>halfBits - 1
	if shift <= 0 {
		return int64(i)
	}
	return int64(i-shift<<halfBits) << shift
}

// micros rounds a duration to the microsecond, halves up.
func micros(d time.Duration) int64 { return int64((d + 500) / 1000) }

// A hist counts durations in an HdrHistogram's buckets, but allocates them by
// the page as they are touched: latencies of one kind crowd into a few
// doublings, so some 6 KB do where a dense histogram takes 188 KB, and a
// recorder can afford one per request name, outcome and window. Everything but
// counting (quantiles, curves, encoding) is left to hdrhistogram-go, see fill.
//
// Sum, minimum and maximum are kept exactly, in nanoseconds. A value beyond the
// range is counted in over, and in no bucket.
type hist struct {
	count        uint64 // over included
	over         uint64
	sumHi, sumLo uint64
	min, max     time.Duration
	page         [pages]*[pageSize]uint16
	carry        map[int]uint64 // how often a bucket's 16 bits have run over
}

func (h *hist) record(d time.Duration) {
	if h.count == 0 || d < h.min {
		h.min = d
	}
	if d > h.max {
		h.max = d
	}
	h.count++
	var c uint64
	h.sumLo, c = bits.Add64(h.sumLo, uint64(d), 0)
	h.sumHi += c
	v := micros(d)
	if v > highest {
		h.over++
		return
	}
	i := index(v)
	p := h.page[i>>pageBits]
	if p == nil {
		p = new([pageSize]uint16)
		h.page[i>>pageBits] = p
	}
	p[i&(pageSize-1)]++
	if p[i&(pageSize-1)] == 0 {
		h.carried(i, 1)
	}
}

func (h *hist) carried(i int, n uint64) {
	if h.carry == nil {
		h.carry = map[int]uint64{}
	}
	h.carry[i] += n
}

// add counts n more values in bucket i, without touching the other fields.
func (h *hist) add(i int, n uint64) {
	p := h.page[i>>pageBits]
	if p == nil {
		p = new([pageSize]uint16)
		h.page[i>>pageBits] = p
	}
	sum := uint64(p[i&(pageSize-1)]) + n
	p[i&(pageSize-1)] = uint16(sum)
	if sum>>16 > 0 {
		h.carried(i, sum>>16)
	}
}

// each calls f for each bucket that is not empty, in order.
func (h *hist) each(f func(i int, n uint64)) {
	for pi, p := range h.page {
		if p == nil {
			continue
		}
		for k, n := range p {
			i, sum := pi<<pageBits+k, uint64(n)
			if h.carry != nil {
				sum += h.carry[i] << 16
			}
			if sum > 0 {
				f(i, sum)
			}
		}
	}
}

// merge adds what o has counted.
func (h *hist) merge(o *hist) {
	if o == nil || o.count == 0 {
		return
	}
	if h.count == 0 || o.min < h.min {
		h.min = o.min
	}
	h.max = max(h.max, o.max)
	h.count += o.count
	h.over += o.over
	var c uint64
	h.sumLo, c = bits.Add64(h.sumLo, o.sumLo, 0)
	h.sumHi += o.sumHi + c
	o.each(h.add)
}

// reset empties h and keeps its pages for the next use.
func (h *hist) reset() {
	for _, p := range h.page {
		if p != nil {
			*p = [pageSize]uint16{}
		}
	}
	*h = hist{page: h.page}
}

// sum returns the total in nanoseconds.
func (h *hist) sum() float64 { return float64(h.sumHi)*(1<<64) + float64(h.sumLo) }

// rough returns the quantile q in milliseconds where at least one value lies
// beyond it, else nil. It walks the pages itself and takes a few microseconds.
func (h *hist) rough(q float64) *float64 {
	if float64(h.count)*(1-q) < 1-1e-9 {
		return nil
	}
	rank := uint64(q*float64(h.count) + 0.5) // as hdrhistogram-go ranks
	var seen uint64
	var v *float64
	h.each(func(i int, n uint64) {
		seen += n
		if v == nil && seen >= rank {
			at := within(h, value(i+1)-1)
			v = &at
		}
	})
	return v
}

// bytes estimates the memory that h takes.
func (h *hist) bytes() int {
	n := pages*8 + 64
	for _, p := range h.page {
		if p != nil {
			n += pageSize * 2
		}
	}
	return n + 40*len(h.carry)
}

// fill makes to an hdrhistogram of the same counts; to must be newDense.
func (h *hist) fill(to *hdrhistogram.Histogram) {
	to.Reset()
	h.each(func(i int, n uint64) {
		// A bucket's value is always in range, and n fits as long as fewer than
		// 2^63 values were counted.
		_ = to.RecordValues(value(i), int64(n))
	})
}

func newDense() *hdrhistogram.Histogram { return hdrhistogram.New(lowest, highest, digits) }

// pack writes h in a compact form: count, over, sum, minimum and maximum, then for each
// bucket that is not empty the distance from the one before and its count, all
// as varints.
func (h *hist) pack() []byte {
	b := make([]byte, 0, 256)
	for _, v := range []uint64{h.count, h.over, h.sumHi, h.sumLo, uint64(h.min), uint64(h.max)} {
		b = binary.AppendUvarint(b, v)
	}
	last := 0
	h.each(func(i int, n uint64) {
		b = binary.AppendUvarint(b, uint64(i-last))
		b = binary.AppendUvarint(b, n)
		last = i
	})
	return append([]byte(nil), b...)
}

// unpack merges what pack wrote into h.
func (h *hist) unpack(b []byte) {
	if len(b) == 0 {
		return
	}
	next := func() uint64 {
		v, n := binary.Uvarint(b)
		b = b[n:]
		return v
	}
	var o hist
	for _, to := range []*uint64{&o.count, &o.over, &o.sumHi, &o.sumLo} {
		*to = next()
	}
	o.min, o.max = time.Duration(next()), time.Duration(next())
	h.merge(&o)
	for i := 0; len(b) > 0; {
		i += int(next())
		h.add(i, next())
	}
}
