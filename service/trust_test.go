package service_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

func TestCreateTrustWritesEverythingThatIsWanted(t *testing.T) {
	r := newRig(t)
	id := r.active("ours.test")
	in := twoWay(id, "Corp.Example.com.")
	in.ConditionalForwarderIpAddrs = []string{"192.0.2.1", "192.0.2.2"}
	out := must(r.CreateTrust(t.Context(), caller, in))(t)
	spec := store.Trusts.Peek(r.store, *out.TrustId)
	fwd := store.Forwarders.Peek(r.store, directory.ForwarderKey(id, "corp.example.com"))
	if spec.Remote != "corp.example.com" || spec.Type != trust.Forest || len(fwd.Addresses) != 2 || fwd.Addresses[0] != addr("192.0.2.1") {
		t.Errorf("%+v %+v", spec, fwd)
	}
	if owner := r.store.Claimed("trust/" + string(id) + "/corp.example.com"); owner != *out.TrustId {
		t.Errorf("the pair belongs to %q", owner)
	}
	sealed, _, err := r.store.Secret(t.Context(), trust.SecretPassword(spec.ID))
	if err != nil || sealed.Reveal() != password {
		t.Error("the trust password is not kept", err)
	}
	got := must(r.DescribeTrusts(t.Context(), caller, &directoryservice.DescribeTrustsInput{}))(t).Trusts[0]
	if *got.TrustId != *out.TrustId || *got.RemoteDomainName != "Corp.Example.com." || got.TrustState != types.TrustStateCreating || got.TrustStateReason != nil ||
		got.SelectiveAuth != types.SelectiveAuthDisabled || got.TrustType != types.TrustTypeForest || got.TrustDirection != types.TrustDirectionTwoWay ||
		got.CreatedDateTime == nil || got.LastUpdatedDateTime == nil || got.StateLastUpdatedDateTime == nil {
		t.Errorf("%+v", got)
	}
}

