package runner

import (
	"context"
	"net"
	"testing"

	"github.com/turnpike-perf/turnpike/traffic"
)

// What the external tests, which may import gateway and emulator, share with the internal ones.

func NewPipes() *pipes { return newPipes() }

func (p *pipes) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	return p.dial(ctx, network, addr)
}

func NewRecord(t testing.TB) *record { return &record{t: t} }

func (r *record) BySeq() []traffic.Observation      { return r.bySeq() }
func (r *record) Count(outcome traffic.Outcome) int { return r.count(outcome) }
