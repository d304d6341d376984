// Command turnpike load-tests APIs behind Amazon API Gateway, or a built-in
// emulator of one, and prices what it measures.
//
// Each subcommand is a file: its flags, its help and a call into a package.
// The answer goes to stdout, everything else to stderr, and the exit code says
// which kind of ending it was.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/turnpike-perf/turnpike/scenarios"
)

// Exit codes. 99 is k6's code for failed thresholds, so that wrappers port.
const (
	exitOK          = 0
	exitInternal    = 1
	exitUsage       = 2  // called wrongly, or an invalid file: nothing was sent
	exitPreflight   = 3  // name, connection, TLS, target not allowed
	exitGuard       = 4  // stopped by --max-requests, --max-duration or --max-spend
	exitInvalid     = 5  // the measurement cannot be trusted
	exitCost        = 8  // a cost check failed
	exitChecks      = 99 // a check failed
	exitInterrupted = 130
	exitTerminated  = 143
)

// An ending is an error that knows its exit code and, where there is something
// to try, a hint.
type ending struct {
	code int
	err  error
	hint string
}

func (e *ending) Error() string { return e.err.Error() }
func (e *ending) Unwrap() error { return e.err }

func end(code int, format string, args ...any) error {
	return &ending{code: code, err: fmt.Errorf(format, args...)}
}

// app holds the process's streams, so that a test can hold them too.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is main with its surroundings as arguments; it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return a.close(root.Execute())
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "turnpike",
		Short: "Load-test APIs behind Amazon API Gateway, and price what was measured",
		Example: `  turnpike run examples/quickstart.yaml
  turnpike plan examples/quickstart.yaml
  turnpike price --api rest,http --region eu-west-1 --requests 500M`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return &ending{exitUsage, err, "see " + c.CommandPath() + " --help"}
	})
	root.AddCommand(a.runCommand(), a.planCommand(), a.simulateCommand(), a.priceCommand(), a.emulateCommand(),
		a.reportCommand(), a.validateCommand(), a.schemaCommand(), a.initCommand(), a.versionCommand())
	for _, c := range root.Commands() {
		settle(c)
	}
	return root
}

// settle gives a command's errors their exit codes: arguments that it does not
// take are the caller's mistake, and what the command itself returns is an
// internal error unless it says otherwise.
func settle(c *cobra.Command) {
	takes, carryOut := c.Args, c.RunE
	c.Args = func(c *cobra.Command, args []string) error {
		if err := takes(c, args); err != nil {
			return &ending{exitUsage, err, "usage: " + c.UseLine()}
		}
		return nil
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		err := carryOut(c, args)
		var e *ending
		var p *scenarios.Problems
		if err == nil || errors.As(err, &e) || errors.As(err, &p) {
			return err
		}
		return &ending{exitInternal, err, ""}
	}
}

// close prints how the command ended and returns its exit code.
func (a *app) close(err error) int {
	if err == nil {
		return exitOK
	}
	var problems *scenarios.Problems
	if errors.As(err, &problems) {
		fmt.Fprintln(a.stderr, problems.Error())
		fmt.Fprintf(a.stderr, "turnpike: %s; nothing was sent\n", problems.Count())
		return exitUsage
	}
	var e *ending
	if !errors.As(err, &e) {
		// cobra's own: an unknown command.
		e = &ending{exitUsage, err, "see turnpike --help"}
	}
	fmt.Fprintf(a.stderr, "turnpike: %v\n", e.err)
	if e.hint != "" {
		fmt.Fprintf(a.stderr, "hint: %s\n", e.hint)
	}
	return e.code
}