func TestCreateTrustRefuses(t *testing.T) {
	r := newRig(t, func(c *service.Config) { c.Limits.OutgoingTrusts = 2 })
	id, failed, requested := r.active("ours.test"), r.active("failed.test"), r.requested("requested.test")
	r.stage(failed, directory.StageFailed)
	first := r.trust(id, "corp.example.com")
	put(r, store.Forwarders, directory.ForwarderKey(id, "fwd.example"), directory.Forwarder{Directory: id, RemoteDomain: "fwd.example", Addresses: nil})
	own := store.Directories.Peek(r.store, string(id)).DCs[0].Address.String()
	elsewhere := caller
	elsewhere.Region = "eu-west-1"
	type in = *directoryservice.CreateTrustInput
	create := func(change func(in)) func() error {
		return func() error {
			in := twoWay(id, "new.example.com")
			change(in)
			return second(r.CreateTrust(t.Context(), caller, in))
		}
	}
	forwarders := func(addrs ...string) func() error {
		return create(func(in in) { in.ConditionalForwarderIpAddrs = addrs })
	}
	exists := fmt.Sprintf("A trust between directory %s and domain corp.example.com already exists: %s.", id, first)
	const badPassword = "Invalid trust password. It must contain only letters, decimal digits, ASCII punctuation and spaces."
	calls := []refusal{
		{"unknown directory", create(func(in in) { in.DirectoryId = new("d-0000000000") }), errs.NotFound, "Directory d-0000000000 does not exist"},
		{"another Region's directory", func() error { return second(r.CreateTrust(t.Context(), elsewhere, twoWay(id, "x.example"))) }, errs.NotFound, "Directory " + string(id) + " does not exist"},
		{"directory not there yet", create(func(in in) { in.DirectoryId = new(string(requested)) }), errs.Refused, "Directory " + string(requested) + " is not available: its stage is Requested."},
		{"directory failed", create(func(in in) { in.DirectoryId = new(string(failed)) }), errs.Refused, "Directory " + string(failed) + " is not available: its stage is Failed."},
		{"no name", create(func(in in) { in.RemoteDomainName = nil }), errs.Invalid, "Invalid remote domain name. It has an empty label…"},
		{"single label", create(func(in in) { in.RemoteDomainName = new("corp") }), errs.Invalid, "Invalid remote domain name. A name of a single label, such as \"corp\", is not supported: it needs at least two labels, such as corp.example.com."},
		{"itself", create(func(in in) { in.RemoteDomainName = new("Ours.Test.") }), errs.Invalid, "Invalid remote domain name. ours.test is this directory itself; a trust is between two domains."},
		{"below itself", create(func(in in) { in.RemoteDomainName = new("x.ours.test") }), errs.Invalid, "Invalid remote domain name. x.ours.test lies inside ours.test, the name of this directory; the names of both sides must not overlap."},
		{"duplicate", create(func(in in) { in.RemoteDomainName = new("corp.example.com") }), errs.Exists, exists},
		{"duplicate with dot, case, direction, type", create(func(in in) {
			in.RemoteDomainName, in.TrustDirection, in.TrustType = new("CORP.example.com."), types.TrustDirectionOneWayIncoming, types.TrustTypeExternal
		}), errs.Exists, exists},
		{"no password", create(func(in in) { in.TrustPassword = nil }), errs.Invalid, "Invalid trust password. It must have between 1 and 128 characters."},
		{"control character", create(func(in in) { in.TrustPassword = new(marker + "\n") }), errs.Invalid, badPassword},
		{"euro sign", create(func(in in) { in.TrustPassword = new(marker + "€") }), errs.Invalid, badPassword},
		{"no direction", create(func(in in) { in.TrustDirection = "" }), errs.Invalid, "Invalid trust direction. It must be one of \"One-Way: Outgoing\", \"One-Way: Incoming\" and \"Two-Way\"."},
		{"realm trust", create(func(in in) { in.TrustType = "Realm" }), errs.Invalid, "Invalid trust type. It must be Forest or External; realm and shortcut trusts are not supported."},
		{"selective authentication, half", create(func(in in) { in.SelectiveAuth = "Half" }), errs.Invalid, "Invalid value of SelectiveAuth. It must be Enabled or Disabled."},
		{"IPv6 forwarder", create(func(in in) { in.ConditionalForwarderIpv6Addrs = []string{"2001:db8::1"} }), errs.Unsupported, "IPv6 addresses of conditional forwarders are not supported…"},
		{"five addresses", forwarders("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"), errs.Invalid, "A conditional forwarder has at most 4 DNS server addresses; 5 were given."},
		{"address twice", forwarders("192.0.2.1", "192.0.2.1"), errs.Invalid, "The DNS server address 192.0.2.1 is given twice."},
		{"leading zeros", forwarders("192.0.2.1", "010.001.1.1"), errs.Invalid, "\"010.001.1.1\" is not an IPv4 address in plain notation, such as 192.0.2.53: four numbers from 0 to 255 without leading zeros."},
		{"loopback", forwarders("127.0.0.1"), errs.Invalid, "127.0.0.1 cannot be the address of a DNS server…"},
		{"own domain controller", forwarders(own), errs.Invalid, own + " is a domain controller of this directory: queries would go round in a circle."},
		{"another forwarder there", create(func(in in) {
			in.RemoteDomainName, in.ConditionalForwarderIpAddrs = new("fwd.example"), []string{"192.0.2.1"}
		}), errs.Exists, "A conditional forwarder for domain fwd.example already exists in directory " + string(id) + "…"},
	}
	r.refuses(calls)
	r.trust(id, "second.example")
	r.refuses([]refusal{{"quota", create(func(in) {}), errs.Refused, "Trust limit exceeded. Directory " + string(id) + " has 2 trusts with an outgoing direction…"}})
	if err := create(func(in in) { in.TrustDirection = types.TrustDirectionOneWayIncoming })(); err != nil {
		t.Errorf("an incoming trust is counted: %v", err)
	}
}

func TestAnEqualForwarderIsUsedAsItIs(t *testing.T) {
	r := newRig(t)
	id := r.active("ours.test")
	in := twoWay(id, "corp.example.com")
	in.ConditionalForwarderIpAddrs = []string{"192.0.2.1", "192.0.2.2"}
	first := must(r.CreateTrust(t.Context(), caller, in))(t)
	before := table(r, store.Forwarders)
	must(r.DeleteTrust(t.Context(), caller, &directoryservice.DeleteTrustInput{TrustId: first.TrustId}))(t)
	r.gone(trust.ID(*first.TrustId))
	in.ConditionalForwarderIpAddrs = []string{"192.0.2.2", "192.0.2.1"}
	must(r.CreateTrust(t.Context(), caller, in))(t)
	if after := table(r, store.Forwarders); after != before {
		t.Errorf("got %s, was %s", after, before)
	}
}

