package traffic

import (
	"fmt"
	"math"
	"strings"
)

// A Percent is a share in hundredths. Its text is "70%" or a bare number of
// percent: "0.5" is half a percent.
type Percent float64

func (p Percent) String() string                { return number(float64(p)) + "%" }
func (p Percent) MarshalText() ([]byte, error)  { return []byte(p.String()), nil }
func (p *Percent) UnmarshalText(b []byte) error { return unmarshal(p, b, parsePercent) }

func parsePercent(s string) (Percent, error) {
	v, err := parseFinite(strings.TrimSpace(strings.TrimSuffix(s, "%")))
	if err != nil || v < 0 {
		return 0, fmt.Errorf("%q is not a percentage: write 70%%", s)
	}
	return Percent(v), nil
}

// Bytes is a size. Its text is "512B", "2KB" (2,000), "2KiB" (2,048), "1.5MB",
// or a bare number of bytes.
type Bytes int64

var byteUnits = []struct {
	name string
	size int64
}{
	{"GiB", 1 << 30}, {"GB", 1e9}, {"MiB", 1 << 20}, {"MB", 1e6}, {"KiB", 1 << 10}, {"KB", 1e3}, {"B", 1},
}

// String uses the unit, of 1,000s or 1,024s, that needs the fewest digits and no fraction.
func (b Bytes) String() string {
	best := fmt.Sprintf("%dB", int64(b))
	for _, u := range byteUnits {
		if b != 0 && int64(b)%u.size == 0 {
			if s := fmt.Sprintf("%d%s", int64(b)/u.size, u.name); len(s) < len(best) {
				best = s
			}
		}
	}
	return best
}

func (b Bytes) MarshalText() ([]byte, error)     { return []byte(b.String()), nil }
func (b *Bytes) UnmarshalText(text []byte) error { return unmarshal(b, text, parseBytes) }

func parseBytes(s string) (Bytes, error) {
	digits, size := s, int64(1)
	for _, u := range byteUnits {
		if n := len(s) - len(u.name); n > 0 && strings.EqualFold(s[n:], u.name) {
			digits, size = s[:n], u.size
			break
		}
	}
	v, err := parseFinite(strings.TrimSpace(digits))
	if err != nil || v < 0 || v*float64(size) >= math.MaxInt64 {
		return 0, fmt.Errorf("%q is not a size: write 512B, 2KB, 2KiB or 1.5MB", s)
	}
	return Bytes(math.Round(v * float64(size))), nil
}
