package traffic

import (
	"encoding/hex"
	"math/rand/v2"
	"strconv"
)

// A program makes the requests of one spec for one client.
type program struct {
	name, method      string
	path, query, body template
	fields            []fieldTemplate
	key               template // the API key
	constant          *Request // set where no part changes from arrival to arrival
}

type fieldTemplate struct {
	name  string
	value template
}

// Request is what an arrival of this plan sends. The same arrival gives the
// same request, byte for byte; one that has no changing part is shared and not
// made anew. It is safe for concurrent use.
func (p *Plan) Request(a Arrival) *Request {
	if a.Entry >= 0 {
		return p.replayed(a)
	}
	m := &p.specs[p.owner[a.Request]].programs[a.Client+1]
	if m.constant != nil {
		return m.constant
	}
	return m.render(p.Seed, a.Seq)
}

// replayed is a log's request with the fields and the key that the scenario adds.
func (p *Plan) replayed(a Arrival) *Request {
	base := &p.logged[p.lines[a.Entry]]
	i := 0
	for a.Entry >= p.specs[i].from+p.specs[i].lines {
		i++
	}
	m := &p.specs[i].programs[a.Client+1]
	if m.constant != nil && len(m.fields) == 0 && m.constant.APIKey == "" {
		return base
	}
	r := m.constant
	if r == nil {
		r = m.render(p.Seed, a.Seq)
	}
	made := *base
	made.Header, made.APIKey = r.Header, r.APIKey
	return &made
}

func (m *program) isConstant() bool {
	for _, f := range m.fields {
		if !f.value.constant() {
			return false
		}
	}
	return m.path.constant() && m.query.constant() && m.body.constant() && m.key.constant()
}

// render makes the request of arrival seq.
func (m *program) render(seed, seq uint64) *Request {
	v := values{seed: seed, seq: seq, chance: variables.generator(seed, seq)}
	r := &Request{Name: m.name, Method: m.method}
	var room [256]byte
	b := room[:0]
	b = v.append(b, &m.path)
	path := len(b)
	b = v.append(b, &m.query)
	query := len(b)
	b = v.append(b, &m.key)
	text := string(b)
	r.Path, r.Query, r.APIKey = text[:path], text[path:query], text[query:]
	if len(m.fields) > 0 {
		r.Header = make([]Field, len(m.fields))
		for i := range m.fields {
			f := &m.fields[i]
			r.Header[i] = Field{f.name, v.text(&f.value)}
		}
	}
	if len(m.body.parts) > 0 {
		r.Body = v.append(nil, &m.body)
	}
	return r
}

// values are what the variables of one arrival stand for.
type values struct {
	seed, seq uint64
	chance    rand.PCG
}

func (v *values) text(t *template) string {
	if len(t.parts) == 1 && t.parts[0].kind == literal {
		return t.parts[0].text
	}
	var room [128]byte
	return string(v.append(room[:0], t))
}

func (v *values) append(dst []byte, t *template) []byte {
	for i := range t.parts {
		switch p := &t.parts[i]; p.kind {
		case literal:
			dst = append(dst, p.text...)
		case seqVariable:
			dst = strconv.AppendUint(dst, v.seq, 10)
		case uuidVariable:
			dst = v.appendUUID(dst)
		case intVariable:
			dst = strconv.AppendInt(dst, p.low+int64(below(v.chance.Uint64(), p.span)), 10)
		case columnVariable:
			dst = appendValue(dst, t.place, p.table.row(v.seed, v.seq)[p.column])
		}
	}
	return dst
}

// appendUUID writes a random UUID (RFC 9562, version 4).
func (v *values) appendUUID(dst []byte) []byte {
	var u [16]byte
	for i, random := 0, v.chance.Uint64(); i < 16; i++ {
		if i == 8 {
			random = v.chance.Uint64()
		}
		u[i] = byte(random)
		random >>= 8
	}
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	for i, group := range [][]byte{u[:4], u[4:6], u[6:8], u[8:10], u[10:]} {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, group)
	}
	return dst
}
