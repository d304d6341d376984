package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/turnpike-perf/turnpike/pricing"
	"github.com/turnpike-perf/turnpike/report"
	"github.com/turnpike-perf/turnpike/scenarios"
)

// priceFlags are texts, so that a wrong one is answered in this program's words.
type priceFlags struct {
	apis                                    []string
	region, requests, requestKB, responseKB string
	messages, messageKB, minutes, cacheGB   string
	cacheHours                              int64
	noFreeTransfer                          bool
	httpMetering, output                    string
}

func (a *app) priceCommand() *cobra.Command {
	f := priceFlags{}
	c := &cobra.Command{
		Use:   "price [SCENARIO or RUN]",
		Short: "Print a month's bill, by kind of API, from flags, a scenario's usage or a saved run",
		Long: `Bills a month of requests at AWS's list prices with every regional tier. Without an argument the flags say what the
month holds; a cost-only scenario (pricing.usage) or a saved run says it itself, and takes no flags but --output.`,
		Example: `  turnpike price --api rest,http --region eu-west-1 --requests 500M --response-kb 12
  turnpike price --api websocket --messages 1.2B --connection-minutes 300M
  turnpike price examples/rest-vs-http.yaml`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := textOrJSON(f.output); err != nil {
				return err
			}
			if len(args) == 0 {
				if err := f.check(c); err != nil {
					return err
				}
				return a.priceFlags(f)
			}
			if other := changedBesides(c, "output"); other != "" {
				return end(exitUsage, "--%s says what the month holds, and so does %s: give one of them", other, args[0])
			}
			return a.priceFile(args[0], f.output)
		},
	}
	flags := c.Flags()
	flags.StringSliceVar(&f.apis, "api", nil, "rest, http, websocket; several with commas (default: those that the usage fits)")
	flags.StringVar(&f.region, "region", pricing.DefaultRegion, "AWS region")
	flags.StringVar(&f.requests, "requests", "", "requests a month, such as 500M, 1.2B or 300k")
	flags.StringVar(&f.requestKB, "request-kb", "", "size of a request's body in KB (HTTP APIs are metered in 512 KB steps)")
	flags.StringVar(&f.responseKB, "response-kb", "", "size of an answer in KB; without it data transfer out is not billed")
	flags.StringVar(&f.messages, "messages", "", "WebSocket messages a month, sent and received")
	flags.StringVar(&f.messageKB, "message-kb", "", "size of a message in KB (metered in 32 KB steps)")
	flags.StringVar(&f.minutes, "connection-minutes", "", "WebSocket connection minutes a month")
	flags.StringVar(&f.cacheGB, "cache-gb", "", "a REST API's cache: 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118 or 237")
	flags.Int64Var(&f.cacheHours, "cache-hours", 0, "hours a month that the cache is there (default 730)")
	flags.BoolVar(&f.noFreeTransfer, "no-free-transfer", false, "bill the 100 GB of data transfer out that is free each month")
	flags.StringVar(&f.httpMetering, "http-metering", "", "reading of an HTTP API's 512 KB steps, as pricing.rules.http_metering")
	flags.StringVarP(&f.output, "output", "o", "text", "text or json")
	return c
}

// changedBesides names a flag that was given, other than the one named.
func changedBesides(c *cobra.Command, but string) (name string) {
	c.Flags().Visit(func(f *pflag.Flag) {
		if f.Name != but {
			name = f.Name
		}
	})
	return name
}

// forAPIs are the kinds of API for which a flag means something; an HTTP API's
// bill says that it has no cache.
var forAPIs = map[string][]string{
	"requests": {"rest", "http"}, "request-kb": {"rest", "http"}, "response-kb": {"rest", "http"},
	"messages": {"websocket"}, "message-kb": {"websocket"}, "connection-minutes": {"websocket"},
	"cache-gb": {"rest", "http"}, "cache-hours": {"rest", "http"},
}

