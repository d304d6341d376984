package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/turnpike-perf/turnpike/scenarios"
	"github.com/turnpike-perf/turnpike/traffic"
)

func (a *app) validateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "validate FILE...",
		Short: "Check scenarios and API definitions without sending anything",
		Long: `Reads each file whole, with the files that it names, and prints every problem as
file:line:col: path: what is wrong. A file with "routes:" is an API definition, any other a scenario.`,
		Example: `  turnpike validate examples/quickstart.yaml examples/shop.yaml`,
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			all := &scenarios.Problems{}
			for _, path := range args {
				what, err := describe(path)
				if p := (*scenarios.Problems)(nil); errors.As(err, &p) {
					all.List = append(all.List, p.List...)
					continue
				}
				if err == nil {
					_, err = fmt.Fprintf(a.stdout, "%s: valid: %s\n", path, what)
				}
				if err != nil {
					return err
				}
			}
			if len(all.List) > 0 {
				return all
			}
			return nil
		},
	}
}

// describe loads the file and says in a few words what it holds.
func describe(path string) (string, error) {
	if scenarios.IsAPI(path) {
		api, err := scenarios.LoadAPI(path, os.LookupEnv)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%s API with %d routes", api.Kind, len(api.Routes)), nil
	}
	s, err := scenarios.Load(path, os.LookupEnv)
	if err != nil {
		return "", err
	}
	if s.CostOnly() {
		return "cost only", nil
	}
	p, err := traffic.NewPlan(s.Source)
	if err != nil {
		return "", &ending{exitUsage, errors.New(s.Hide(err.Error())), ""}
	}
	if n, d := p.Closed(); n > 0 {
		return fmt.Sprintf("%d clients for %s", n, d), nil
	}
	return fmt.Sprintf("%s in %s", arrivals(p.Count(), s.Source.Traffic.Arrivals), seconds(p.Duration().Seconds())), nil
}
