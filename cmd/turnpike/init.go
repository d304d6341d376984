package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/turnpike-perf/turnpike/scenarios"
)

func (a *app) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init [FOLDER]",
		Short: "Write a commented scenario and an API definition to start from",
		Long:  "Writes scenario.yaml and api.yaml into FOLDER (default: here). A file that is there already is never overwritten.",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			folder := "."
			if len(args) > 0 {
				folder = args[0]
			}
			return a.writeStarter(folder)
		},
	}
}

func (a *app) writeStarter(folder string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return end(exitUsage, "init: %w", err)
	}
	scenario, api := filepath.Join(folder, "scenario.yaml"), filepath.Join(folder, "api.yaml")
	for _, path := range []string{scenario, api} {
		if _, err := os.Lstat(path); err == nil {
			return &ending{exitUsage, fmt.Errorf("init: %s is there already", path), "name another folder: turnpike init FOLDER"}
		}
	}
	for path, text := range map[string][]byte{scenario: scenarios.Starter(), api: scenarios.StarterAPI()} {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err != nil {
			return end(exitUsage, "init: %w", err)
		}
		_, err = f.Write(text)
		if err := errors.Join(err, f.Close()); err != nil {
			return end(exitInternal, "init: write %s: %w", path, err)
		}
	}
	_, err := fmt.Fprintf(a.stdout, "wrote %s and api.yaml; next: turnpike run %s\n", scenario, scenario)
	return err
}