// gone plays the reconciler of trusts at the end of a delete.
func (r *rig) gone(id trust.ID) {
	r.t.Helper()
	o, _ := store.Trusts.Get(r.store, string(id))
	tx := r.store.Begin()
	store.Trusts.Delete(tx, string(id), o.Revision)
	claim := trust.Claim(o.Value)
	tx.Release(claim.Key, claim.Owner)
	if _, err := tx.Commit(r.t.Context()); err != nil {
		r.t.Error(err)
	}
}

func TestOneTrustPerPairUnderConcurrentCalls(t *testing.T) {
	r := newRig(t, func(c *service.Config) { c.Limits.OutgoingTrusts = 3 })
	id := r.active("ours.test")
	var wg sync.WaitGroup
	kinds := make([]error, 8)
	for i := range kinds {
		wg.Go(func() { kinds[i] = second(r.CreateTrust(t.Context(), caller, twoWay(id, "corp.example.com"))) })
	}
	wg.Wait()
	made := 0
	for _, err := range kinds {
		if err == nil {
			made++
		} else if !errs.Is(err, errs.Exists) {
			t.Error(err)
		}
	}
	quota := make([]error, 6)
	for i := range quota {
		wg.Go(func() {
			quota[i] = second(r.CreateTrust(t.Context(), caller, twoWay(id, fmt.Sprintf("n%d.example.com", i))))
		})
	}
	wg.Wait()
	for _, err := range quota {
		if err == nil {
			made++
		} else if !errs.Is(err, errs.Refused) {
			t.Error(err)
		}
	}
	if made != 3 || len(store.Trusts.List(r.store)) != 3 {
		t.Errorf("%d trusts made, want 3", made)
	}
}

