package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/turnpike-perf/turnpike/emulator"
	"github.com/turnpike-perf/turnpike/gateway"
	"github.com/turnpike-perf/turnpike/scenarios"
	"github.com/turnpike-perf/turnpike/traffic"
)

func (a *app) emulateCommand() *cobra.Command {
	var listen string
	var annotate bool
	var seed uint64
	c := &cobra.Command{
		Use:   "emulate API",
		Short: "Serve an API definition as API Gateway would, on a local socket",
		Long: `Prints the URL of each stage on stdout and serves until it is interrupted. The stage is the first part of the path,
as AWS has it; an HTTP API's $default stage has none. GET /ping answers when the emulator is up.`,
		Example: `  turnpike emulate examples/shop.yaml --listen 127.0.0.1:8080
  curl -H 'x-api-key: gold-key-0123456789abcdef' http://127.0.0.1:8080/prod/products`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return a.emulate(ctx, args[0], listen, gateway.Options{Seed: seed}, annotate)
		},
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", "address to listen on; port 0 picks a free one")
	c.Flags().BoolVar(&annotate, "annotate", true, "name the limit that refused in x-turnpike-limit, which AWS does not send")
	c.Flags().Uint64Var(&seed, "seed", 1, "seed of the mocks' latencies and statuses")
	return c
}

// emulate serves until ctx ends.
func (a *app) emulate(ctx context.Context, path, listen string, o gateway.Options, annotate bool) error {
	config, err := scenarios.LoadAPI(path, os.LookupEnv)
	if err != nil {
		return err
	}
	o.Began = time.Now()
	api, err := gateway.New(*config, o)
	if err != nil {
		return &ending{exitUsage, err, ""}
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return &ending{exitPreflight, fmt.Errorf("emulate: %w", err), "--listen 127.0.0.1:0 picks a free port"}
	}
	server := emulator.New(api, *config, emulator.Options{Annotate: annotate, Began: o.Began})
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	for _, stage := range api.StageNames() {
		if _, err := fmt.Fprintln(a.stdout, stageURL(l.Addr(), stage)); err != nil {
			return err
		}
	}
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	if err := closeServer(server); err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.stderr, answered(server.Counts()))
	return err
}

// answered is "served 3 requests: 1 ok, 2 auth_denied", refusals with the limit that refused.
func answered(c emulator.Counts) string {
	var parts []string
	for o, n := range c.Outcomes {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, traffic.Outcome(o)))
		}
	}
	for l, n := range c.Limits {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d refused by %s", n, traffic.Limit(l)))
		}
	}
	line := fmt.Sprintf("served %d requests: %s", c.Requests, strings.Join(parts, ", "))
	if c.LogDropped > 0 {
		line += fmt.Sprintf("; %d access log lines were lost because their file took them too slowly", c.LogDropped)
	}
	return strings.TrimSuffix(line, ": ")
}
