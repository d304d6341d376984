// Package wire speaks HTTP/1.1 as a client that sends much and keeps little:
// it writes requests into memory that is used again, and reads answers without
// keeping what nobody asks for. In the steady state neither allocates.
//
// A Base is what all requests to one target share, and a Request one of them
// as bytes. A Reader reads the answers that come over one connection into an
// Answer: status, lengths, whether the connection can be used again, and of
// fields and body only what traffic.Classify looks at.
//
// The rules are those of RFC 9110 (semantics) and RFC 9112 (HTTP/1.1). Where
// they leave a choice, the package does as net/http does, against which it is
// tested; where it is stricter, an error below says so. It opens no
// connection, knows no deadline, and does not repeat, redirect or decode.
package wire

import "errors"

// Limits of an answer.
const (
	// MaxHead is the most that the heads and trailers of one answer may have
	// together. API Gateway itself stops at 10,240 bytes (developer guide, quotas).
	MaxHead = 256 << 10

	// MaxBody is the longest body. API Gateway's is 10 MB.
	MaxBody = 1 << 30

	// KeptBody is how much of the body of an answer of 400 or above is kept.
	KeptBody = 4 << 10

	maxChunkLine = 4 << 10 // net/http's
)

// ErrInvalid says that a request cannot be written as HTTP/1.1.
var ErrInvalid = errors.New("request cannot be written as HTTP/1.1")

// Why an answer is refused. After any of them the connection is of no use.
var (
	errStatusLine  = errors.New("read answer: what came is not a status line of HTTP/1")
	errField       = errors.New("read answer: what came is not a header field")
	errFold        = errors.New("read answer: a field goes on over several lines (obs-fold)")
	errLength      = errors.New("read answer: its Content-Length is not a number, or is several")
	errEncoding    = errors.New("read answer: its Transfer-Encoding is not chunked")
	errOldEncoding = errors.New("read answer: a Transfer-Encoding in HTTP/1.0")
	errChunk       = errors.New("read answer: what came is not a chunk")
	errBareLF      = errors.New("read answer: a line of the chunked coding ends without CR")
	errLongHead    = errors.New("read answer: its head is longer than 256 KB")
	errLongBody    = errors.New("read answer: its body is longer than 1 GB")
)
