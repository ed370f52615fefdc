package directory_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
)

func TestDirectoryNames(t *testing.T) {
	label63 := strings.Repeat("a", 63)
	for name, want := range map[string]directory.FQDN{
		"corp.example.com":             "corp.example.com",
		"Corp.EXAMPLE.com":             "corp.example.com",
		"a.b":                          "a.b",
		"1.2.3.example":                "1.2.3.example",
		"a--b.com":                     "a--b.com",
		"xn--bcher-kva.example":        "xn--bcher-kva.example",
		label63 + ".":                  "",
		strings.Repeat("a", 62) + ".b": directory.FQDN(strings.Repeat("a", 62) + ".b"),
		strings.Repeat("a", 31) + ".b." + label63: "",
		label63 + ".com": "",
		"a":              "",
		"":               "",
		"corp":           "",
		"my-corp":        "",
		".corp.com":      "",
		"corp.com.":      "",
		"corp..com":      "",
		`corp\example`:   "",
		"-corp.com":      "",
		"corp-.com":      "",
		"corp.c_m":       "",
		"corp.com ":      "",
		"corp\n.com":     "",
		"cörp.com":       "",
		"\u212aorp.com":  "", // Kelvin sign: its lower case is a plain k
		"192.0.2.1":      "",
		"corp.123":       "",
		"\xff.com":       "",
	} {
		got, err := directory.ParseName(name)
		if got != want || (want == "") != errs.Is(err, errs.Invalid) {
			t.Errorf("%q: got %q, %v", name, got, err)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "Invalid directory name. The directory name must be between 2 and 64 characters") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestNetBIOSNames(t *testing.T) {
	for name, want := range map[string]directory.NetBIOSName{
		"CORP": "CORP", "corp": "CORP", "A": "A", "x-1": "X-1", "ABCDEFGHIJKLMNO": "ABCDEFGHIJKLMNO", "1": "1",
		"ABCDEFGHIJKLMNOP": "", "": "", ".corp": "", "a.b": "", "a b": "", "a_b": "", "-a": "", "a-": "", "builtin": "", "Network": "", "ß": "",
	} {
		if got, err := directory.ParseNetBIOS(name); got != want || (want == "") != errs.Is(err, errs.Invalid) {
			t.Errorf("%q: got %q, %v", name, got, err)
		}
	}
}

func TestNetBIOSNameIsDerivedFromTheFirstLabel(t *testing.T) {
	for name, want := range map[directory.FQDN]directory.NetBIOSName{
		"corp.example.com":                 "CORP",
		"averyveryverylonglabel.example":   "AVERYVERYVERYLO",
		"fourteenchars1-and-more.example.": "FOURTEENCHARS1",
	} {
		got := directory.DefaultNetBIOS(name)
		if _, err := directory.ParseNetBIOS(string(got)); got != want || err != nil {
			t.Errorf("%s: got %s, %v", name, got, err)
		}
	}
}

func TestForwarderAddresses(t *testing.T) {
	dcs := []directory.DC{{Address: netip.MustParseAddr("10.128.0.4")}}
	for name, c := range map[string]struct {
		list string
		ok   bool
	}{
		"one":               {"192.0.2.53", true},
		"four":              {"192.0.2.1 192.0.2.2 10.0.0.1 172.16.0.1", true},
		"none":              {"", false},
		"five":              {"192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5", false},
		"twice":             {"192.0.2.1 192.0.2.1", false},
		"leading zeros":     {"010.001.1.1", false},
		"not an address":    {"300.1.1.1", false},
		"IPv6":              {"2001:db8::1", false},
		"IPv4 in IPv6":      {"::ffff:192.0.2.1", false},
		"unspecified":       {"0.0.0.0", false},
		"this network":      {"0.1.2.3", false},
		"loopback":          {"127.0.0.53", false},
		"link-local":        {"169.254.169.253", false},
		"multicast":         {"224.0.0.251", false},
		"broadcast":         {"255.255.255.255", false},
		"the DC's own":      {"192.0.2.1 10.128.0.4", false},
		"another directory": {"10.128.0.5", true},
	} {
		got, err := directory.ParseForwarderAddresses(strings.Fields(c.list), dcs)
		if (err == nil) != c.ok || !c.ok && !errs.Is(err, errs.Invalid) || c.ok && len(got) != len(strings.Fields(c.list)) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

// FuzzNames holds the rules together: what is accepted is a name that DNS can
// carry and that reads the same when checked again.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"corp.example.com", "Corp.Example.com.", "my-corp", `a\b`, "a--b.c", "1.2.3.4", "..", "\xff.\xfe", "\u212a.com", strings.Repeat("a.", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		problem := directory.NameProblem(s)
		name, err := directory.ParseName(s)
		if err == nil && problem != "" {
			t.Fatalf("%q is accepted, though: %s", s, problem)
		}
		if err != nil && strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' }) {
			t.Fatalf("%q: control characters in %q", s, err)
		}
		if err != nil {
			return
		}
		if again, err := directory.ParseName(string(name)); again != name || err != nil {
			t.Fatalf("%q became %q and then %q, %v", s, name, again, err)
		}
		if len(name) != len(s) || directory.Normalise(string(name)) != name || !directory.Below(name, name) {
			t.Fatalf("%q became %q", s, name)
		}
		for label := range strings.SplitSeq(string(name), ".") {
			if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
				t.Fatalf("%q: label %q", s, label)
			}
		}
		if short := directory.DefaultNetBIOS(name); short == "" || len(short) > 15 {
			t.Fatalf("%q: short name %q", s, short)
		}
	})
}
