package seeded

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
	"github.com/entente-ad/entente/vpc"
)

// Region is the primary Region of every directory.
const Region = "us-east-1"

// World is how much there is. Trusts and tags are shared out evenly.
type World struct {
	Directories, Trusts, Tags int

	// Mixed gives trusts different states and directions, directories one to
	// three Regions, and domain controllers different states; some partners
	// are shared by two directories, and some are directories of this account.
	// Otherwise everything is as it is on a good day.
	Mixed bool
}

var (
	states = []trust.State{
		trust.Verified, trust.Verified, trust.Failed, trust.Verified, trust.Creating, trust.Verified, trust.VerifyFailed, trust.Verifying,
	}
	reasons = map[trust.State]string{
		trust.Failed:       "The trust password does not match the one on the other side.",
		trust.VerifyFailed: "No domain controller of the other side answers on port 88.",
	}
	directions = []trust.Direction{trust.TwoWay, trust.TwoWay, trust.Outgoing, trust.Incoming, trust.TwoWay}
	names      = []string{"corp.example.com", "emea.corp.example.net", "ad.acquired-company-with-a-long-name.example.com", "lab.example.org", "hr.example.net"}
	elsewhere  = []string{"eu-west-1", "ap-northeast-1"}
)

// DirectoryID names directory number i, from 0.
func DirectoryID(i int) directory.ID { return directory.ID(fmt.Sprintf("d-%010x", i+1)) }

// TrustID names trust n of directory i, both from 0.
func TrustID(i, n int) trust.ID { return trust.ID(fmt.Sprintf("t-%010x", i*100+n+1)) }

// Name is the DNS name of directory number i.
func Name(i int) directory.FQDN { return directory.FQDN(fmt.Sprintf("m%02d.example.org", i)) }

func (w World) write(ctx context.Context, st *store.Store) error {
	for i := range w.Directories {
		tx := st.Begin()
		spec, status := w.directory(i)
		store.Directories.Put(tx, string(spec.ID), spec, 0)
		store.DirectoryStatus.Put(tx, string(spec.ID), status, 0)
		for n := range w.Trusts / w.Directories {
			spec, status := w.trust(i, n)
			store.Trusts.Put(tx, string(spec.ID), spec, 0)
			store.TrustStatus.Put(tx, string(spec.ID), status, 0)
		}
		if _, err := tx.Commit(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (w World) directory(i int) (directory.Spec, directory.Status) {
	now := time.Now()
	spec := directory.Spec{
		ID: DirectoryID(i), Account: "000000000000", Region: Region, CreatedAt: now, Edition: directory.Enterprise,
		Name: Name(i), GivenName: string(Name(i)), ShortName: directory.NetBIOSName(fmt.Sprintf("M%02d", i)),
		VPC: "vpc-00000000000000001", Subnets: []vpc.SubnetID{"subnet-00000000000000001", "subnet-00000000000000002"}, Tags: map[string]string{},
	}
	for n := range w.Tags / w.Directories {
		spec.Tags[fmt.Sprintf("key-%02d", n)] = fmt.Sprintf("value %d of %s", n, spec.ID)
	}
	status := directory.Status{Stage: directory.StageActive, StageSince: now}
	regions := []string{Region}
	if w.Mixed {
		regions = append(regions, elsewhere[:i%3]...)
	}
	for r, region := range regions {
		stage := directory.StageActive
		if w.Mixed && r > 0 && i%5 == 2 {
			stage = directory.StageCreating
		}
		if r > 0 {
			spec.Additional = append(spec.Additional, directory.Region{Name: region, AddedAt: now.Add(time.Duration(r) * time.Second)})
			status.Regions = append(status.Regions, directory.RegionStatus{Name: region, Stage: stage, Since: now, LaunchTime: now})
		}
		count := 2
		if w.Mixed {
			count += (i*3 + r) % 7 / 3 * 2 // 2, 4 or 6
		}
		for n := range count {
			w.controller(&spec, &status, i, r, n, region, stage)
		}
	}
	if w.Mixed && i%7 == 3 {
		status.Stage, status.StageReason = directory.StageImpaired, "A domain controller does not answer."
	}
	return spec, status
}

func (w World) controller(spec *directory.Spec, status *directory.Status, i, r, n int, region string, stage directory.Stage) {
	id := directory.DCID(fmt.Sprintf("dc-%010x", i*1000+r*100+n+1))
	spec.DCs = append(spec.DCs, directory.DC{
		ID: id, Region: region, HostName: fmt.Sprintf("DC%d%d%d", i, r, n), Subnet: spec.Subnets[n%2],
		AZ: region + string(rune('a'+n%2)), Address: netip.AddrFrom4([4]byte{10, byte(i), byte(r), byte(10 + n)}),
	})
	state := directory.DCActive
	switch {
	case stage == directory.StageCreating:
		state = directory.DCCreating
	case w.Mixed && i%7 == 3 && n == 1:
		state = directory.DCImpaired
	case w.Mixed && i%11 == 5 && n == 1:
		state = directory.DCFailed
	}
	status.DCs = append(status.DCs, directory.DCStatus{ID: id, State: state, Since: spec.CreatedAt, LaunchTime: spec.CreatedAt})
}

func (w World) trust(i, n int) (trust.Spec, trust.Status) {
	now := time.Now()
	remote := directory.FQDN(fmt.Sprintf("p%02d-%02d.example.com", i, n))
	spec := trust.Spec{ID: TrustID(i, n), Directory: DirectoryID(i), Region: Region, Direction: trust.TwoWay, Type: trust.Forest, CreatedAt: now, UpdatedAt: now}
	status := trust.Status{State: trust.Verified, StateSince: now, UpdatedAt: now}
	if w.Mixed {
		k := i*3 + n
		spec.Direction = directions[k%len(directions)]
		spec.SelectiveAuth = k%4 == 1 && spec.Direction.HasOutgoing()
		status.State = states[k%len(states)]
		status.StateReason = reasons[status.State]
		if spec.Direction == trust.Incoming && status.State == trust.Verified {
			status.State = trust.Created
		}
		last := w.Trusts/w.Directories - 1
		switch {
		case n == 0 && i%2 == 1 && w.Directories > 1: // the first partner of the directory before
			remote = w.partner(i-1, 0)
		case n == last && n > 0 && w.Directories > 1 && i%4 < 2 && i^1 < w.Directories: // a directory of ours, both sides
			remote, spec.Direction, spec.SelectiveAuth = Name(i^1), trust.TwoWay, false
		default:
			remote = w.partner(i, n)
		}
	}
	spec.Remote, spec.RemoteDomainName = remote, string(remote)
	return spec, status
}

// partner is a domain outside; names are of different lengths.
func (w World) partner(i, n int) directory.FQDN {
	return directory.FQDN(fmt.Sprintf("p%02d-%02d.%s", i, n, names[(i+n)%len(names)]))
}
