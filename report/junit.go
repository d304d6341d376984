package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The elements of the JUnit form that Jenkins, GitLab and GitHub read.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Timestamp  string          `xml:"timestamp,attr,omitempty"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
		Out        string          `xml:"system-out,omitempty"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Time    string        `xml:"time,attr"`
		Failure *junitProblem `xml:"failure"`
		Error   *junitProblem `xml:"error"`
	}
	junitProblem struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes the checks as JUnit XML: a suite for the scenario and a case
// for each check. In an INVALID run each case is an error, since a check of
// what was not measured soundly has neither passed nor failed; a run without
// checks has one case, the measurement itself.
func JUnit(w io.Writer, r *Report) error {
	s := junitSuite{Name: r.Name, Time: strconv.FormatFloat(r.Summary.ElapsedS, 'f', 3, 64), Properties: junitProperties(r), Out: Sentence(r)}
	if !r.Began.IsZero() {
		s.Timestamp = r.Began.UTC().Format("2006-01-02T15:04:05")
	}
	for _, k := range r.Checks {
		c := junitCase{Class: r.Name + "." + strings.ReplaceAll(scope(k), ".", "_"), Name: k.Check, Time: "0"}
		switch {
		case invalid(r):
			c.Error = invalidProblem(r)
		case !k.Passed:
			c.Failure = &junitProblem{Message: checkWords(k), Type: "check", Text: strings.TrimSpace(fmt.Sprintf("observed %s, wanted %s\n%s", cmp.Or(k.Observed, none), k.Bound, k.Margin+k.Reason))}
		}
		s.Cases = append(s.Cases, c)
	}
	if len(s.Cases) == 0 {
		c := junitCase{Class: r.Name, Name: "measurement is valid", Time: "0"}
		if invalid(r) {
			c.Error = invalidProblem(r)
		}
		s.Cases = append(s.Cases, c)
	}
	for _, c := range s.Cases {
		if c.Failure != nil {
			s.Failures++
		}
		if c.Error != nil {
			s.Errors++
		}
	}
	s.Tests = len(s.Cases)
	return writeXML(w, junitSuites{Name: "turnpike", Tests: s.Tests, Failures: s.Failures, Errors: s.Errors, Time: s.Time, Suites: []junitSuite{s}})
}

func invalidProblem(r *Report) *junitProblem {
	why := strings.Join(r.Summary.Validity.Reasons, "; ")
	return &junitProblem{Message: "INVALID measurement: " + why, Type: "INVALID", Text: why}
}

func junitProperties(r *Report) []junitProperty {
	var out []junitProperty
	for _, p := range []junitProperty{
		{"run_id", r.RunID}, {"status", r.Verdict.Status}, {"validity", r.Summary.Validity.Verdict}, {"mode", r.Mode}, {"loop", r.Loop},
		{"seed", strconv.FormatUint(r.Seed, 10)}, {"turnpike", r.Tool.Version}, {"commit", r.Tool.Commit}, {"prices_as_of", r.Cost.AsOf},
		{"exit_code", strconv.Itoa(r.Verdict.ExitCode)},
	} {
		if p.Value != "" {
			out = append(out, p)
		}
	}
	return out
}

func writeXML(w io.Writer, v any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write junit.xml: %w", err)
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("write junit.xml: %w", err)
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return fmt.Errorf("write junit.xml: %w", err)
	}
	return nil
}