// check finds flags that say nothing of a month, or something of which no bill
// that is asked for speaks.
func (f *priceFlags) check(c *cobra.Command) error {
	changed := c.Flags().Changed
	if !slices.ContainsFunc([]string{"requests", "messages", "connection-minutes", "cache-gb"}, changed) {
		return &ending{exitUsage, errors.New("nothing to bill"), "give it --requests 500M, --messages 1B, a saved run, or a scenario with pricing.usage"}
	}
	for _, flag := range sorted(forAPIs) {
		means := func(api string) bool { return slices.Contains(forAPIs[flag], strings.ToLower(api)) }
		if changed(flag) && len(f.apis) > 0 && !slices.ContainsFunc(f.apis, means) {
			return end(exitUsage, "--%s is for %s, and --api asks for %s", flag, strings.Join(forAPIs[flag], " and "), strings.Join(f.apis, " and "))
		}
	}
	return nil
}

func (a *app) priceFlags(f priceFlags) error {
	in := pricing.QuoteInput{
		Region: f.region, CacheGB: f.cacheGB, CacheHours: f.cacheHours, NoFreeTransfer: f.noFreeTransfer, HTTPMetering: f.httpMetering,
	}
	for _, name := range f.apis {
		in.APIs = append(in.APIs, pricing.API(strings.ToLower(name)))
	}
	for _, n := range []struct {
		flag, text string
		parse      func(string) (int64, error)
		to         *int64
	}{
		{"requests", f.requests, count, &in.Requests},
		{"request-kb", f.requestKB, pricing.ParseKB, &in.RequestBytes},
		{"response-kb", f.responseKB, pricing.ParseKB, &in.ResponseBytes},
		{"messages", f.messages, count, &in.Messages},
		{"message-kb", f.messageKB, pricing.ParseKB, &in.MessageBytes},
		{"connection-minutes", f.minutes, count, &in.ConnectionMinutes},
	} {
		if n.text == "" {
			continue
		}
		var err error
		if *n.to, err = n.parse(n.text); err != nil {
			return end(exitUsage, "--%s: %w", n.flag, err)
		}
	}
	return a.quote(in, f.output)
}

func count(s string) (int64, error) {
	n, err := pricing.ParseCount(s)
	return int64(n), err
}

// priceFile bills a cost-only scenario or a saved run.
func (a *app) priceFile(path, output string) error {
	if !isYAML(path) {
		return a.priceRun(path, output)
	}
	s, err := scenarios.Load(path, os.LookupEnv)
	if err != nil {
		return err
	}
	if s.Usage == nil {
		return &ending{exitUsage, fmt.Errorf("%s does not say what a month holds", path), "give it pricing.usage, or measure it: turnpike run " + path}
	}
	in := pricing.QuoteInput{
		Region: s.Pricing.Region, Requests: int64(s.Usage.Requests), RequestBytes: int64(s.Usage.RequestSize), ResponseBytes: int64(s.Usage.ResponseSize),
		CacheGB: s.Pricing.CacheGB, CacheHours: s.Pricing.CacheHours, HTTPMetering: s.Pricing.Rules["http_metering"],
		NoFreeTransfer: s.Pricing.FreeDataTransfer != nil && !*s.Pricing.FreeDataTransfer,
	}
	if in.CacheGB != "" && in.CacheHours == 0 {
		in.CacheHours = int64(s.Pricing.HoursPerMonth)
	}
	return a.quote(in, output)
}

func isYAML(path string) bool {
	return strings.HasSuffix(path, ".yaml") || strings.HasSuffix(path, ".yml")
}

func (a *app) priceRun(path, output string) error {
	r, err := readRun(path)
	if err != nil {
		return err
	}
	q := r.Cost.Quote()
	return a.printQuote(&q, output)
}

func (a *app) quote(in pricing.QuoteInput, output string) error {
	q, err := pricing.Embedded().Quote(in)
	if err != nil {
		return &ending{exitUsage, err, ""}
	}
	return a.printQuote(&q, output)
}

func (a *app) printQuote(q *pricing.Quote, output string) error {
	q.Stale = pricing.Stale(q.AsOf, time.Now())
	if output == "json" {
		return writeJSON(a.stdout, q)
	}
	return report.Invoice(a.stdout, q)
}
