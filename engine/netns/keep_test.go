package netns

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/vpc"
)

// A second call writes nothing; what a hand changed is put right.
func TestFilterIsKeptAsItIs(t *testing.T) {
	p := newPair(t)
	f := compile(vpc.Rule{Egress: true, Protocol: vpc.All, Peer: peerIs("10.0.0.0/8")}, vpc.Rule{Protocol: vpc.TCP, From: 1, To: 2, Peer: peerIs("10.0.0.0/8")})
	ns := p.e.dcName(p.dc.Name)
	rules := func() []string { return sh(t, ns, "nft", "-a", "list", "ruleset") }
	p.set(f)
	first := rules()
	p.set(f)
	if again := rules(); !slices.Equal(first, again) {
		t.Errorf("a second call changed\n%q\nto\n%q", first, again)
	}
	plain := func() []string { return sh(t, ns, "nft", "-s", "list", "ruleset") }
	want := plain()
	for name, hand := range map[string][]string{
		"the table is gone":         {"delete", "table", "inet", "entente"},
		"a rule more":               {"insert", "rule", "inet", "entente", "input", "accept"},
		"no rules":                  {"flush", "table", "inet", "entente"},
		"another policy":            {"chain", "inet", "entente", "input", "{", "policy", "accept;", "}"},
		"the chains hang elsewhere": {"delete", "table", "inet", "entente;", "add", "table", "inet", "entente;", "add", "chain", "inet", "entente", "input", "{", "type", "filter", "hook", "prerouting", "priority", "0;", "}"},
	} {
		sh(t, ns, append([]string{"nft"}, hand...)...)
		p.set(f)
		if got := plain(); !slices.Equal(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	p.e.filters = filters{} // another process
	p.set(f)
	if got := plain(); !slices.Equal(got, want) {
		t.Errorf("after a restart: %q", got)
	}
}

// An interface is opened by rules and routes of its own, and by nothing else.
func TestAnInterfaceIsOpenedByRulesAndRoutes(t *testing.T) {
	p := newPair(t)
	opened := func(when string, want bool) {
		t.Helper()
		if is, err := p.e.Opened(t.Context(), p.dc.Name); err != nil || is != want {
			t.Errorf("%s: %v, %v", when, is, err)
		}
	}
	route := func() {
		t.Helper()
		if err := p.e.SetRoutes(t.Context(), p.dc, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	opened("just attached", false)
	route()
	opened("without rules", false)
	p.set(vpc.Filter{}) // its own, though it lets nothing through
	opened("with both", true)

	var made []string
	p.e.OnAttach(func(dc string) { made = append(made, dc) })
	attach := func() {
		t.Helper()
		if err := p.e.AttachDC(t.Context(), p.dc); err != nil {
			t.Fatal(err)
		}
	}
	attach()
	opened("attached as it was", true)
	sh(t, p.e.dcName(p.dc.Name), "ip", "link", "delete", dcLink)
	attach()
	opened("with another interface", false)
	if !slices.Equal(made, []string{p.dc.Name}) {
		t.Errorf("told of %q", made)
	}
	route()
	opened("with routes again", true)
	sh(t, p.e.dcName(p.dc.Name), "nft", "delete", "table", "inet", "entente")
	opened("after a hand took the rules away", false)
	attach()
	opened("closed again", false)
	p.set(vpc.Filter{})
	opened("with rules again", true)
	p.e.filters = filters{} // another process
	opened("after a restart, before the first pass", false)
	if is, err := p.e.Opened(t.Context(), "dc-00000000ff"); is || err != nil {
		t.Errorf("one that is not there: %v, %v", is, err)
	}
}

func TestFilterNeedsANamespace(t *testing.T) {
	e := newEngine(t)
	if err := e.SetFilter(t.Context(), "dc-000000000a", vpc.Filter{}); !errs.Is(err, errs.Unavailable) {
		t.Errorf("without a namespace: %v", err)
	}
	if err := e.SetFilter(t.Context(), "../dc", vpc.Filter{}); err == nil {
		t.Error("a name with a slash was accepted")
	}
}

func TestRoutes(t *testing.T) {
	p := newPair(t)
	p.set(open())
	to := func(a string) error { // UDP needs a route and nobody at the other end
		c, err := p.e.Dial(p.dc.Name)(t.Context(), "udp", a+":9")
		if err == nil {
			c.Close()
		}
		return err
	}
	set := func(extra ...string) {
		t.Helper()
		var list []netip.Prefix
		for _, s := range extra {
			list = append(list, netip.MustParsePrefix(s))
		}
		if err := p.e.SetRoutes(t.Context(), p.dc, list, nil); err != nil {
			t.Fatal(err)
		}
	}
	sh(t, p.e.dcName(p.dc.Name), "ip", "route", "add", "default", "via", "10.203.65.1") // as older versions had it
	for _, step := range []struct {
		extra []string
		open  []string
		shut  []string
	}{
		{nil, []string{"10.9.9.9", "172.16.0.1", "192.168.1.1"}, []string{"192.0.2.17", "198.51.100.1", "172.32.0.1"}},
		{[]string{"192.0.2.16/28", "10.0.0.0/8"}, []string{"10.9.9.9", "192.0.2.17"}, []string{"192.0.2.1", "198.51.100.1"}},
		{[]string{"198.51.100.0/24"}, []string{"10.9.9.9", "198.51.100.1"}, []string{"192.0.2.17"}},
		{[]string{"198.51.100.0/24", "2001:db8::/32"}, []string{"198.51.100.1"}, []string{"192.0.2.17"}},
		{nil, []string{"10.9.9.9"}, []string{"198.51.100.1", "8.8.8.8"}},
	} {
		set(step.extra...)
		for _, a := range step.open {
			if err := to(a); err != nil {
				t.Errorf("with %q: no way to %s: %v", step.extra, a, err)
			}
		}
		for _, a := range step.shut {
			if err := to(a); !errors.Is(err, unix.ENETUNREACH) {
				t.Errorf("with %q: to %s: %v", step.extra, a, err)
			}
		}
	}
	set("198.51.100.0/24")
	before := sh(t, p.e.dcName(p.dc.Name), "ip", "route")
	set("198.51.100.0/24")
	if after := sh(t, p.e.dcName(p.dc.Name), "ip", "route"); !slices.Equal(before, after) {
		t.Errorf("a second call changed %q to %q", before, after)
	}
}