func TestATrustNeverOutlivesADirectoryDeletedAtTheSameMoment(t *testing.T) {
	r := newRig(t)
	for i := range 5 {
		id := r.active(fmt.Sprintf("n%d.test", i))
		var wg sync.WaitGroup
		wg.Go(func() {
			for j := range 4 {
				_, _ = r.CreateTrust(t.Context(), caller, twoWay(id, fmt.Sprintf("p%d.example", j)))
			}
		})
		wg.Go(func() {
			_, err := r.DeleteDirectory(t.Context(), caller, &directoryservice.DeleteDirectoryInput{DirectoryId: new(string(id))})
			if err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		for o := range store.Trusts.All(r.store) {
			if o.Value.Directory == id && !o.Value.Delete {
				t.Errorf("trust %s is left", o.Key)
			}
		}
	}
}

func TestVerifyAndDeleteFlipTheStateAtOnce(t *testing.T) {
	r := newRig(t)
	id := r.active("ours.test")
	in := twoWay(id, "corp.example.com")
	in.ConditionalForwarderIpAddrs = []string{"192.0.2.1"}
	tid := must(r.CreateTrust(t.Context(), caller, in))(t).TrustId
	state := func() types.Trust {
		return must(r.DescribeTrusts(t.Context(), caller, &directoryservice.DescribeTrustsInput{TrustIds: []string{*tid}}))(t).Trusts[0]
	}
	put(r, store.TrustStatus, *tid, trust.Status{State: trust.VerifyFailed, StateReason: "why", StateSince: now})
	if got := state(); got.TrustState != types.TrustStateVerifyFailed || *got.TrustStateReason != "why" {
		t.Errorf("%+v", got)
	}
	must(r.VerifyTrust(t.Context(), caller, &directoryservice.VerifyTrustInput{TrustId: tid}))(t)
	if got := state(); got.TrustState != types.TrustStateVerifying || got.TrustStateReason != nil {
		t.Errorf("%+v", got)
	}
	put(r, store.TrustStatus, *tid, trust.Status{State: trust.Verified, Answered: 1, StateSince: now})
	if got := state(); got.TrustState != types.TrustStateVerified {
		t.Errorf("%+v", got)
	}

	for range 2 { // the second call changes nothing
		out := must(r.DeleteTrust(t.Context(), caller, &directoryservice.DeleteTrustInput{TrustId: tid}))(t)
		if got := state(); got.TrustState != types.TrustStateDeleting || *out.TrustId != *tid {
			t.Errorf("%+v", got)
		}
	}
	fwd := directory.ForwarderKey(id, "corp.example.com")
	if store.Forwarders.Peek(r.store, fwd).Delete {
		t.Error("the forwarder goes, though nobody asked for it")
	}
	must(r.DeleteTrust(t.Context(), caller, &directoryservice.DeleteTrustInput{TrustId: tid, DeleteAssociatedConditionalForwarder: true}))(t)
	if !store.Forwarders.Peek(r.store, fwd).Delete {
		t.Error("the forwarder stays, though it was asked for")
	}
	r.refuses([]refusal{
		{"re-created before it is gone", func() error { return second(r.CreateTrust(t.Context(), caller, in)) }, errs.Exists, "A trust between directory " + string(id) + " and domain corp.example.com already exists: " + *tid + "."},
		{"verified while it goes", func() error {
			return second(r.VerifyTrust(t.Context(), caller, &directoryservice.VerifyTrustInput{TrustId: tid}))
		}, errs.Refused, "Trust " + *tid + " is being deleted."},
	})
	r.gone(trust.ID(*tid))
	again := must(r.CreateTrust(t.Context(), caller, in))(t)
	if *again.TrustId == *tid || store.Forwarders.Peek(r.store, fwd).Delete {
		t.Error("re-created under the same id, or without its forwarder")
	}
}

func TestTrustCallsRefuse(t *testing.T) {
	r := newRig(t)
	id, other := r.active("ours.test"), r.active("other.test")
	in := twoWay(id, "in.example")
	in.TrustDirection = types.TrustDirectionOneWayIncoming
	incoming := must(r.CreateTrust(t.Context(), caller, in))(t).TrustId
	elsewhere := caller
	elsewhere.Region = "eu-west-1"
	describe := func(in *directoryservice.DescribeTrustsInput) func() error {
		return func() error { return second(r.DescribeTrusts(t.Context(), caller, in)) }
	}
	outgoing := r.trust(other, "out.example")
	r.stage(other, directory.StageInoperable)
	r.refuses([]refusal{
		{"verify without a domain controller", func() error {
			return second(r.VerifyTrust(t.Context(), caller, &directoryservice.VerifyTrustInput{TrustId: new(string(outgoing))}))
		}, errs.Refused, "Directory " + string(other) + " is not available: its stage is Inoperable."},
		{"verify incoming", func() error {
			return second(r.VerifyTrust(t.Context(), caller, &directoryservice.VerifyTrustInput{TrustId: incoming}))
		}, errs.Unsupported, "Trust " + *incoming + " is incoming only. Only the outgoing direction of a trust can be verified: verify it from the side of in.example."},
		{"verify unknown", func() error {
			return second(r.VerifyTrust(t.Context(), caller, &directoryservice.VerifyTrustInput{TrustId: new("t-0000000000")}))
		}, errs.NotFound, "Trust t-0000000000 does not exist"},
		{"delete unknown", func() error {
			return second(r.DeleteTrust(t.Context(), caller, &directoryservice.DeleteTrustInput{TrustId: new("t-0000000000")}))
		}, errs.NotFound, "Trust t-0000000000 does not exist"},
		{"delete in another Region", func() error {
			return second(r.DeleteTrust(t.Context(), elsewhere, &directoryservice.DeleteTrustInput{TrustId: incoming}))
		}, errs.NotFound, "Trust " + *incoming + " does not exist"},
		{"describe unknown", describe(&directoryservice.DescribeTrustsInput{TrustIds: []string{"t-0000000000"}}), errs.NotFound, "Trust t-0000000000 does not exist"},
		{"describe an empty list", describe(&directoryservice.DescribeTrustsInput{TrustIds: []string{}}), errs.Invalid, "The list of trust ids must not be empty."},
		{"describe unknown directory", describe(&directoryservice.DescribeTrustsInput{DirectoryId: new("d-0000000000")}), errs.NotFound, "Directory d-0000000000 does not exist"},
		{"describe under another directory", describe(&directoryservice.DescribeTrustsInput{DirectoryId: new(string(other)), TrustIds: []string{*incoming}}), errs.NotFound, "Trust " + *incoming + " does not exist"},
		{"describe with a bad token", describe(&directoryservice.DescribeTrustsInput{NextToken: new("x")}), errs.InvalidNextToken, "Invalid value passed for the NextToken parameter."},
		{"explain unknown", func() error {
			return second(r.ExplainTrust(t.Context(), caller, &service.ExplainTrustInput{TrustId: "t-0000000000"}))
		}, errs.NotFound, "Trust t-0000000000 does not exist"},
	})
	third := new(string(r.requested("third.test")))
	if out := must(r.DescribeTrusts(t.Context(), caller, &directoryservice.DescribeTrustsInput{DirectoryId: third}))(t); out.Trusts == nil || len(out.Trusts) != 0 {
		t.Errorf("%+v", out)
	}
}

func TestExplainTrust(t *testing.T) {
	r := newRig(t)
	id := r.active("ours.test")
	in := twoWay(id, "corp.example.com")
	in.ConditionalForwarderIpAddrs = []string{"192.0.2.1"}
	tid := must(r.CreateTrust(t.Context(), caller, in))(t).TrustId
	dc := store.Directories.Peek(r.store, string(id)).DCs[0].ID
	put(r, store.TrustStatus, *tid, trust.Status{
		State: trust.VerifyFailed, StateReason: "why", Cause: condition.SecurityGroup, Tries: 3, NextLook: now,
		Conditions: []condition.Condition{{Type: condition.NameResolution, True: true}, {
			Type: condition.Reachability, Cause: condition.SecurityGroup, Message: "m", Hint: "open 445",
			Missing: []condition.Missing{{Group: "sg-1", Protocol: "tcp", From: 445, To: 445, CIDR: "192.0.2.1/32"}, {Directory: "d-1", CIDR: "192.0.2.1/32"}}, Commands: []string{"open"},
		}},
		Verdicts: []trust.Verdict{{DC: dc, Result: trust.VerifyResult{PDC: 5}}},
		Steps:    []trust.StepDone{{Step: "Find", DC: dc, Host: "a1.ours.test", Took: 3 * time.Second}},
		Partner:  &trust.Partner{Identity: trust.Identity{DNSName: "corp.example.com", NetBIOSName: "CORP"}, DCs: []trust.PartnerDC{{Host: "a.corp.example.com", ClockSkew: -time.Second}}},
	})
	put(r, store.ForwarderHealth, directory.ForwarderKey(id, "corp.example.com"), directory.ForwarderHealth{Servers: map[directory.DCID][]directory.UpstreamHealth{dc: {{Domain: "corp.example.com", Address: addr("192.0.2.1"), Error: "timeout"}}}})
	got := must(r.ExplainTrust(t.Context(), caller, &service.ExplainTrustInput{TrustId: *tid}))(t)
	if got.TrustState != "VerifyFailed" || got.TrustStateCause != "SecurityGroup" || got.NextAction != "open 445" || len(got.Conditions) != 2 || got.Conditions[1].Cause != "SecurityGroup" ||
		got.Verdicts[0].PasswordStatus != 5 || got.Verdicts[0].Verified || got.Steps[0].TookMillis != 3000 || got.Partner.DomainControllers[0].ClockSkewMillis != -1000 ||
		got.ConditionalForwarder.Upstreams[0].Error != "timeout" || got.DirectoryName != "ours.test" || got.DirectoryStage != "Active" {
		t.Errorf("%+v", got)
	}
	if m := got.Conditions[1].Missing; len(m) != 2 || m[0].Kind != "SecurityGroupRule" || m[0].ToPort != 445 || m[1].Kind != "IpRoute" || m[1].CidrIp != "192.0.2.1/32" || len(got.Conditions[1].Commands) != 1 {
		t.Errorf("%+v", m)
	}
	if s := got.Steps[0]; s.DomainControllerId != string(dc) || s.HostName != "a1.ours.test" || got.Verdicts[0].HostName == "" || got.Verdicts[0].HostName != got.ConditionalForwarder.Upstreams[0].HostName {
		t.Errorf("hosts: %+v, %+v", s, got.Verdicts[0])
	}
	if len(got.Ahead) > 0 {
		t.Errorf("nothing is ahead of a trust that has failed: %q", got.Ahead)
	}
	put(r, store.TrustStatus, *tid, trust.Status{State: trust.Creating, Conditions: []condition.Condition{{Type: condition.NameResolution, True: true}}})
	got = must(r.ExplainTrust(t.Context(), caller, &service.ExplainTrustInput{TrustId: *tid}))(t)
	if len(got.Ahead) < 4 || got.Ahead[0] != "Reachability" || slices.Contains(got.Ahead, "SelectiveAuth") {
		t.Errorf("ahead is %q", got.Ahead)
	}
}
