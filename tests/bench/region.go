package main

import (
	"crypto/rand"
	"net/netip"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/harness"
)

const (
	spreadDomain = "spread.test"
	otherRegion  = "eu-west-1"
)

var regionPart = part{
	name: "region", what: "AddRegion until Active against two stock domain controllers that join",
	lines: []line{regionActive}, run: measureRegion,
}

var regionActive = line{"AddRegion until `Active`", seconds, "two stock joins and starts", atMost(1.2)}

// measureRegion adds a Region to a directory: two domain controllers that
// join, start, and are proven to replicate. Its peer are two stock ones that
// join and start, one after the other, with nothing proven.
func measureRegion(r *run, s *shared) {
	theirs := bareRegion(r)
	server := s.start(r)
	home, err := server.DefaultNetwork(r.ctx)
	r.check(err)
	away, err := server.NetworkIn(r.ctx, otherRegion)
	r.check(err)
	ds := server.DS(r)
	made, err := ds.CreateMicrosoftAD(r.ctx, &directoryservice.CreateMicrosoftADInput{
		Name: aws.String(spreadDomain), Password: aws.String(harness.AdminPassword), Edition: types.DirectoryEditionEnterprise,
		VpcSettings: &types.DirectoryVpcSettings{VpcId: &home.VPC, SubnetIds: home.Subnets},
	})
	r.check(err)
	server.WaitDirectory(r, aws.ToString(made.DirectoryId), types.DirectoryStageActive)
	pause(r.ctx, 5*time.Second) // what follows a directory's start is no part of this

	begin := time.Now()
	_, err = ds.AddRegion(r.ctx, &directoryservice.AddRegionInput{
		DirectoryId: made.DirectoryId, RegionName: aws.String(otherRegion),
		VPCSettings: &types.DirectoryVpcSettings{VpcId: &away.VPC, SubnetIds: away.Subnets},
	})
	r.check(err)
	var said string
	for {
		if now := controllersIn(r, ds, otherRegion, *made.DirectoryId); now != said {
			said = now
			r.Logf("  after %.1f s: %s", time.Since(begin).Seconds(), said)
		}
		out, err := ds.DescribeRegions(r.ctx, &directoryservice.DescribeRegionsInput{DirectoryId: made.DirectoryId, RegionName: aws.String(otherRegion)})
		r.check(err)
		status := out.RegionsDescription[0].Status
		if status == types.DirectoryStageActive {
			break
		}
		if status == types.DirectoryStageFailed || time.Since(begin) > harness.Patience {
			r.Fatalf("Region %s is %s", otherRegion, status)
		}
		pause(r.ctx, 10*look) // two questions at a time, of which each takes from what is measured
	}
	ours := time.Since(begin)
	s.record(r, regionActive, ours.Seconds(), theirs.Seconds())
}

// controllersIn says what each of a directory's domain controllers in a Region
// is at.
func controllersIn(r *run, ds *directoryservice.Client, region, id string) string {
	out, err := ds.DescribeDomainControllers(r.ctx, &directoryservice.DescribeDomainControllersInput{DirectoryId: &id}, harness.In(region))
	r.check(err)
	var said []string
	for _, dc := range out.DomainControllers {
		said = append(said, string(dc.Status)+" "+aws.ToString(dc.StatusReason))
	}
	return strings.Join(said, ", ")
}

// bareRegion joins two stock domain controllers to a running domain.
func bareRegion(r *run) time.Duration {
	own := newRun(r.ctx)
	defer own.end()
	bareNetwork(own)
	admin := secret.New("Aa1-" + rand.Text())
	first := netip.MustParseAddr("10.205.1.1")
	one := newBareDC(own, "barea", first, first)
	two, three := newBareDC(own, "bareb", first.Next(), first), newBareDC(own, "barec", first.Next().Next(), first)
	one.provision(own, admin)
	one.start(own, admin)
	pause(own.ctx, 5*time.Second)

	begin := time.Now()
	for _, dc := range []*bareDC{two, three} {
		dc.join(own, admin)
		dc.start(own, admin)
	}
	took := time.Since(begin)
	own.Logf("  two stock domain controllers joined and started in %v", took)
	return took
}
