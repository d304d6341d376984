package main

import (
	"github.com/spf13/cobra"

	"github.com/turnpike-perf/turnpike/report"
	"github.com/turnpike-perf/turnpike/scenarios"
)

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema [scenario|api|run]",
		Short: "Print a JSON Schema: of scenarios, of API definitions, or of run.json",
		Example: `  turnpike schema > scenario.schema.json
  turnpike schema api > api.schema.json`,
		ValidArgs: []string{"scenario", "api", "run"},
		Args:      cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs),
		RunE: func(_ *cobra.Command, args []string) error {
			kind := "scenario"
			if len(args) > 0 {
				kind = args[0]
			}
			text := report.Schema()
			if kind != "run" {
				text = scenarios.Schema(kind)
			}
			_, err := a.stdout.Write(text)
			return err
		},
	}
}
