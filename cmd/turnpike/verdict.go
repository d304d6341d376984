package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/turnpike-perf/turnpike/checks"
	"github.com/turnpike-perf/turnpike/measure"
	"github.com/turnpike-perf/turnpike/report"
	"github.com/turnpike-perf/turnpike/runner"
)

// verdict judges a report by what was measured, its checks, and how the run
// ended. A measurement that cannot be trusted outranks its checks.
func verdict(r *report.Report, cause error) report.Verdict {
	failed := r.Failed()
	v := report.Verdict{Status: report.Pass, ExitCode: exitCode(r, failed, cause), Reasons: append([]string{}, r.Summary.Validity.Reasons...)}
	if errors.Is(cause, runner.ErrInterrupted) {
		v.Status, v.Interrupted = report.Partial, true
	}
	if errors.Is(cause, runner.ErrStopped) {
		v.Status, v.Guard = report.Partial, strings.TrimPrefix(cause.Error(), runner.ErrStopped.Error()+": ")
	}
	if v.Status == report.Pass && len(failed) > 0 {
		v.Status = report.Fail
	}
	if r.Summary.Validity.Verdict == measure.Invalid {
		v.Status, failed = report.Invalid, nil // no check counts
	}
	for _, c := range failed {
		v.Reasons = append(v.Reasons, failure(c))
	}
	r.Verdict = v
	v.Sentence = report.Sentence(r)
	return v
}

// exitCode is that of the weightiest ending: why the run was cut short comes
// before whether it can be trusted, and that before its checks.
func exitCode(r *report.Report, failed []checks.Result, cause error) int {
	switch {
	case errors.Is(cause, runner.ErrInterrupted):
		return exitInterrupted
	case errors.Is(cause, runner.ErrStopped):
		return exitGuard
	case r.Summary.Validity.Verdict == measure.Invalid:
		return exitInvalid
	case slices.ContainsFunc(failed, func(c checks.Result) bool { return !c.Cost }):
		return exitChecks
	case len(failed) > 0:
		return exitCost
	}
	return exitOK
}

func failure(c checks.Result) string {
	if c.Reason != "" {
		return fmt.Sprintf("%s: %s (line %d)", c.Check, c.Reason, c.Line)
	}
	return fmt.Sprintf("%s: observed %s (line %d)", c.Check, c.Observed, c.Line)
}
