package seeded

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
	"github.com/entente-ad/entente/vpc"
)

// Look gives trust n of directory i the status that its reconciler would after
// a look of which nothing came back: the partner's only DNS server is silent.
// What that comes to is decided by trust.Next, with the routes that the store
// has by then and a security group that lets everything out.
func (s *Server) Look(ctx context.Context, i, n int, server netip.Addr) error {
	id := string(TrustID(i, n))
	dir := store.Directories.Peek(s.Store, string(DirectoryID(i)))
	wall := trust.Wall{Directory: dir.ID, Known: true, Status: vpc.InterfaceStatus{Filter: vpc.Filter{Egress: []vpc.Accept{
		{Match: vpc.Match{Protocol: vpc.All, Prefixes: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}}},
	}}}}
	for o := range store.IPRoutes.All(s.Store) {
		if o.Value.Directory == dir.ID {
			wall.Status.Routes = append(wall.Status.Routes, o.Value.CIDR)
		}
	}
	seen := trust.Seen{
		Now: time.Now(), Ours: trust.Identity{DNSName: dir.Name, NetBIOSName: dir.ShortName, Forest: dir.Name},
		ForwarderServers: []netip.Addr{server}, PartnerFault: &trust.Fault{Cause: condition.DNSUnreachable}, PortsTried: true,
	}
	for _, dc := range dir.DCs {
		seen.DCs = append(seen.DCs, trust.SeenDC{ID: dc.ID, Host: dc.FQDN(dir.Name), Address: dc.Address})
		for _, protocol := range []vpc.Protocol{vpc.UDP, vpc.TCP} {
			port, _ := trust.PortOf(protocol, 53)
			seen.Ports = append(seen.Ports, wall.Attribute(trust.PortProbe{
				DC: dc.ID, From: strings.ToLower(dc.HostName), Address: server, Port: port, Number: 53, Outcome: trust.PortSilent,
			}))
		}
	}
	o, _ := store.TrustStatus.Get(s.Store, id)
	o.Value.FailingSince = seen.Now.Add(-time.Hour) // long enough to count
	status := trust.Next(store.Trusts.Peek(s.Store, id), o.Value, seen).Status
	tx := s.Store.Begin()
	store.TrustStatus.Put(tx, id, status, o.Revision)
	_, err := tx.Commit(ctx)
	return err
}
