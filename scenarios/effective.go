package scenarios

import (
	"bytes"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// hidden is what stands for a secret.
const hidden = "***"

// secretKeys are keys whose values are secrets, in lower case.
var secretKeys = map[string]bool{"api_key": true, "apikey": true, "x-api-key": true, "authorization": true, "proxy-authorization": true,
	"cookie": true, "set-cookie": true, "x-amz-security-token": true, "x-amz-signature": true, "x-amz-credential": true,
	"password": true, "passwd": true, "secret": true, "client_secret": true, "token": true, "access_token": true, "refresh_token": true, "id_token": true}

var (
	userinfo = regexp.MustCompile(`(://)[^/@\s"']+(@)`)
	inQuery  = regexp.MustCompile(`([?&]([A-Za-z0-9_-]+)=)([^&#\s"']+)`)
	template = regexp.MustCompile(`\{\{[^{}]*\}\}`)
	scheme   = regexp.MustCompile(`(?i)^\s*(bearer|basic|token|apikey|aws4-hmac-sha256)\s+`)
)

// sensitive tells whether a plain value is written under a secret's key: also
// the items of a list under one, and an API key's value.
func sensitive(n *node) bool {
	if n.parent == nil {
		return false
	}
	name := n.name
	if n.parent.kind == list {
		name = n.parent.name
	}
	if secretKeys[strings.ToLower(name)] {
		return true
	}
	owner := n.parent.parent
	return name == "value" && owner != nil && owner.kind == list && owner.name == "keys"
}

// secretPart is what of a secret's value is written out in the file: nothing
// where it consists of variables and templates.
func secretPart(written string) string {
	rest := scheme.ReplaceAllString(written, "")
	bare := template.ReplaceAllString(variable.ReplaceAllStringFunc(rest, func(ref string) string {
		if ref == "$$" {
			return ref
		}
		return ""
	}), "")
	if strings.TrimSpace(bare) == "" {
		return ""
	}
	return rest
}

// note remembers the secrets that a document holds as they stand.
func (v *vault) note(d *document) {
	if d.root == nil {
		return
	}
	d.root.walk(func(n *node) {
		if n.kind != scalar || n.broken {
			return
		}
		if sensitive(n) && secretPart(n.written) != "" {
			v.literal[scheme.ReplaceAllString(n.text, "")] = true
		}
		for _, m := range inQuery.FindAllStringSubmatch(n.text, -1) {
			if secretKeys[strings.ToLower(m[2])] && secretPart(m[3]) != "" {
				v.literal[m[3]] = true
			}
		}
	})
	delete(v.literal, "")
}

// effective is the document as it was understood: aliases and merges resolved,
// without comments, variables by name and secrets as ***.
func (v *vault) effective(d *document) ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(v.shown(d.root)); err != nil {
		return nil, err
	}
	err := e.Close()
	return b.Bytes(), err
}

func (v *vault) shown(n *node) *yaml.Node {
	switch n.kind {
	case mapping:
		y := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: n.style}
		for _, f := range n.fields {
			key := keyNode(f.name)
			if shown := v.hide(f.name); shown != f.name {
				key = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: shown}
			}
			y.Content = append(y.Content, key, v.shown(f))
		}
		return y
	case list:
		y := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: n.style}
		for _, item := range n.items {
			y.Content = append(y.Content, v.shown(item))
		}
		return y
	case null:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
	}
	text, tag := v.redact(n), n.tag
	if text != n.text {
		tag = "!!str"
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: text, Style: n.style}
}

// redact is a value as it may be shown.
func (v *vault) redact(n *node) string {
	if sensitive(n) && secretPart(n.written) != "" {
		return hidden
	}
	text := userinfo.ReplaceAllString(n.written, "${1}"+hidden+"${2}")
	text = inQuery.ReplaceAllStringFunc(text, func(s string) string {
		m := inQuery.FindStringSubmatch(s)
		if secretKeys[strings.ToLower(m[2])] && secretPart(m[3]) != "" {
			return m[1] + hidden
		}
		return s
	})
	return v.hide(text)
}
