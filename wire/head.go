package wire

import "bytes"

// ReadHead reads one head. If it is not Final, another follows.
func (r *Reader) ReadHead(a *Answer) error {
	a.begin()
	line, err := r.line(&a.left, errLongHead)
	if err != nil {
		return err
	}
	if !a.readStatus(chomp(line)) {
		return errStatusLine
	}
	for {
		if line, err = r.line(&a.left, errLongHead); err != nil {
			return err
		}
		if line = chomp(line); len(line) == 0 {
			a.HeadBytes = int64(MaxHead - a.left)
			return a.frame()
		}
		if err := a.readField(line); err != nil {
			return err
		}
	}
}

// chomp cuts off a line's end: CRLF, or LF alone, which a recipient may take
// for it in a head (RFC 9112, 2.2).
func chomp(line []byte) []byte {
	line = line[:len(line)-1]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line
}

// readStatus reads "HTTP/1.1 200 OK" (RFC 9112, 4). The reason may be missing,
// and more than one space is let pass, as in net/http. Versions but 1.x are
// refused: their answers do not look like this.
func (a *Answer) readStatus(line []byte) bool {
	if len(line) < len("HTTP/1.1 200") || string(line[:7]) != "HTTP/1." || line[7] < '0' || line[7] > '9' || line[8] != ' ' {
		return false
	}
	a.minor = line[7] - '0'
	line = bytes.TrimLeft(line[9:], " ")
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' {
		return false
	}
	status := 0
	for _, c := range line[:3] {
		if c < '0' || c > '9' {
			return false
		}
		status = 10*status + int(c-'0')
	}
	a.Status = status
	return status >= 100
}

// readField reads "name: value" (RFC 9112, 5).
func (a *Answer) readField(line []byte) error {
	name, value, err := splitField(line)
	if err != nil {
		return err
	}
	switch len(name) {
	case len("connection"):
		if is(name, "connection") {
			a.closes = a.closes || lists(value, "close")
			a.persist = a.persist || lists(value, "keep-alive")
		}
	case len("content-length"):
		if is(name, "content-length") && !a.readLength(value) {
			a.badLength = true // the next line may show that the field was folded
		}
	case len("transfer-encoding"):
		if is(name, "transfer-encoding") {
			a.encodings++
			a.chunked = a.encodings == 1 && is(value, "chunked")
		}
	}
	if a.Status >= 400 {
		a.keep(name, value)
	}
	return nil
}

// splitField refuses what a name or a value may not have, a space before the
// colon (5.1) and a line that goes on with the value above it (5.2).
func splitField(line []byte) (name, value []byte, err error) {
	if blank(line[0]) {
		return nil, nil, errFold
	}
	colon := bytes.IndexByte(line, ':')
	if colon < 0 {
		return nil, nil, errField
	}
	name, value = line[:colon], trim(line[colon+1:])
	if !token(name) || !text(value) {
		return nil, nil, errField
	}
	return name, value, nil
}

// readLength reads a Content-Length. Several must agree (RFC 9112, 6.3).
func (a *Answer) readLength(value []byte) bool {
	const most = 1<<63 - 1
	n := int64(0)
	for _, c := range value {
		d := int64(c - '0')
		if c < '0' || c > '9' || n > (most-d)/10 {
			return false
		}
		n = 10*n + d
	}
	if len(value) == 0 || a.length >= 0 && a.length != n {
		return false
	}
	a.length = n
	return true
}

// lists tells whether a list of tokens has one, given in lower case.
func lists[T string | []byte](list T, lower string) bool {
	for i := 0; i < len(list); i++ {
		for i < len(list) && blank(list[i]) {
			i++
		}
		from := i
		for i < len(list) && list[i] != ',' {
			i++
		}
		to := i
		for to > from && blank(list[to-1]) {
			to--
		}
		if is(list[from:to], lower) {
			return true
		}
	}
	return false
}
