package report

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// probe runs in the page after all else and writes what it finds into the
// document, where --dump-dom shows it.
const probe = `<script>
(function () {
  const found = { errors: window.__errors, charts: [], theme: document.getElementById("theme").textContent, wide: document.documentElement.scrollWidth > innerWidth };
  for (const box of document.querySelectorAll(".chart")) {
    const c = box.querySelector("canvas");
    let ink = 0;
    if (c) {
      const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
      for (let i = 3; i < d.length; i += 4) if (d[i] > 0) ink++;
    }
    found.charts.push(box.id + ":" + (ink > 2000 ? "drawn" : "blank"));
  }
  const over = document.querySelector(".u-over");
  if (over) {
    const r = over.getBoundingClientRect();
    for (const type of ["mouseenter", "mousemove"]) over.dispatchEvent(new MouseEvent(type, { bubbles: true, view: window, clientX: r.left + r.width / 2, clientY: r.top + 20 }));
    const tips = [...document.querySelectorAll(".tip")].filter((t) => !t.hidden);
    found.tips = tips.length;
    found.tip = tips.length ? tips[0].textContent : "";
    found.cursors = [...document.querySelectorAll(".u-cursor-x")].filter((c) => !c.classList.contains("u-off")).length;
  }
  const out = document.createElement("pre");
  out.id = "found";
  out.textContent = JSON.stringify(found);
  document.body.appendChild(out);
})();
</script></body>`

const trap = `<script>window.__errors = []; addEventListener("error", (e) => __errors.push(e.message)); addEventListener("securitypolicyviolation", (e) => __errors.push("policy: " + e.violatedDirective + " " + e.blockedURI));
console.error = console.warn = (...a) => __errors.push(a.join(" "));</script><title>`

// browse opens a page in headless Chromium and returns its document and what
// the console said.
func browse(t *testing.T, page string, flags ...string) string {
	t.Helper()
	bin, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium on PATH: the page is not tried in a browser")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "report.html")
	if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	args := append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--user-data-dir=" + filepath.Join(dir, "profile"), "--window-size=1280,2000", "--dump-dom"}, flags...)
	out, err := exec.CommandContext(ctx, bin, append(args, "file://"+path)...).Output()
	if err != nil {
		t.Skipf("chromium does not run here (%v): the page is not tried in a browser", err)
	}
	return string(out)
}

// TestChartsDraw opens pages of several kinds and says that each of their charts has been
// drawn, that nothing was complained of, and that hostile names ran no script.
func TestChartsDraw(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	s := samples(t)
	for _, c := range []struct {
		name, charts string
		flags        []string
	}{
		{"realistic", `"load-chart:drawn","latency-chart:drawn","flight-chart:drawn"`, nil},
		{"realistic", `"load-chart:drawn","latency-chart:drawn","flight-chart:drawn"`, []string{"--window-size=500,2000", "--blink-settings=preferredColorScheme=0"}},
		{"hostile", `"load-chart:drawn","latency-chart:drawn","flight-chart:drawn"`, nil},
		{"single", `"load-chart:drawn","flight-chart:drawn"`, nil},
		{"long", `"load-chart:drawn","latency-chart:drawn","flight-chart:drawn"`, nil},
		{"price", ``, nil},
	} {
		t.Run(fmt.Sprint(c.name, c.flags), func(t *testing.T) {
			page := render(t, "html", s[c.name])
			page = strings.Replace(page, "<title>", trap, 1)
			page = strings.Replace(page, "</body>", probe, 1)
			dom := browse(t, page, c.flags...)
			m := regexp.MustCompile(`(?s)<pre id="found">(.*?)</pre>`).FindStringSubmatch(dom)
			if m == nil {
				t.Fatal("the page's scripts did not come to their end")
			}
			theme := "Dark"
			if len(c.flags) > 0 {
				theme = "Light"
			}
			want := fmt.Sprintf(`{"errors":[],"charts":[%s],"theme":"%s","wide":false`, c.charts, theme)
			if n := strings.Count(c.charts, "drawn"); n > 0 {
				want += `,"tips":1,"tip":"`
				if cursors := fmt.Sprintf(`"cursors":%d}`, n); !strings.HasSuffix(m[1], cursors) {
					t.Errorf("in the browser: %s, want %s at its end: one cursor in each chart", m[1], cursors)
				}
			}
			if !strings.HasPrefix(m[1], want) {
				t.Errorf("in the browser: %s\nwant           %s", m[1], want)
			}
		})
	}
}
