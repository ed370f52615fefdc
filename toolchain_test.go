package entente

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestOneVersionOfGo: go.mod names it, and whoever exports GOTOOLCHAIN takes it
// from there. A second place would be forgotten when the first one moves.
func TestOneVersionOfGo(t *testing.T) {
	files, err := filepath.Glob("scripts/*.sh")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`\bgo1\.[0-9]+`)
	exporters := 0
	for _, file := range append(files, "Makefile", "demo", "test") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			if named.MatchString(line) {
				t.Errorf("%s names a version of Go: %s", file, line)
			}
			if strings.Contains(line, "GOTOOLCHAIN") && strings.Contains(line, "go.mod") {
				exporters++
			}
		}
	}
	if exporters != 2 {
		t.Errorf("GOTOOLCHAIN is taken from go.mod in %d places, not in the Makefile and scripts/lib.sh", exporters)
	}
}
