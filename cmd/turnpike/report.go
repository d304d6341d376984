package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/turnpike-perf/turnpike/report"
)

// renderings are the forms in which a saved run can be printed.
var renderings = map[string]func(io.Writer, *report.Report) error{
	"json": report.JSON, "md": report.Markdown, "junit": report.JUnit, "html": report.HTML,
}

func (a *app) reportCommand() *cobra.Command {
	var output string
	c := &cobra.Command{
		Use:   "report RUN",
		Short: "Render a saved run again",
		Long:  "Reads RUN, a run directory or its run.json, and prints it. HTML is a single file that needs no network.",
		Example: `  turnpike report runs/quickstart-20260601-093000-1f2e3d4c
  turnpike report results/peak -o html > peak.html`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			render, ok := renderings[output]
			if !ok && output != "text" {
				return end(exitUsage, "--output %q: must be text, json, md, junit or html", output)
			}
			r, err := readRun(args[0])
			if err != nil {
				return err
			}
			if output == "text" {
				return report.Text(a.stdout, r, a.textOptions())
			}
			return render(a.stdout, r)
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "text", "text, json, md, junit or html")
	return c
}

func readRun(path string) (*report.Report, error) {
	r, err := report.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, end(exitUsage, "no saved run at %s: no run.json there", filepath.Clean(path))
	}
	if err != nil {
		return nil, &ending{exitUsage, err, ""}
	}
	return r, nil
}

// textOptions suits the text to stdout: colour and width only on a terminal.
func (a *app) textOptions() report.TextOptions {
	width, tty := terminal(a.stdout)
	return report.TextOptions{Color: tty && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb", Width: width}
}

// terminal tells whether w is one, and how wide.
func terminal(w io.Writer) (width int, tty bool) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	return width, err == nil
}
