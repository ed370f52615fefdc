package main

import (
	"crypto/rand"
	"net/netip"
	"slices"
	"time"

	"github.com/entente-ad/entente/internal/secret"
)

// bareResult is what stock tools need for what a directory of ours is: two
// domain controllers, one provisioned and one joined.
type bareResult struct {
	took time.Duration
	pss  int64 // of the first one, both running
}

// measureBare provisions, starts, joins and starts with stock tools only.
func measureBare(r *run) bareResult {
	own := newRun(r.ctx) // gone before ours are measured: shared pages split
	defer own.end()
	bareNetwork(own)
	admin := secret.New("Aa1-" + rand.Text())
	first, second := netip.MustParseAddr("10.205.1.1"), netip.MustParseAddr("10.205.1.2")
	one, two := newBareDC(own, "barea", first, first), newBareDC(own, "bareb", second, first)

	begin := time.Now()
	one.provision(own, admin)
	provisioned := time.Now()
	one.start(own, admin)
	started := time.Now()
	two.join(own, admin)
	joined := time.Now()
	two.start(own, admin)
	end := time.Now()
	own.Logf("  provision %v, start %v, join %v, start %v", provisioned.Sub(begin), started.Sub(provisioned), joined.Sub(started), end.Sub(joined))

	settle(own)
	pss, processes, err := pidNamespace(one.pid)
	own.check(err)
	own.Logf("  a bare domain controller: %s in %d processes", megabytes.show(mb(pss)), processes)
	return bareResult{took: end.Sub(begin), pss: pss}
}

// bareOptions make a stock domain controller one of several on this machine.
func bareOptions() []string {
	return []string{"--option=interfaces = lo eth0", "--option=bind interfaces only = yes", "--dns-backend=SAMBA_INTERNAL",
		"--option=ad dc functional level = 2016"}
}

// provision makes the domain.
func (d *bareDC) provision(r *run, admin secret.Text) {
	d.tool(r, slices.Concat([]string{"domain", "provision", "--realm=BARE.TEST", "--domain=BARE", "--server-role=dc",
		"--host-name=" + d.host, "--host-ip=" + d.addr.String(), "--adminpass=" + admin.Reveal(), "--function-level=2016"}, bareOptions())...)
}

// join makes a further domain controller.
func (d *bareDC) join(r *run, admin secret.Text) {
	d.tool(r, slices.Concat([]string{"domain", "join", bareDomain, "DC", "--realm=BARE.TEST", "-UAdministrator%" + admin.Reveal()}, bareOptions())...)
}

// settle waits for start-up work (keys, first replication, winbindd's first
// look around) to be over before memory is looked at.
func settle(r *run) {
	select {
	case <-r.ctx.Done():
	case <-time.After(20 * time.Second):
	}
}
