package forest

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/base64"
	"fmt"
	"strings"
)

//go:embed ldif.py
var ldifScript string

// Entry is one object to be added, or another change of one.
type Entry struct {
	DN         string
	Change     string      // LDIF's changetype; "" means "add"
	Attributes [][2]string // name and value; a name may come several times
}

// Add adds objects in the order given, in one transaction of the DC's own
// database: thousands in seconds.
func (f *Forest) Add(ctx context.Context, entries []Entry) error {
	var ldif strings.Builder
	line := func(name, value string) {
		fmt.Fprintf(&ldif, "%s:: %s\n", name, base64.StdEncoding.EncodeToString([]byte(value)))
	}
	for _, e := range entries {
		line("dn", e.DN)
		fmt.Fprintf(&ldif, "changetype: %s\n", cmp.Or(e.Change, "add"))
		for _, a := range e.Attributes {
			if e.Change == "modify" && a[0] == "add" {
				fmt.Fprintf(&ldif, "add: %s\n", a[1])
				continue
			}
			line(a[0], a[1])
		}
		ldif.WriteString("\n")
	}
	if _, err := f.Exec(ctx, ldif.String(), "/usr/bin/python3", "-I", "-c", ldifScript); err != nil {
		return fmt.Errorf("cannot add %d objects to %s: %w", len(entries), f.Domain(), err)
	}
	return nil
}

// DN is the distinguished name of the forest's root domain.
func (f *Forest) DN() string { return "DC=" + strings.ReplaceAll(f.Domain(), ".", ",DC=") }
