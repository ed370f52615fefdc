package main

import (
	"net/netip"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/forest"
	"github.com/entente-ad/entente/tests/harness"
)

const (
	partnerDomain = "partner.test"
	trustPassword = "Bench-trust-password-17"
)

var trustPart = part{
	name: "trust", what: "CreateTrust to Verified against samba-tool",
	lines: []line{trustVerified}, run: measureTrust,
}

var trustVerified = line{"CreateTrust until `Verified`, both sides present", seconds, "`samba-tool`", atMost(0.35)}

// measureTrust makes the same two-way forest trust again and again: by
// CreateTrust, the partner's side being there, until Verified; and by
// samba-tool on our own domain controller, which makes and validates both
// sides. Both are whole operations: everything from the call to the verdict.
func measureTrust(r *run, s *shared) {
	server := s.open(r)
	var dns []netip.Addr
	for _, a := range server.directory.DnsIpAddrs {
		dns = append(dns, netip.MustParseAddr(a))
	}
	partner := forest.Up(r, forest.Config{
		Name: "bench", Realm: partnerDomain, Address: netip.MustParsePrefix("10.205.9.1/24"),
		HostName: "BENCHDC", DNSForwarders: dns,
	})
	_, err := server.DS(r).CreateConditionalForwarder(r.ctx, &directoryservice.CreateConditionalForwarderInput{
		DirectoryId: server.directory.DirectoryId, RemoteDomainName: aws.String(partnerDomain), DnsIpAddrs: []string{"10.205.9.1"},
	})
	r.check(err)

	var ours, theirs []time.Duration
	pid := server.firstDC(r)
	for range s.rounds {
		forget(r, pid, partner)
		ours = append(ours, server.trustOnce(r, partner))
	}
	r.Logf("  CreateTrust to Verified: %v", ours)
	for tries := 0; len(theirs) < s.rounds; tries++ {
		forget(r, pid, partner)
		took, err := stockTrust(r, pid, partner)
		if err == nil {
			theirs = append(theirs, took)
			continue
		}
		// Its validation does not wait for the second domain controller.
		r.Logf("  samba-tool failed, which does not count: %v", err)
		if tries >= 3*s.rounds {
			r.Fatalf("samba-tool fails again and again")
		}
	}
	r.Logf("  samba-tool: %v", theirs)
	s.record(r, trustVerified, median(ours), median(theirs))
}

// trustOnce makes the partner's side, times ours, and removes both.
func (o *ourServer) trustOnce(r *run, partner *forest.Forest) time.Duration {
	r.check(partner.CreateLocalTrust(r.ctx, forest.LocalTrust{
		Domain: managedDomain, Type: "forest", Direction: "both", Password: secret.New(trustPassword),
		User: "Admin", UserPassword: secret.New(harness.AdminPassword),
	}))
	ds := o.DS(r)
	begin := time.Now()
	made, err := ds.CreateTrust(r.ctx, &directoryservice.CreateTrustInput{
		DirectoryId: o.directory.DirectoryId, RemoteDomainName: aws.String(partnerDomain), TrustPassword: aws.String(trustPassword),
		TrustDirection: types.TrustDirectionTwoWay, TrustType: types.TrustTypeForest,
	})
	r.check(err)
	for {
		out, err := ds.DescribeTrusts(r.ctx, &directoryservice.DescribeTrustsInput{TrustIds: []string{*made.TrustId}})
		r.check(err)
		t := out.Trusts[0]
		if t.TrustState == types.TrustStateVerified {
			break
		}
		if time.Since(begin) > harness.Patience || slices.Contains([]types.TrustState{types.TrustStateFailed}, t.TrustState) {
			r.Fatalf("the trust is %s: %s", t.TrustState, aws.ToString(t.TrustStateReason))
		}
		pause(r.ctx, look)
	}
	took := time.Since(begin)
	o.DeleteTrust(r, *made.TrustId)
	r.check(partner.DeleteLocalTrust(r.ctx, managedDomain))
	return took
}

// stockTrust does the same with samba-tool on our domain controller.
func stockTrust(r *run, pid int, partner *forest.Forest) (time.Duration, error) {
	login := "-UAdministrator@PARTNER.TEST%" + partner.AdminPassword.Reveal()
	begin := time.Now()
	err := sambaTool(r.ctx, pid, "domain", "trust", "create", partnerDomain,
		"--type=forest", "--direction=both", "--create-location=both", login)
	took := time.Since(begin)
	gone := sambaTool(r.ctx, pid, "domain", "trust", "delete", partnerDomain, "--delete-location=both", login)
	if err == nil {
		r.check(gone)
	}
	return took, err
}

// forget makes winbindd on both sides forget the secure channels of the trust
// before, which samba-tool's validation would trip over.
func forget(r *run, pid int, partner *forest.Forest) {
	r.check(partner.RestartWinbindd(r.ctx))
	if out, err := enter(r.ctx, pid, "smbcontrol", "winbindd", "shutdown").CombinedOutput(); err != nil {
		r.Fatalf("winbindd of our domain controller does not stop: %v\n%s", err, out)
	}
	pause(r.ctx, time.Second)
	if !waitUntil(r.ctx, func() bool { return enter(r.ctx, pid, "wbinfo", "--ping").Run() == nil }) {
		r.Fatal("winbindd of our domain controller does not come back")
	}
	// Both are in use, as domain controllers are: what winbindd makes at its
	// first question is no part of a trust.
	const anybody = "--name-to-sid=Administrator"
	if out, err := enter(r.ctx, pid, "wbinfo", anybody).CombinedOutput(); err != nil {
		r.Fatalf("winbindd of our domain controller does not answer: %v\n%s", err, out)
	}
	_, err := partner.Exec(r.ctx, "", "wbinfo", anybody)
	r.check(err)
	pause(r.ctx, time.Second)
}
