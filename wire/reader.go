package wire

import (
	"bytes"
	"io"
)

const (
	smallBuffer = 4 << 10  // holds most answers whole
	largeBuffer = 16 << 10 // for long bodies: as long as a TLS record
	mostEmpty   = 100      // reads in a row that may bring nothing
)

// A Reader reads the answers that come over one connection, one after the other.
type Reader struct {
	src      io.Reader
	buf      []byte
	from, to int   // buf[from:to] has been read and not been looked at
	err      error // came with the last bytes
}

// NewReader returns a reader of src.
func NewReader(src io.Reader) *Reader {
	return &Reader{src: src, buf: make([]byte, smallBuffer)}
}

// Await returns once the first byte of the next head is there.
func (r *Reader) Await() error {
	for r.from == r.to {
		if err := r.fill(); err != nil {
			return err
		}
	}
	return nil
}

// Drained tells whether nothing came after the last answer. What comes unasked
// belongs to no request, and the connection cannot be used again.
func (r *Reader) Drained() bool { return r.from == r.to && r.err == nil }

// fill reads something more behind what is there, and makes room where there is none.
func (r *Reader) fill() error {
	if r.from == r.to {
		r.from, r.to = 0, 0
	}
	if r.to == len(r.buf) {
		to := r.buf
		if r.from < len(r.buf)/2 {
			to = make([]byte, 2*len(r.buf))
		}
		r.to = copy(to, r.buf[r.from:r.to])
		r.from, r.buf = 0, to
	}
	for range mostEmpty {
		if r.err != nil {
			return r.err
		}
		n, err := r.src.Read(r.buf[r.to:])
		r.to += n
		r.err = err
		if n > 0 {
			return nil
		}
	}
	return io.ErrNoProgress
}

// line returns the next line with its end, and takes its length off what is
// left of a limit. It is good until the next read.
func (r *Reader) line(left *int, tooLong error) ([]byte, error) {
	for seen := 0; ; {
		if i := bytes.IndexByte(r.buf[r.from+seen:r.to], '\n'); i >= 0 {
			n := seen + i + 1
			if n > *left {
				return nil, tooLong
			}
			*left -= n
			r.from += n
			return r.buf[r.from-n : r.from], nil
		}
		seen = r.to - r.from
		if seen >= *left {
			return nil, tooLong
		}
		if err := r.fill(); err != nil {
			return nil, cut(err)
		}
	}
}

// take gives the next n bytes to a's body.
func (r *Reader) take(a *Answer, n int64) error {
	for n > 0 {
		if r.from == r.to {
			if n > int64(len(r.buf)) && len(r.buf) < largeBuffer {
				r.buf = make([]byte, largeBuffer)
			}
			if err := r.fill(); err != nil {
				return cut(err)
			}
		}
		k := int(min(n, int64(r.to-r.from)))
		a.add(r.buf[r.from : r.from+k])
		r.from += k
		n -= int64(k)
	}
	return nil
}

// takeAll gives everything up to the connection's end to a's body.
func (r *Reader) takeAll(a *Answer) error {
	for {
		a.add(r.buf[r.from:r.to])
		r.from = r.to
		if a.Size > MaxBody {
			return errLongBody
		}
		switch err := r.fill(); err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
	}
}

// cut makes of an end one that came too early.
func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
