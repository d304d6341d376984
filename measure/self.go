package measure

import (
	"math"
	"runtime/metrics"
	"time"
)

// Self is what the process that made the measurement used itself.
type Self struct {
	CPUSeconds   float64       `json:"cpu_s"`             // user and system time while watched; 0 where the system does not tell
	WallSeconds  float64       `json:"wall_s"`            // how long it was watched
	MaxRSSBytes  int64         `json:"max_rss_bytes"`     // the process's largest resident set since it began; 0 where the system does not tell
	GCs          uint64        `json:"gcs"`               // garbage collections while watched
	GCPauseTotal time.Duration `json:"gc_pause_total_ns"` // time the collector stopped the program; from a histogram, so approximate
	GCPauseMax   time.Duration `json:"gc_pause_max_ns"`   // at most: the upper bound of the histogram's bucket
}

// WatchSelf begins to watch this process. The function that it returns says what was
// used since; it may be called more than once.
func WatchSelf() (stop func() Self) {
	began, cpu := time.Now(), cpuTime()
	cycles, pauses := collector()
	return func() Self {
		s := Self{CPUSeconds: (cpuTime() - cpu).Seconds(), WallSeconds: time.Since(began).Seconds(), MaxRSSBytes: maxRSS()}
		now, after := collector()
		s.GCs = now - cycles
		s.GCPauseTotal, s.GCPauseMax = paused(pauses, after)
		return s
	}
}

// collector reads how many collections there have been, and how long they
// stopped the program (runtime/metrics).
func collector() (cycles uint64, pauses *metrics.Float64Histogram) {
	s := []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}, {Name: "/sched/pauses/total/gc:seconds"}}
	metrics.Read(s)
	if s[0].Value.Kind() == metrics.KindUint64 {
		cycles = s[0].Value.Uint64()
	}
	if s[1].Value.Kind() == metrics.KindFloat64Histogram {
		pauses = s[1].Value.Float64Histogram()
	}
	return cycles, pauses
}

// paused returns the total and the longest of the pauses between two readings,
// each taken as the middle of its bucket for the total and as its upper bound for the longest.
func paused(before, after *metrics.Float64Histogram) (total, longest time.Duration) {
	if after == nil {
		return 0, 0
	}
	var sum, most float64
	for i, n := range after.Counts {
		if before != nil && i < len(before.Counts) {
			n -= before.Counts[i]
		}
		if n == 0 {
			continue
		}
		low, high := max(0, after.Buckets[i]), after.Buckets[i+1]
		if math.IsInf(high, 1) {
			high = low
		}
		sum += float64(n) * (low + high) / 2
		most = high
	}
	return seconds(sum), seconds(most)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
