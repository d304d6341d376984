package traffic

import (
	"bytes"
	"encoding/json"
)

// known are the bodies of refusals as the emulator and API Gateway mostly
// write them. They need no parsing: in an overload they are the common answer.
var known = []struct{ body, message string }{
	{`{"message":"Too Many Requests"}`, "Too Many Requests"},
	{`{"message":"Limit Exceeded"}`, "Limit Exceeded"},
	{`{"message":"Forbidden"}`, "Forbidden"},
}

// readMessage returns the "message" of a JSON object, whose name may be in any
// case ("Message" in denials of access); null tells that it is given as null.
func readMessage(body []byte) (message string, null bool) {
	for i := range known {
		if string(body) == known[i].body {
			return known[i].message, false
		}
	}
	return parseMessage(bytes.TrimSpace(body))
}

func parseMessage(body []byte) (message string, null bool) {
	if len(body) == 0 || body[0] != '{' {
		return "", false
	}
	var object struct{ Message json.RawMessage }
	if json.Unmarshal(body, &object) != nil {
		return "", false
	}
	if string(object.Message) == "null" {
		return "", true
	}
	json.Unmarshal(object.Message, &message) // not a string is no message
	return message, false
}
