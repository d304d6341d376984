package report

import (
	"bytes"
	"os"
	"testing"
)

// TestLook writes the realistic report to the folder named by LOOK, for a
// person to look at.
func TestLook(t *testing.T) {
	dir := os.Getenv("LOOK")
	if dir == "" {
		t.Skip("set LOOK to a folder to have a report written there")
	}
	r := realistic(t)
	if err := WriteDir(dir, r, Files{}); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Text(&b, r, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", b.String())
}
