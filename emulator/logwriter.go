package emulator

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// maxWaiting is how many bytes of access log may wait for their file. Beyond it
// lines are dropped and counted: a slow disk does not slow an answer.
const maxWaiting = 16 << 20

// A logWriter writes lines to a file from a goroutine of its own.
type logWriter struct {
	to     io.Writer
	closer io.Closer     // nil where the file is not ours
	wake   chan struct{} // something waits
	stop   chan struct{} // closed: write what waits and end
	done   chan struct{} // closed: ended

	mu      sync.Mutex
	waiting []byte
	spare   []byte
	lost    uint64
	err     error // the first that writing gave
	closed  bool
}

func newLogWriter(to io.Writer, closer io.Closer) *logWriter {
	l := &logWriter{to: to, closer: closer, wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	go l.run()
	return l
}

// append hands a line over and keeps none of it.
func (l *logWriter) append(line []byte) {
	l.mu.Lock()
	if l.closed || len(l.waiting)+len(line) > maxWaiting {
		l.lost++
		l.mu.Unlock()
		return
	}
	l.waiting = append(l.waiting, line...)
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default: // it is awake
	}
}

// run writes what waits, as much as there is at a time, until close.
func (l *logWriter) run() {
	defer close(l.done)
	for {
		select {
		case <-l.wake:
			l.flush()
		case <-l.stop:
			l.flush()
			return
		}
	}
}

func (l *logWriter) flush() {
	l.mu.Lock()
	b := l.waiting
	l.waiting, l.spare = l.spare[:0], nil
	l.mu.Unlock()
	var err error
	if len(b) > 0 {
		_, err = l.to.Write(b)
	}
	l.mu.Lock()
	l.spare = b
	if l.err == nil {
		l.err = err
	}
	l.mu.Unlock()
}

// close writes what waits and closes the file. Lines that come later are lost.
func (l *logWriter) close() error {
	l.mu.Lock()
	again := l.closed
	l.closed = true
	l.mu.Unlock()
	if again {
		return nil
	}
	close(l.stop)
	<-l.done
	err := l.err
	if l.closer != nil {
		err = errors.Join(err, l.closer.Close())
	}
	if err != nil {
		return fmt.Errorf("write the access log: %w", err)
	}
	return nil
}

// logs are a server's log writers, one per file.
type logs struct {
	writers []*logWriter
	byFile  map[string]*logWriter
}

// open returns the writer of a file: "-" is stderr, and a relative name is below
// dir. Everything goes to instead where that is given.
func (g *logs) open(file, dir string, instead io.Writer) (*logWriter, error) {
	switch {
	case instead != nil:
		file = ""
	case file == "" || file == "-":
		file, instead = "-", os.Stderr
	case !filepath.IsAbs(file):
		file = filepath.Join(dir, file)
	}
	if l := g.byFile[file]; l != nil {
		return l, nil
	}
	var l *logWriter
	if instead != nil {
		l = newLogWriter(instead, nil)
	} else {
		f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return nil, err
		}
		l = newLogWriter(f, f)
	}
	if g.byFile == nil {
		g.byFile = map[string]*logWriter{}
	}
	g.byFile[file] = l
	g.writers = append(g.writers, l)
	return l, nil
}

func (g *logs) close() error {
	var errs []error
	for _, l := range g.writers {
		errs = append(errs, l.close())
	}
	return errors.Join(errs...)
}

func (g *logs) dropped() (n uint64) {
	for _, l := range g.writers {
		l.mu.Lock()
		n += l.lost
		l.mu.Unlock()
	}
	return n
}
