package awsranges

import (
	"net/netip"
	"strings"
	"testing"
)

func TestBuiltIn(t *testing.T) {
	l, err := BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	if l.Len() < 1000 || len(l.Date()) != len("2006-01-02") {
		t.Errorf("%d ranges of %q", l.Len(), l.Date())
	}
	for s, want := range map[string]bool{
		"52.94.76.1/32": true, "3.0.0.0/8": true, "54.240.196.0/24": true, "2600:1f18::/33": true,
		"203.0.113.0/24": false, "198.51.100.0/24": false, "192.0.2.0/24": false, "10.0.0.0/8": false,
		"192.168.0.0/16": false, "172.16.0.0/12": false, "8.8.8.0/24": false, "2001:db8::/32": false,
	} {
		if r, got := l.Overlapping(netip.MustParsePrefix(s)); got != want {
			t.Errorf("%s: %v by %v", s, got, r)
		}
	}
}

func TestOverlapping(t *testing.T) {
	l, err := Parse("# 2026-01-01 a test\n10.0.0.0/24\n10.0.2.0/24\n2001:db8::/32\n")
	if err != nil {
		t.Fatal(err)
	}
	for s, want := range map[string]string{
		"10.0.0.7/32": "10.0.0.0/24", "10.0.1.0/24": "", "10.0.0.0/22": "10.0.0.0/24", "10.0.2.255/32": "10.0.2.0/24",
		"9.0.0.0/8": "", "11.0.0.0/8": "", "0.0.0.0/1": "10.0.0.0/24", "2001:db8:1::/48": "2001:db8::/32", "2001::/16": "2001:db8::/32", "2002::/16": "",
	} {
		r, ok := l.Overlapping(netip.MustParsePrefix(s))
		if ok != (want != "") || ok && r.String() != want {
			t.Errorf("%s: %v, %v, want %q", s, r, ok, want)
		}
	}
	if _, ok := (List{}).Overlapping(netip.MustParsePrefix("10.0.0.0/8")); ok {
		t.Error("an empty list has something")
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{"10.0.0.0", "10.0.0.1/24", "10.0.1.0/24\n10.0.0.0/24", "10.0.0.0/8\n10.1.0.0/16", "x"} {
		if _, err := Parse(s + "\n"); err == nil {
			t.Errorf("%q passes", strings.ReplaceAll(s, "\n", " "))
		}
	}
}
