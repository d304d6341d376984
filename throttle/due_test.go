package throttle

import (
	"math/bits"
	"time"
)

// due is k·den/num seconds in whole nanoseconds: the k-th arrival of an even
// stream of num/den per second, by exact arithmetic.
func due(k, num, den uint64, round string) time.Duration {
	hi, lo := bits.Mul64(k, den*second)
	q, r := bits.Div64(hi, lo, num)
	switch {
	case round == "ceil" && r > 0, round == "nearest" && r >= num-r:
		q++
	}
	return time.Duration(q)
}
