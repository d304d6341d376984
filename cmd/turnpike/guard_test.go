package main

import (
	"testing"

	"github.com/turnpike-perf/turnpike/pricing"
	"github.com/turnpike-perf/turnpike/traffic"
)

// A run is stopped by the last request that it can pay for, not some way
// behind it: REST requests in us-east-1 cost $3.50 a million.
func TestStopAt(t *testing.T) {
	for _, c := range []struct {
		most string
		want int
	}{
		{"0.0000035", 1},
		{"0.00035", 100},
		{"0.0005", 142},
		{"0.35", 100_000},
	} {
		most, err := pricing.ParseMoney(c.most)
		if err != nil {
			t.Fatal(err)
		}
		stop, sent := stopAt(most, pricing.Config{Region: "us-east-1"}), 0
		for sent <= 2*c.want {
			sent++
			if stop(&traffic.Observation{Sent: 1, Method: "GET", Status: 200, Outcome: traffic.OK}) != nil {
				break
			}
		}
		if sent != c.want {
			t.Errorf("with at most %s the run stops after %d requests, want %d", c.most, sent, c.want)
		}
	}
}
