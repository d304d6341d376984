package report

import (
	"encoding/xml"
	"io"
	"regexp"
	"strings"
	"testing"
)

// TestPageLoadsNothing says that the page loads nothing from anywhere: no
// source or style sheet with an address, and a policy that forbids it. Only
// links that a reader may follow lead out of it.
func TestPageLoadsNothing(t *testing.T) {
	for name, r := range samples(t) {
		page := render(t, "html", r)
		markup := regexp.MustCompile(`(?s)<script[^>]*>.*?</script>`).ReplaceAllString(page, "")
		markup = strings.ReplaceAll(markup, `<a href="https://`, `<a>`)
		for _, m := range regexp.MustCompile(`(?i)\b(src|href|action|data|poster|srcset|formaction|xlink:href)\s*=\s*"([^"]*)"`).FindAllStringSubmatch(markup, -1) {
			if v := m[2]; !strings.HasPrefix(v, "#") && v != "data:," {
				t.Errorf("%s: the page refers to %s", name, m[0])
			}
		}
		if m := regexp.MustCompile(`(?i)@import|url\(\s*['"]?[^#)]|<iframe|<object|<embed|<base`).FindString(markup); m != "" {
			t.Errorf("%s: the page has %q", name, m)
		}
		if !strings.Contains(page, `http-equiv="Content-Security-Policy" content="default-src 'none'`) {
			t.Errorf("%s: no policy", name)
		}
	}
}

// TestHostileNamesAreHarmless says that text of the scenario and the API stays
// text: the page has the script elements of its own and no others.
func TestHostileNamesAreHarmless(t *testing.T) {
	want := strings.Count(render(t, "html", realistic(t)), "<script")
	page := render(t, "html", hostile(t))
	if got := strings.Count(page, "<script"); got != want {
		t.Errorf("the page has %d script elements, want %d", got, want)
	}
	if got := strings.Count(strings.ToLower(page), "</script"); got != want {
		t.Errorf("the page ends %d script elements, want %d", got, want)
	}
	if !strings.Contains(page, "&lt;/script&gt;&lt;script&gt;alert(1)") {
		t.Error("the name is not shown as text")
	}
	if strings.Contains(page, "href=\"javascript:") {
		t.Error("the page links to a script")
	}
}

func TestPageSize(t *testing.T) {
	for name, r := range samples(t) {
		page, data := len(render(t, "html", r)), len(render(t, "json", r))
		if page-data > 300_000 {
			t.Errorf("%s: the page is %d bytes beyond its data, want at most 300,000", name, page-data)
		}
	}
}

// TestDrawingsAreWellFormed parses each SVG of the page as XML.
func TestDrawingsAreWellFormed(t *testing.T) {
	for name, r := range samples(t) {
		page := render(t, "html", r)
		for _, s := range regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAllString(page, -1) {
			d := xml.NewDecoder(strings.NewReader(s))
			for {
				if _, err := d.Token(); err == io.EOF {
					break
				} else if err != nil {
					t.Errorf("%s: SVG: %v in %.200s", name, err, s)
					break
				}
			}
			if strings.Contains(s, "viewBox=\"0 0 1016") && (!strings.Contains(s, "<title") || !strings.Contains(s, "<desc")) {
				t.Errorf("%s: an SVG has no title or description: %.200s", name, s)
			}
		}
		ids := map[string]bool{}
		for _, m := range regexp.MustCompile(`\sid="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			if ids[m[1]] {
				t.Errorf("%s: the id %q stands twice", name, m[1])
			}
			ids[m[1]] = true
		}
	}
}

func TestPageSaysWhatItIs(t *testing.T) {
	s := samples(t)
	for _, c := range []struct{ name, want string }{
		{"simulated", "Simulated: no request was sent."},
		{"closed", "Closed loop: each client waits"},
		{"invalid", "show what went wrong, not how the API performs"},
		{"interrupted", "Interrupted after"},
		{"single", tooSmall},
		{"realistic", "uPlot 1.6.32"},
		{"realistic", "Permission is hereby granted"},
		{"long", "Each stands for 3 measured intervals"},
	} {
		if page := render(t, "html", s[c.name]); !strings.Contains(page, c.want) {
			t.Errorf("the page of %q does not say %q", c.name, c.want)
		}
	}
	if page := render(t, "html", s["price"]); strings.Contains(page, `id="glance"`) || !strings.Contains(page, `id="cost"`) {
		t.Error("the page of a bill alone shows figures of a run, or no bill")
	}
}
