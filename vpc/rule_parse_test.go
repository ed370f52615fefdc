package vpc

import (
	"errors"
	"strings"
	"testing"

	"github.com/entente-ad/entente/internal/errs"
)

// codeOf is an error's EC2 code, "" for none.
func codeOf(err error) string {
	var e *errs.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func TestProtocolsByNameAndNumber(t *testing.T) {
	for in, want := range map[string]Protocol{
		"tcp": TCP, "TCP": TCP, "6": TCP, "udp": UDP, "17": UDP, "icmp": ICMP, "1": ICMP, "icmpv6": ICMPv6, "58": ICMPv6, "-1": All, "50": "50", "0": "0", "255": "255",
	} {
		if got, err := ParseProtocol(in); err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "tpc", "all", "256", "-2", "06", "+6", "6 ", "１", "1.0", "\x00", strings.Repeat("9", 100)} {
		if got, err := ParseProtocol(in); codeOf(err) != "InvalidParameterValue" {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

func TestPortsAndTypes(t *testing.T) {
	const none = -1000 // not given
	for _, c := range []struct {
		protocol         Protocol
		from, to         int
		wantFrom, wantTo int
		code             string
	}{
		{TCP, 0, 65535, 0, 65535, ""},
		{UDP, 53, 53, 53, 53, ""},
		{TCP, none, none, 0, 0, "InvalidParameterValue"},
		{TCP, 80, none, 0, 0, "InvalidParameterValue"},
		{UDP, none, 80, 0, 0, "InvalidParameterValue"},
		{TCP, -1, -1, 0, 0, "InvalidPermission.Malformed"},
		{TCP, 1, 65536, 0, 0, "InvalidPermission.Malformed"},
		{UDP, 81, 80, 0, 0, "InvalidParameterValue"},
		{ICMP, -1, -1, -1, -1, ""},
		{ICMP, 3, 4, 3, 4, ""},
		{ICMP, 8, -1, 8, -1, ""},
		{ICMP, 255, 0, 255, 0, ""},
		{ICMP, none, none, 0, 0, "InvalidParameterValue"},
		{ICMP, -1, 3, 0, 0, "InvalidPermission.Malformed"},
		{ICMP, 256, 0, 0, 0, "InvalidPermission.Malformed"},
		{ICMP, 0, 256, 0, 0, "InvalidPermission.Malformed"},
		{ICMP, -2, -1, 0, 0, "InvalidPermission.Malformed"},
		{ICMPv6, none, none, -1, -1, ""},
		{ICMPv6, 128, 0, 128, 0, ""},
		{ICMPv6, 128, none, 0, 0, "InvalidParameterValue"},
		{All, none, none, 0, 0, ""},
		{All, 80, 99999, 0, 0, ""},
		{"50", -1, -1, 0, 0, ""},
	} {
		given := func(n int) *int {
			if n == none {
				return nil
			}
			return &n
		}
		from, to, err := ParsePorts(c.protocol, given(c.from), given(c.to))
		if codeOf(err) != c.code || err == nil && (from != c.wantFrom || to != c.wantTo) {
			t.Errorf("%s %d %d: got %d %d %v", c.protocol, c.from, c.to, from, to, err)
		}
	}
}

func TestPeersAreCutToTheirPrefix(t *testing.T) {
	for _, c := range []struct {
		in   string
		v6   bool
		want string
	}{
		{"10.0.0.0/8", false, "10.0.0.0/8"},
		{"100.68.0.18/18", false, "100.68.0.0/18"}, // EC2's own example
		{"203.0.113.7/32", false, "203.0.113.7/32"},
		{"0.0.0.0/0", false, "0.0.0.0/0"},
		{"8.8.8.8/0", false, "0.0.0.0/0"},
		{"2001:db8::1/32", true, "2001:db8::/32"},
		{"::/0", true, "::/0"},
		{"", false, ""},
		{"10.0.0.0", false, ""},
		{"10.0.0.0/33", false, ""},
		{"10.0.0.0/-1", false, ""},
		{"10.0.0.0/08", false, ""},
		{"010.0.0.0/8", false, ""},
		{"10.0.0/8", false, ""},
		{"10.0.0.256/8", false, ""},
		{"0x0a.0.0.0/8", false, ""},
		{"10.0.0.0/255.0.0.0", false, ""},
		{" 10.0.0.0/8", false, ""},
		{"::/0", false, ""},
		{"10.0.0.0/8", true, ""},
		{"::ffff:10.0.0.0/104", true, ""},
		{"::ffff:10.0.0.0/104", false, ""},
		{"fe80::1%eth0/64", true, ""},
		{"2001:db8::/129", true, ""},
		{"sg-0123", false, ""},
	} {
		got, err := ParsePeerCIDR(c.in, c.v6)
		if c.want == "" && codeOf(err) != "InvalidParameterValue" || c.want != "" && got.String() != c.want {
			t.Errorf("%q (IPv6 %v): got %s, %v", c.in, c.v6, got, err)
		}
	}
}

func TestDescriptionsAndNames(t *testing.T) {
	for in, ok := range map[string]bool{
		"": true, "to corp.example.com (all)": true, "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*": true, strings.Repeat("x", 255): true,
		strings.Repeat("x", 256): false, "tab\t": false, "<b>": false, "ü": false, "quote\"": false, "100%": false, "a\x00": false,
	} {
		if err := CheckDescription(in); (err == nil) != ok {
			t.Errorf("%q: %v", in, err)
		}
	}
	for _, c := range []struct{ name, description, code string }{
		{"web", "d", ""}, {"my sg-1", "d", ""}, {strings.Repeat("x", 255), "d", ""},
		{"", "d", "MissingParameter"}, {"web", "", "MissingParameter"},
		{"sg-web", "d", "InvalidParameterValue"}, {"SG-web", "d", "InvalidParameterValue"},
		{"default", "d", "InvalidParameterValue"}, {"Default", "d", "InvalidParameterValue"},
		{" web", "d", "InvalidParameterValue"}, {"wéb", "d", "InvalidParameterValue"},
		{strings.Repeat("x", 256), "d", "InvalidParameterValue"}, {"web", strings.Repeat("x", 256), "InvalidParameterValue"}, {"web", "d\n", "InvalidParameterValue"},
	} {
		if err := CheckGroupName(c.name, c.description); codeOf(err) != c.code {
			t.Errorf("%q, %q: %v", c.name, c.description, err)
		}
	}
}

func FuzzPeerCIDR(f *testing.F) {
	for _, s := range []string{"10.0.0.0/8", "::/0", "::ffff:1.2.3.4/128", "010.1.1.1/8", "fe80::%1/10", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, v6 := range []bool{false, true} {
			p, err := ParsePeerCIDR(s, v6)
			if err == nil && (p != p.Masked() || p.Addr().Is4() == v6 || p.Addr().Is4In6()) {
				t.Fatalf("%q became %s", s, p)
			}
		}
	})
}
