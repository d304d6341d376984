package wire

import "bytes"

// frame finds from a complete head how the body ends, and whether the
// connection can be used after it (RFC 9112, 6.3 and 9.3).
//
// Of a Transfer-Encoding and a Content-Length the former counts, as 6.3 has
// it; that the two may be an attack concerns those who pass answers on. A
// Transfer-Encoding in HTTP/1.0 means that the framing is faulty (6.1).
func (a *Answer) frame() error {
	switch {
	case a.encodings > 0 && a.minor == 0:
		return errOldEncoding
	case a.encodings > 1 || a.encodings == 1 && !a.chunked:
		return errEncoding
	case a.badLength:
		return errLength
	}
	a.KeepAlive = !a.closes && (a.minor > 0 || a.persist)
	switch {
	case a.Status == 101, a.method == "CONNECT" && a.Status >= 200 && a.Status < 300: // what follows is not HTTP
		a.KeepAlive = false
		a.chunked, a.length = false, 0
	case a.Status < 200, a.Status == 204, a.Status == 304, a.method == "HEAD":
		a.chunked, a.length = false, 0
	case a.chunked:
	case a.length < 0:
		a.KeepAlive = false
		a.untilEnd = true
	}
	return nil
}

// ReadBody reads the body that a final head announced.
func (r *Reader) ReadBody(a *Answer) error {
	switch {
	case a.chunked:
		return r.readChunks(a)
	case a.untilEnd:
		return r.takeAll(a)
	case a.length > MaxBody:
		return errLongBody
	}
	return r.take(a, a.length)
}

// readChunks reads chunks and trailers (RFC 9112, 7.1). Lines here must end in
// CRLF: a lone LF is how one message is smuggled into another (erratum 7633).
func (r *Reader) readChunks(a *Answer) error {
	for {
		n, err := r.readSize()
		switch {
		case err != nil:
			return err
		case n == 0:
			return r.readTrailers(a)
		case n > MaxBody-a.Size:
			return errLongBody
		}
		if err := r.take(a, n); err != nil {
			return err
		}
		if err := r.readEnd(); err != nil {
			return err
		}
	}
}

// readSize reads a chunk's size, and passes over its extensions.
func (r *Reader) readSize() (int64, error) {
	left := maxChunkLine
	line, err := r.line(&left, errChunk)
	if err != nil {
		return 0, err
	}
	if line, err = chompCRLF(line); err != nil {
		return 0, err
	}
	if i := bytes.IndexByte(line, ';'); i >= 0 {
		line = line[:i]
	}
	n := int64(0)
	line = trimRight(line)
	for _, c := range line {
		d := hex(c)
		if d < 0 || n >= 1<<59 {
			return 0, errChunk
		}
		n = n<<4 | d
	}
	if len(line) == 0 || len(line) > 16 {
		return 0, errChunk
	}
	return n, nil
}

func hex(c byte) int64 {
	switch {
	case '0' <= c && c <= '9':
		return int64(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int64(c|0x20-'a') + 10
	}
	return -1
}

// readEnd reads the line end after a chunk.
func (r *Reader) readEnd() error {
	for r.to-r.from < 2 {
		if err := r.fill(); err != nil {
			return cut(err)
		}
	}
	if r.buf[r.from] != '\r' || r.buf[r.from+1] != '\n' {
		return errChunk
	}
	r.from += 2
	return nil
}

// readTrailers passes over the fields after the last chunk.
func (r *Reader) readTrailers(a *Answer) error {
	for {
		line, err := r.line(&a.left, errLongHead)
		if err != nil {
			return err
		}
		if line, err = chompCRLF(line); err != nil || len(line) == 0 {
			return err
		}
		if _, _, err := splitField(line); err != nil {
			return err
		}
	}
}

// chompCRLF cuts off a line's end, and refuses any other CR or LF.
func chompCRLF(line []byte) ([]byte, error) {
	if len(line) < 2 || bytes.IndexByte(line, '\r') != len(line)-2 {
		return nil, errBareLF
	}
	return line[:len(line)-2], nil
}
