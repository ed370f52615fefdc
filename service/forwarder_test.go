package service_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
)

// apply plays the reconciler of forwarders for those domain controllers, until
// the test ends: it says that they serve what it was told of.
func (r *rig) apply(id directory.ID, dcs ...int) {
	spec := store.Directories.Peek(r.store, string(id))
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan struct{})
	r.t.Cleanup(func() { cancel(); <-done })
	go func() {
		defer close(done)
		var last int64
		for {
			var newest int64
			err := r.store.Until(ctx, func() bool {
				newest = 0
				for o := range store.Forwarders.All(r.store) {
					newest = max(newest, o.Revision)
				}
				return newest > last
			})
			if err != nil {
				return
			}
			last = newest
			old, _ := store.ForwardersStatus.Get(r.store, string(id))
			applied := maps.Clone(old.Value.Applied)
			if applied == nil {
				applied = map[directory.DCID]int64{}
			}
			for _, i := range dcs {
				applied[spec.DCs[i].ID] = newest
			}
			tx := r.store.Begin()
			store.ForwardersStatus.Put(tx, string(id), directory.ForwarderStatus{Directory: id, Applied: applied}, old.Revision)
			if _, err := tx.Commit(ctx); err != nil && ctx.Err() == nil {
				r.t.Error(err)
			}
		}
	}()
}

func longWait(c *service.Config) { c.Wait = 10 * time.Second }

func (r *rig) createForwarder(id directory.ID, domain string, addrs ...string) error {
	return second(r.CreateConditionalForwarder(r.t.Context(), caller, &directoryservice.CreateConditionalForwarderInput{
		DirectoryId: new(string(id)), RemoteDomainName: &domain, DnsIpAddrs: addrs,
	}))
}

func (r *rig) updateForwarder(id directory.ID, domain string, addrs ...string) error {
	return second(r.UpdateConditionalForwarder(r.t.Context(), caller, &directoryservice.UpdateConditionalForwarderInput{
		DirectoryId: new(string(id)), RemoteDomainName: &domain, DnsIpAddrs: addrs,
	}))
}

func (r *rig) deleteForwarder(id directory.ID, domain string) error {
	return second(r.DeleteConditionalForwarder(r.t.Context(), caller, &directoryservice.DeleteConditionalForwarderInput{
		DirectoryId: new(string(id)), RemoteDomainName: &domain,
	}))
}

func (r *rig) forwarders(id directory.ID, names ...string) map[string][]string {
	r.t.Helper()
	out := must(r.DescribeConditionalForwarders(r.t.Context(), caller, &directoryservice.DescribeConditionalForwardersInput{DirectoryId: new(string(id)), RemoteDomainNames: names}))(r.t)
	got := map[string][]string{}
	for _, f := range out.ConditionalForwarders {
		got[*f.RemoteDomainName] = f.DnsIpAddrs
	}
	return got
}

func TestForwardersComeGoAndChange(t *testing.T) {
	r := newRig(t, longWait)
	id := r.active("ours.test")
	r.apply(id, 0, 1)
	if err := r.createForwarder(id, "Corp.Example.com.", "192.0.2.1", "192.0.2.2"); err != nil {
		t.Fatal(err)
	}
	if got := r.forwarders(id, "corp.example.com.", "CORP.example.com"); len(got) != 1 || len(got["corp.example.com"]) != 2 {
		t.Errorf("%v", got)
	}
	if err := r.updateForwarder(id, "corp.example.com.", "192.0.2.9"); err != nil {
		t.Fatal(err)
	}
	if got := r.forwarders(id)["corp.example.com"]; len(got) != 1 || got[0] != "192.0.2.9" {
		t.Errorf("%v", got)
	}
	if err := r.deleteForwarder(id, "corp.example.com"); err != nil {
		t.Fatal(err)
	}
	if got := r.forwarders(id); len(got) != 0 {
		t.Errorf("%v", got)
	}
	if err := r.createForwarder(id, "corp.example.com", "192.0.2.1"); err != nil {
		t.Errorf("created again while the old one goes: %v", err)
	}
}

func TestADomainControllerThatIsDownHoldsNobodyUp(t *testing.T) {
	r := newRig(t, longWait)
	id := r.active("ours.test")
	r.stage(id, directory.StageImpaired, directory.DCImpaired, directory.DCActive)
	r.apply(id, 1)
	if err := r.createForwarder(id, "corp.example.com", "192.0.2.1"); err != nil {
		t.Error(err)
	}
}

