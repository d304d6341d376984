package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
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
}).Parse(pageHTML))

// HTML writes the report as one file that refers to nothing outside itself: a
// content security policy in it forbids every load. It can be read without
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
