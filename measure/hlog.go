package measure

import (
	"fmt"
	"io"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// WriteHLog writes the latency of the run as a standard HdrHistogram log
// (format 1.3): one histogram for each interval of the series in which something was
// done, with absolute time stamps from began. Values are in microseconds, so the
// log's column of maxima, which divides by a million, is in seconds.
func (r *Recorder) WriteHLog(w io.Writer, began time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.series.closeAll()
	l := hdrhistogram.NewHistogramLogWriter(w)
	for _, head := range []func() error{
		func() error {
			return l.OutputComment("[latency from the due time, in microseconds, by the time of completion]")
		},
		l.OutputLogFormatVersion,
		func() error { return l.OutputStartTime(began.UnixMilli()) },
		l.OutputLegend,
	} {
		if err := head(); err != nil {
			return fmt.Errorf("writing the histogram log's head: %w", err)
		}
	}
	dense := newDense()
	var h hist
	for i := range r.series.points {
		h.reset()
		if r.series.latency(i, &h); h.count == 0 {
			continue
		}
		h.fill(dense)
		at := time.Duration(i) * r.series.interval
		dense.SetStartTimeMs(began.Add(at).UnixMilli())
		dense.SetEndTimeMs(began.Add(at + r.series.interval).UnixMilli())
		if err := l.OutputIntervalHistogram(dense); err != nil {
			return fmt.Errorf("writing the histogram log at %s: %w", at, err)
		}
	}
	return nil
}
