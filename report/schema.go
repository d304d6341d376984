package report

import _ "embed"

//go:generate go test -run TestSchemaIsCurrent -update .

//go:embed run.schema.json
var schema []byte

// Schema is the JSON Schema (draft-07) of run.json. It is made from the Go
// types and their comments. It leaves objects open, since fields are added
// within a version.
func Schema() []byte { return append([]byte(nil), schema...) }
