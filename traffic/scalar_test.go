package traffic

import (
	"encoding"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestScalarText(t *testing.T) {
	for _, c := range []struct {
		to         encoding.TextUnmarshaler
		text, want string // want: as it is written; "" is an error
	}{
		{new(Rate), "200/s", "200/s"},
		{new(Rate), " 200 ", "200/s"},
		{new(Rate), "12k/s", "12000/s"},
		{new(Rate), "1.5M/s", "1500000/s"},
		{new(Rate), "30/m", "0.5/s"},
		{new(Rate), "7200 / h", "2/s"},
		{new(Rate), "0.1", "0.1/s"},
		{new(Rate), "1e3/s", "1000/s"},
		{new(Rate), "-5/s", ""},
		{new(Rate), "200/d", ""},
		{new(Rate), "fast", ""},
		{new(Rate), "", ""},
		{new(Rate), "k/s", ""},
		{new(Rate), "NaN", ""},
		{new(Rate), "Inf/s", ""},
		{new(Rate), "0x10/s", ""},
		{new(Rate), "1e400/s", ""},
		{new(Rate), "200M/s", ""},
		{new(Percent), "70%", "70%"},
		{new(Percent), "0.5", "0.5%"},
		{new(Percent), "12.5 %", "12.5%"},
		{new(Percent), "-1%", ""},
		{new(Percent), "%", ""},
		{new(Bytes), "2KB", "2KB"},
		{new(Bytes), "2KiB", "2KiB"},
		{new(Bytes), "512B", "512B"},
		{new(Bytes), "512", "512B"},
		{new(Bytes), "1.5MB", "1500KB"},
		{new(Bytes), "1 gib", "1GiB"},
		{new(Bytes), "0", "0B"},
		{new(Bytes), "-1B", ""},
		{new(Bytes), "B", ""},
		{new(Bytes), "2XB", ""},
		{new(Bytes), "99999999GB", "99999999GB"},
		{new(Bytes), "99999999999GB", ""},
		{new(Range), "200/s..1500/s", "200..1500/s"},
		{new(Range), "200..1500", "200..1500/s"},
		{new(Range), "30..60/m", "0.5..1/s"},
		{new(Range), "60/m .. 2/s", "1..2/s"},
		{new(Range), "200/s", ""},
		{new(Range), "..1/s", ""},
		{new(Range), "1..", ""},
	} {
		err := c.to.UnmarshalText([]byte(c.text))
		if err != nil {
			if c.want != "" || !strings.Contains(err.Error(), strings.TrimSpace(c.text)) && !strings.Contains(c.text, "..") {
				t.Errorf("%T.UnmarshalText(%q): %v", c.to, c.text, err)
			}
			continue
		}
		if got, _ := c.to.(encoding.TextMarshaler).MarshalText(); string(got) != c.want {
			t.Errorf("%T.UnmarshalText(%q) = %s, want %q", c.to, c.text, got, c.want)
		}
	}
}

// What is written reads back as the same value.
func TestScalarsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Range{Rate(rapid.Float64Range(0, maxRate).Draw(t, "from")), Rate(rapid.Float64Range(0, maxRate).Draw(t, "to"))}
		b := Bytes(rapid.Int64Range(0, 1<<52).Draw(t, "bytes"))
		p := Percent(rapid.Float64Range(0, 1e6).Draw(t, "percent"))
		var r2 Range
		var b2 Bytes
		var p2 Percent
		if err := r2.UnmarshalText([]byte(r.String())); err != nil || r2 != r {
			t.Errorf("%s reads back as %s, %v", r, r2, err)
		}
		if err := b2.UnmarshalText([]byte(b.String())); err != nil || b2 != b {
			t.Errorf("%s reads back as %s, %v", b, b2, err)
		}
		if err := p2.UnmarshalText([]byte(p.String())); err != nil || p2 != p {
			t.Errorf("%s reads back as %s, %v", p, p2, err)
		}
	})
}
