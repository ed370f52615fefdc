package trust

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/ports.md")

const portsPath = "../docs/ports.md"

// TestTheDocumentationHasTheTableOfPorts keeps docs/ports.md as the table is.
func TestTheDocumentationHasTheTableOfPorts(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Ports between a directory and a self-managed domain\n\n" +
		"What the domain controllers of a directory must reach on those of the partner, and what breaks\n" +
		"while a port is closed. A trust tries every one of them by itself and says which is closed, by\n" +
		"whom, and what to do (`entente trust explain`); `entente trust check` does so before there is a\n" +
		"trust. For a trust with an incoming direction the partner must reach the same ports here.\n" +
		"Measured against Samba 4.22; this page is made of the table in package trust\n" +
		"(`go test ./trust -run Documentation -update`).\n\n" +
		"| Port | For | While it is closed |\n|---|---|---|\n")
	for _, p := range Ports() {
		what := "it breaks " + p.Breaks
		switch p.Need {
		case NeedVerify:
			what = "**not verified**: " + p.Breaks
		case NeedDaily:
			what = p.Breaks
		case NeedNone:
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", p, p.Service, what)
	}
	have, _ := os.ReadFile(portsPath) // not there means not the same
	if string(have) == b.String() {
		return
	}
	if !*update {
		t.Fatalf("%s does not have the table as it is: run go test ./trust -run Documentation -update", portsPath)
	}
	if err := os.WriteFile(portsPath, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
