package emulator

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"net/http"

	"github.com/google/uuid"

	"github.com/turnpike-perf/turnpike/gateway"
)

// A requestID is the pair of names that API Gateway gives a request.
//
// On REST, own is x-amzn-RequestId, a UUID that a client may set itself, and
// extended is x-amz-apigw-id, which it may not. An HTTP API has one, sent as
// Apigw-Requestid, and both are it. An extended id is 11 bytes in URL-safe
// base64, such as "UbvlyHpnoAMFftQ=".
type requestID struct {
	own, extended string
	logged        string // own as the access log has it
}

// newID names a request with fields h to an API of that kind.
func newID(kind string, h http.Header) requestID {
	var raw [32]byte
	for i := 0; i < len(raw); i += 8 {
		binary.LittleEndian.PutUint64(raw[i:], rand.Uint64())
	}
	var text [36 + 16]byte
	putUUID(text[:36], raw[:16])
	base64.URLEncoding.Encode(text[36:], raw[16:27])
	if kind == gateway.HTTP {
		id := string(text[36:])
		return requestID{own: id, extended: id, logged: id}
	}
	all := string(text[:])
	id := requestID{own: all[:36], extended: all[36:], logged: all[:36]}
	if sent := h["X-Amzn-Requestid"]; len(sent) > 0 {
		id.adopt(sent[0])
	}
	return id
}

// adopt takes the id that a client sent. One that is not a UUID is replaced, and
// the access log says so (developer guide, set-up-access-logging).
func (id *requestID) adopt(sent string) {
	if len(sent) == 36 && uuid.Validate(sent) == nil {
		id.own, id.logged = sent, sent
		return
	}
	id.logged = id.own + "_REPLACED_INVALID_REQUEST_ID"
}

// putUUID writes 16 random bytes as a version 4 UUID (RFC 9562, 5.4).
func putUUID(to, b []byte) {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	hex.Encode(to[0:8], b[0:4])
	hex.Encode(to[9:13], b[4:6])
	hex.Encode(to[14:18], b[6:8])
	hex.Encode(to[19:23], b[8:10])
	hex.Encode(to[24:36], b[10:16])
	to[8], to[13], to[18], to[23] = '-', '-', '-', '-'
}
