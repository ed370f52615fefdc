package samba

import "testing"

func TestOnlyReadOnlyPagesOfFilesAreDropped(t *testing.T) {
	for line, want := range map[string]bool{
		"00400000-01512000 r-xp 00000000 fe:00 9986097                            /usr/bin/entente": true,
		"01512000-028aa000 r--p 01112000 fe:00 9986097                            /usr/bin/entente": true,
		"028aa000-029f1000 rw-p 024aa000 fe:00 9986097                            /usr/bin/entente": false,
		"7f546c139000-7f546c289000 r--p 00000000 00:00 0 ":                                          false,
		"7ffc5a5fe000-7ffc5a600000 r-xp 00000000 00:00 0                          [vdso]":           false,
		"7f54b6748000-7f54b689e000 r--s 00026000 fe:00 326269                     /var/lib/x.tdb":   false,
	} {
		m, ok := parseMapping(line)
		if !ok || m.droppable != want || m.from >= m.to {
			t.Errorf("%s: %+v, %v", line, m, ok)
		}
	}
	for _, line := range []string{"Rss:   12428 kB", "VmFlags: rd ex mr mw me", "Anonymous: 0 kB", ""} {
		if m, ok := parseMapping(line); ok {
			t.Errorf("%q is taken for a mapping: %+v", line, m)
		}
	}
}

func TestAProgramRunsOnWithoutItsPages(t *testing.T) {
	dropProgramPages()
	TestOnlyReadOnlyPagesOfFilesAreDropped(t)
}
