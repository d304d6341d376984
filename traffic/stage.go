package traffic

import (
	"fmt"
	"time"
)

// segments is the stage as a sequence of segments from start on.
func (st *Stage) segments(start time.Duration, window int) []segment {
	base := segment{window: int32(window), start: start, length: st.For}
	switch {
	case st.Rate != nil:
		return []segment{base.piece(0, st.For, *st.Rate)}
	case st.Ramp != nil && st.Ramp.From == st.Ramp.To:
		return []segment{base.piece(0, st.For, st.Ramp.To)}
	case st.Ramp != nil:
		base.kind, base.a, base.b = slope, float64(st.Ramp.From), float64(st.Ramp.To)
		return []segment{base}
	case st.Steps != nil:
		return st.steps(base)
	case st.Spike != nil:
		up := (st.For - st.hold()) / 2
		down := up + st.hold()
		return []segment{base.piece(0, up, st.Spike.From), base.piece(up, down, st.Spike.To), base.piece(down, st.For, st.Spike.From)}
	case st.Sine != nil:
		base.kind, base.period = wave, st.period().Seconds()
		base.a = float64(st.Sine.From+st.Sine.To) / 2
		base.b = float64(st.Sine.To-st.Sine.From) / 2
		return []segment{base}
	}
	return nil
}

// piece is the part of the stage s between two times since it began, at a
// constant rate.
func (s segment) piece(from, to time.Duration, rate Rate) segment {
	return segment{kind: flat, window: s.window, start: s.start + from, length: to - from, a: float64(rate)}
}

func (st *Stage) steps(base segment) []segment {
	all := make([]segment, st.Count)
	last := max(1, st.Count-1)
	for i := range all {
		n := time.Duration(st.Count)
		from, to := st.For*time.Duration(i)/n, st.For*time.Duration(i+1)/n
		up := (st.Steps.To - st.Steps.From) * Rate(i) / Rate(last)
		all[i] = base.piece(from, to, st.Steps.From+up)
	}
	return all
}

func (st *Stage) hold() time.Duration {
	if st.Hold > 0 {
		return st.Hold
	}
	return st.For / 3
}

func (st *Stage) period() time.Duration {
	if st.Period > 0 {
		return st.Period
	}
	return st.For
}

// shapes lists the shapes that the stage gives, as YAML names them.
func (st *Stage) shapes() (names []string) {
	for _, s := range []struct {
		name  string
		given bool
	}{{"rate", st.Rate != nil}, {"ramp", st.Ramp != nil}, {"steps", st.Steps != nil}, {"spike", st.Spike != nil}, {"sine", st.Sine != nil}} {
		if s.given {
			names = append(names, s.name)
		}
	}
	return names
}

// title is the stage's name, or one made up from its shape: "ramp 200..1500/s".
func (st *Stage) title() string {
	switch {
	case st.Name != "":
		return st.Name
	case st.Rate != nil:
		return st.Rate.String()
	case st.Ramp != nil:
		return fmt.Sprintf("ramp %s", st.Ramp)
	case st.Steps != nil:
		return fmt.Sprintf("steps %s", st.Steps)
	case st.Spike != nil:
		return fmt.Sprintf("spike %s", st.Spike)
	case st.Sine != nil:
		return fmt.Sprintf("sine %s", st.Sine)
	}
	return "stage"
}

// steady tells whether the stage's observations count in the window "steady".
func (st *Stage) steady() bool {
	if st.Steady != nil {
		return *st.Steady
	}
	return st.Rate != nil && *st.Rate > 0
}
