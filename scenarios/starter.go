package scenarios

import (
	"bytes"
	_ "embed"
)

//go:embed starter/scenario.yaml
var starter []byte

//go:embed starter/api.yaml
var starterAPI []byte

// Starter returns the commented scenario with which one begins. It is valid
// beside StarterAPI under the name api.yaml.
func Starter() []byte { return bytes.Clone(starter) }

// StarterAPI returns the commented API definition that Starter emulates.
func StarterAPI() []byte { return bytes.Clone(starterAPI) }
