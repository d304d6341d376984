package gateway

// A router finds the method that a request is for.
//
// Paths without parameters, by far the most common, are found in one map. The
// rest is a tree with one level a segment; every node is visited at most once in
// a search, so a hostile path costs no more than the tree is large.
type router struct {
	kind     kind
	literals map[string]*resource // by normal path
	root     node
	fallback *method // HTTP: $default
}

// A resource is a path pattern's methods: nil where there is none, with ANY
// filled into the gaps. At otherVerb are methods beyond the seven, which only
// an HTTP API's ANY takes.
type resource struct{ methods [otherVerb + 1]*method }

// A node is a place in the tree of patterns.
type node struct {
	literals map[string]*node
	param    *node
	here     *resource // a pattern ends here
	rest     *resource // a pattern ends here with {name+}
}

// add gives the resource of pattern a method.
func (t *router) add(p []segment, verb int, m *method) {
	r := t.resource(p)
	r.methods[verb] = m
}

// resource finds or makes the resource of a pattern.
func (t *router) resource(p []segment) *resource {
	n := &t.root
	path := ""
	slot := &n.here
	for _, s := range p {
		path += "/" + s.text
		switch s.kind {
		case literal:
			if n.literals == nil {
				n.literals = make(map[string]*node)
			}
			if n.literals[s.text] == nil {
				n.literals[s.text] = &node{}
			}
			n = n.literals[s.text]
		case param:
			if n.param == nil {
				n.param = &node{}
			}
			n = n.param
		}
		slot = &n.here
		if s.kind == greedy {
			slot = &n.rest
		}
	}
	if *slot == nil {
		*slot = &resource{}
		if allLiteral(p) {
			t.literals[path] = *slot
		}
	}
	return *slot
}

// find returns the method that answers verb at a normal path, or nil. REST
// looks for the path first, so that a resource without the method is the end of
// it (403); HTTP looks for a route that has the method.
func (t *router) find(verb int, path string) *method {
	if r := t.literals[path]; r != nil {
		if m := r.methods[verb]; m != nil {
			return m
		}
	}
	if t.kind == REST {
		if r := t.root.find(path); r != nil {
			return r.methods[verb]
		}
		return nil
	}
	s := search{verb: verb}
	s.walk(&t.root, path, 0, 0)
	switch {
	case s.full != nil:
		return s.full.methods[verb]
	case s.rest != nil:
		return s.rest.methods[verb]
	}
	return t.fallback
}

// find returns the resource that takes a path by a REST API's precedence:
// segment by segment a literal beats {param}, which beats {proxy+}. A branch
// that turns out not to match is given up for the next best, which is what AWS
// is taken to do: its text gives the order and no procedure.
func (n *node) find(path string) *resource {
	if path == "" {
		return n.here
	}
	part, rest := cut(path)
	if c := n.literals[part]; c != nil {
		if r := c.find(rest); r != nil {
			return r
		}
	}
	if n.param != nil && part != "" {
		if r := n.param.find(rest); r != nil {
			return r
		}
	}
	if len(path) > 1 {
		return n.rest
	}
	return nil
}

// A search is a walk through an HTTP API's tree for the best full match and the
// best greedy one, among the resources that have the method. AWS documents
// "full match for a route and method", then greedy, then $default; between
// several full or several greedy ones it is silent, and the one with most
// literal segments wins here, then the longest, then the leftmost literal.
type search struct {
	verb         int
	full, rest   *resource
	fullLiterals int
	restLiterals int
	restDepth    int
}

func (s *search) walk(n *node, path string, literals, depth int) {
	if path == "" {
		if n.here != nil && n.here.methods[s.verb] != nil && (s.full == nil || literals > s.fullLiterals) {
			s.full, s.fullLiterals = n.here, literals
		}
		return
	}
	if n.rest != nil && len(path) > 1 && n.rest.methods[s.verb] != nil && s.betterRest(literals, depth) {
		s.rest, s.restLiterals, s.restDepth = n.rest, literals, depth
	}
	part, rest := cut(path)
	if c := n.literals[part]; c != nil {
		s.walk(c, rest, literals+1, depth+1)
	}
	if n.param != nil && part != "" {
		s.walk(n.param, rest, literals, depth+1)
	}
}

func (s *search) betterRest(literals, depth int) bool {
	return s.rest == nil || literals > s.restLiterals || literals == s.restLiterals && depth > s.restDepth
}
