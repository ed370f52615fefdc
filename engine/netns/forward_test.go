package netns

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The last network's end switches forwarding off, unless somebody else relies
// on it: by a namespace, by a link alone, or by domain controllers that run.
func TestForwardingStaysForOthers(t *testing.T) {
	forwards := func() bool {
		t.Helper()
		have, err := os.ReadFile("/proc/sys/net/ipv4/ip_forward")
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(have)) == "1"
	}
	for name, other := range map[string]struct{ come, leave []string }{
		"a namespace":  {[]string{"ip", "netns", "add", "entente-other-vpc-89abcdef"}, []string{"ip", "netns", "delete", "entente-other-vpc-89abcdef"}},
		"a link":       {[]string{"ip", "link", "add", "eother-9abcdef", "type", "veth", "peer", "name", "elsewhere"}, []string{"ip", "link", "delete", "eother-9abcdef"}},
		"a run folder": {[]string{"mkdir", "-p", "/run/entente/other"}, []string{"rmdir", "/run/entente/other"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEngine(t)
			build(t, e)
			if err := os.MkdirAll(filepath.Join(e.runDir, tag), 0o700); err != nil { // our own does not count
				t.Fatal(err)
			}
			sh(t, "", other.come...)
			if err := e.RemoveAll(t.Context()); err != nil {
				t.Fatal(err)
			}
			if !forwards() {
				t.Error("the host does not forward any more")
			}
			sh(t, "", other.leave...)
			if err := e.RemoveAll(t.Context()); err != nil {
				t.Fatal(err)
			}
			if forwards() {
				t.Error("the host still forwards, and nobody needs it")
			}
			if err := os.RemoveAll(e.runDir); err != nil {
				t.Fatal(err)
			}
		})
	}
}