func TestForwarderNotAppliedInTime(t *testing.T) {
	r := newRig(t)
	id := r.active("ours.test")
	dcs := store.Directories.Peek(r.store, string(id)).DCs
	r.apply(id, 0)
	err := r.createForwarder(id, "corp.example.com", "192.0.2.1")
	want := "The change is written, but not every domain controller of directory " + string(id) + " serves it yet: " + string(dcs[1].ID) + " (" + dcs[1].Address.String() + "): "
	if !errs.Is(err, errs.Unavailable) || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v\nwant %s", err, want)
	}
	if got := r.forwarders(id); len(got) != 1 {
		t.Errorf("what is wanted is gone: %v", got)
	}
	r.stage(id, directory.StageImpaired, directory.DCImpaired, directory.DCImpaired)
	if err := r.deleteForwarder(id, "corp.example.com"); !errs.Is(err, errs.Unavailable) {
		t.Errorf("no domain controller runs: %v", err)
	}
}

func TestForwarderCallsRefuse(t *testing.T) {
	r := newRig(t)
	id, young := r.active("ours.test"), r.requested("young.test")
	put(r, store.Forwarders, directory.ForwarderKey(id, "corp.example.com"), directory.Forwarder{Directory: id, RemoteDomain: "corp.example.com"})
	describe := func(names ...string) func() error {
		return func() error {
			return second(r.DescribeConditionalForwarders(t.Context(), caller, &directoryservice.DescribeConditionalForwardersInput{DirectoryId: new(string(id)), RemoteDomainNames: names}))
		}
	}
	missing := "A conditional forwarder for domain none.example does not exist in directory " + string(id)
	r.refuses([]refusal{
		{"exists", func() error { return r.createForwarder(id, "CORP.example.com.", "192.0.2.1") }, errs.Exists, "A conditional forwarder for domain corp.example.com already exists in directory " + string(id)},
		{"own name", func() error { return r.createForwarder(id, "ours.test", "192.0.2.1") }, errs.Invalid, "Invalid remote domain name. ours.test belongs to ours.test, the name of this directory, whose own DNS servers answer for it."},
		{"below own name", func() error { return r.createForwarder(id, "x.ours.test", "192.0.2.1") }, errs.Invalid, "Invalid remote domain name. x.ours.test belongs to ours.test…"},
		{"single label", func() error { return r.createForwarder(id, "corp", "192.0.2.1") }, errs.Invalid, "Invalid remote domain name. A name of a single label…"},
		{"no address", func() error { return r.createForwarder(id, "a.example") }, errs.Invalid, "At least one DNS server address must be specified."},
		{"five addresses", func() error {
			return r.createForwarder(id, "a.example", "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5")
		}, errs.Invalid, "A conditional forwarder has at most 4 DNS server addresses; 5 were given."},
		{"multicast", func() error { return r.createForwarder(id, "a.example", "224.0.0.1") }, errs.Invalid, "224.0.0.1 cannot be the address…"},
		{"IPv6", func() error {
			return second(r.CreateConditionalForwarder(t.Context(), caller, &directoryservice.CreateConditionalForwarderInput{DirectoryId: new(string(id)), RemoteDomainName: new("a.example"), DnsIpv6Addrs: []string{"2001:db8::1"}}))
		}, errs.Unsupported, "IPv6 addresses of conditional forwarders are not supported: domain controllers have IPv4 addresses only. Use DnsIpAddrs."},
		{"directory not there yet", func() error { return r.createForwarder(young, "a.example", "192.0.2.1") }, errs.Unavailable, "Directory " + string(young) + " is not available: its stage is Requested."},
		{"unknown directory", func() error { return r.createForwarder("d-0000000000", "a.example", "192.0.2.1") }, errs.NotFound, "Directory d-0000000000 does not exist"},
		{"update unknown", func() error { return r.updateForwarder(id, "none.example", "192.0.2.1") }, errs.NotFound, missing},
		{"update without address", func() error { return r.updateForwarder(id, "corp.example.com") }, errs.Invalid, "At least one DNS server address must be specified."},
		{"delete unknown", func() error { return r.deleteForwarder(id, "none.example") }, errs.NotFound, missing},
		{"describe unknown", describe("corp.example.com", "none.example"), errs.NotFound, missing},
		{"describe a bad name", describe("none"), errs.Invalid, "Invalid remote domain name. A name of a single label…"},
		{"describe an empty list", describe([]string{}...), errs.Invalid, "The list of remote domain names must not be empty."},
	})
}
