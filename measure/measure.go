// Package measure turns observations into figures that can be trusted, or says
// that they cannot be.
//
// A Recorder is a traffic.Sink. It counts each observation by request name,
// outcome, client and window of the plan, keeps a series over time, and notes
// how late the load generator itself was. Its Summary has the percentiles,
// and a verdict on whether the measurement is sound. Its memory depends on how
// many names, outcomes and windows there are and not on how long the run is.
//
// Latency is counted from when an arrival was due, service from when it was
// sent; a generator that falls behind shows in the first and not in the second
// (coordinated omission: Gil Tene, "How NOT to Measure Latency", 2013).
//
// Histograms are HdrHistograms (github.com/HdrHistogram) of whole microseconds
// from 1 µs to 1 h with 3 significant digits: a percentile is at most 0.1 %, or 1 µs,
// above the true one. What is beyond an hour is counted as overflow, ranks
// above everything else, and makes the run INVALID.
//
// The package reads no clock, save that WatchSelf asks what this process used.
package measure
