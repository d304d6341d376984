//go:build unix

package emulator_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/turnpike-perf/turnpike/emulator"
	"github.com/turnpike-perf/turnpike/gateway"
)

// cpu is the CPU time that the process has used. On a shared machine it says
// more than the wall clock.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// perCPU reports how many operations a second of CPU makes.
func perCPU(b *testing.B, since time.Duration) {
	b.ReportMetric(float64(b.N)/(cpu()-since).Seconds(), "req/cpu-s")
}

func benchConfig() gateway.Config {
	cfg := oneRoute("GET /posts", gateway.Mock{Body: `{"posts":[]}`})
	cfg.Account = &gateway.Throttle{Rate: 1e9, Burst: 1e9}
	return cfg
}

func BenchmarkServeHTTP(b *testing.B) {
	for _, x := range []struct {
		name   string
		change func(*gateway.Config)
	}{
		{"mock", func(*gateway.Config) {}},
		{"refused", func(c *gateway.Config) { c.Stages[0].Throttle = &gateway.Throttle{} }},
		{"mock logged", func(c *gateway.Config) { c.Stages[0].AccessLog = &gateway.AccessLog{Format: "json"} }},
		{"http api", func(c *gateway.Config) { c.Kind = "http" }},
	} {
		b.Run(x.name, func(b *testing.B) {
			cfg := benchConfig()
			x.change(&cfg)
			s := newServer(b, cfg, emulator.Options{Annotate: true, AccessLog: io.Discard})
			r := httptest.NewRequest("GET", "/prod/posts", nil)
			r.Header.Set("User-Agent", "bench")
			r.Header.Set("Accept", "*/*")
			w := &writer{header: http.Header{}}
			b.ReportAllocs()
			since := cpu()
			for b.Loop() {
				clear(w.header)
				s.ServeHTTP(w, r)
			}
			perCPU(b, since)
		})
	}
}

// BenchmarkSocket is a round trip over loopback, with the least of a client.
func BenchmarkSocket(b *testing.B) {
	addr := listen(b, newServer(b, benchConfig(), emulator.Options{}))
	c, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	in := make([]byte, 4096)
	request := []byte("GET /prod/posts HTTP/1.1\r\nHost: x\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n")
	b.ReportAllocs()
	since := cpu()
	for b.Loop() {
		if _, err := c.Write(request); err != nil {
			b.Fatal(err)
		}
		if _, err := c.Read(in); err != nil { // an answer this small comes at once
			b.Fatal(err)
		}
	}
	perCPU(b, since)
}

// A writer keeps the header and forgets the rest.
type writer struct{ header http.Header }

func (w *writer) Header() http.Header         { return w.header }
func (w *writer) Write(b []byte) (int, error) { return len(b), nil }
func (w *writer) WriteHeader(int)             {}
