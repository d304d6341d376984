package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"
)

// The page's parts. uPlot 1.6.32 is Leon Sorokin's, under the MIT licence
// (assets/uplot/LICENSE), which its script names in its first line and the
// page carries in full.
var (
	//go:embed assets/report.html
	pageHTML string
	//go:embed assets/report.css
	css string
	//go:embed assets/report.js
	script string
	//go:embed assets/uplot/uPlot.iife.min.js
	uplotJS string
	//go:embed assets/uplot/uPlot.min.css
	uplotCSS string
	//go:embed assets/uplot/LICENSE
	uplotLicence string
)

var pageTemplate = template.Must(template.New("report").Option("missingkey=error").Funcs(template.FuncMap{
	"uplotLicence": func() string { return uplotLicence },
	"sourced":      sourced,
}).Parse(pageHTML))

// HTML writes the report as one file that loads nothing from outside itself: a
// content security policy in it forbids that. It can be read without
// scripts, printed, and read back by Read.
func HTML(w io.Writer, r *Report) error {
	p, err := pageOf(r)
	if err != nil {
		return fmt.Errorf("build report page: %w", err)
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p); err != nil {
		return fmt.Errorf("render report page: %w", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write report page: %w", err)
	}
	return nil
}

var address = regexp.MustCompile(`https://[^\s,;)]+`)

// sourced parts a source into plain text and links; of a long address it shows
// the host and the end.
func sourced(source string) []link {
	var out []link
	end := 0
	for _, at := range address.FindAllStringIndex(source, -1) {
		href := strings.TrimRight(source[at[0]:at[1]], ".")
		shown := strings.TrimPrefix(href, "https://")
		if parts := strings.Split(shown, "/"); len(shown) > 60 {
			shown = parts[0] + "/…/" + parts[len(parts)-1]
		}
		out = append(out, link{"", source[end:at[0]]}, link{href, shown})
		end = at[0] + len(href)
	}
	return append(out, link{"", source[end:]})
}
