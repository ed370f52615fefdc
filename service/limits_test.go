package service_test

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
)

// patience is for what must happen, however slow the machine.
const patience = 30 * time.Second

// twoServices gives the rig's service and a second one on the same store, as
// another process would have it: nothing but transactions is between them.
func twoServices(r *rig) [2]*service.Service {
	return [2]*service.Service{r.Service, service.New(service.Config{Store: r.store, TokenKey: []byte("k"), Wait: 100 * time.Millisecond})}
}

// atOnce makes n calls at once, by turns on both services, and sorts their
// errors: nil, of that kind, others.
func atOnce(t *testing.T, both [2]*service.Service, n int, limit errs.Kind, call func(s *service.Service, i int) error) (done, refused int) {
	t.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			err := call(both[i%2], i)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				done++
			case errs.Is(err, limit):
				refused++
			default:
				t.Errorf("call %d: %v", i, err)
			}
		})
	}
	all.Wait()
	return done, refused
}

func TestLimitsHoldAmongProcesses(t *testing.T) {
	r := newRig(t)
	id := r.active("corp.test")
	both := twoServices(r)
	done, refused := atOnce(t, both, 24, errs.SnapshotLimit, func(s *service.Service, _ int) error {
		return second(s.CreateSnapshot(t.Context(), caller, &directoryservice.CreateSnapshotInput{DirectoryId: new(string(id))}))
	})
	if n := len(store.Snapshots.List(r.store)); n != directory.MaxManualSnapshots || done != n || refused != 24-n {
		t.Errorf("%d snapshots, of which %d were told, and %d refused; the limit is %d", n, done, refused, directory.MaxManualSnapshots)
	}

	var keys []string
	for range 10 {
		out := must(r.CreateAccessKey(t.Context(), caller, &service.CreateAccessKeyInput{}))(t)
		keys = append(keys, out.AccessKey.AccessKeyId)
	}
	done, refused = atOnce(t, both, len(keys), errs.Refused, func(s *service.Service, i int) error {
		return second(s.DeleteAccessKey(t.Context(), caller, &service.DeleteAccessKeyInput{AccessKeyId: keys[i]}))
	})
	if n := len(store.AccessKeys.List(r.store)); n != 1 || done != len(keys)-1 || refused != 1 {
		t.Errorf("%d keys that may make changes are left, %d deletes done, %d refused", n, done, refused)
	}
}

// TestNothingReferredToIsDeleted lets groups be deleted while rules come that
// name them, and subnets and VPCs while directories come into them.
func TestNothingReferredToIsDeleted(t *testing.T) {
	r := newRig(t)
	both := twoServices(r)
	network := r.network(caller)
	group := func(name string) string {
		return must(r.CreateSecurityGroup(t.Context(), caller, &service.CreateSecurityGroupInput{GroupName: name, Description: "d", VpcId: *network.VpcId}))(t).GroupId
	}
	for round := range 6 {
		host := group("host" + string(rune('a'+round)))
		peer := group("peer" + string(rune('a'+round)))
		v := must(r.CreateVpc(t.Context(), caller, &service.CreateVpcInput{CidrBlock: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 200, byte(round), 0}), 24).String()}))(t).Vpc.VpcId
		var all sync.WaitGroup
		all.Go(func() {
			_, _ = both[0].AuthorizeSecurityGroupIngress(t.Context(), caller, &service.AuthorizeSecurityGroupInput{GroupId: host,
				IpPermissions: []service.EC2IpPermission{{IpProtocol: "-1", Groups: []service.EC2GroupPair{{GroupId: peer}}}}})
		})
		all.Go(func() {
			_, _ = both[1].DeleteSecurityGroup(t.Context(), caller, &service.DeleteSecurityGroupInput{GroupId: peer})
		})
		all.Go(func() {
			_, _ = both[0].CreateSecurityGroup(t.Context(), caller, &service.CreateSecurityGroupInput{GroupName: "in", Description: "d", VpcId: v})
		})
		all.Go(func() { _, _ = both[1].DeleteVpc(t.Context(), caller, &service.DeleteVpcInput{VpcId: v}) })
		all.Wait()
		_, there := store.SecurityGroups.Get(r.store, peer)
		if named := len(store.SecurityGroups.Peek(r.store, host).Rules) > 1; named && !there {
			t.Errorf("round %d: a rule names a group that is gone", round)
		}
		for _, g := range store.SecurityGroups.List(r.store) {
			if string(g.Value.VPC) == v && store.VPCs.Peek(r.store, v).Delete {
				t.Errorf("round %d: group %s is in a VPC that goes", round, g.Value.Name)
			}
		}
	}
}

// TestADecisionHoldsNobodyUp has one decision hang in its middle: others, of
// other nouns and of the same, go on.
func TestADecisionHoldsNobodyUp(t *testing.T) {
	hang, hung := make(chan struct{}), make(chan struct{})
	var once sync.Once
	armed := false
	r := newRig(t, func(c *service.Config) {
		c.Avoid = func() []netip.Prefix {
			if armed {
				once.Do(func() {
					close(hung)
					<-hang
				})
			}
			return nil
		}
	})
	id := r.active("corp.test")
	network := r.network(caller)
	v := must(r.CreateVpc(t.Context(), caller, &service.CreateVpcInput{CidrBlock: "10.99.0.0/16"}))(t).Vpc.VpcId
	network.VpcId = &v
	network.SubnetIds = nil
	for i, zone := range []string{"us-east-1a", "us-east-1b"} {
		out := must(r.CreateSubnet(t.Context(), caller, &service.CreateSubnetInput{VpcId: v, CidrBlock: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 99, byte(i), 0}), 24).String(), AvailabilityZone: zone}))(t)
		network.SubnetIds = append(network.SubnetIds, out.Subnet.SubnetId)
	}
	armed = true
	first := make(chan error, 1)
	go func() {
		first <- second(r.CreateMicrosoftAD(t.Context(), caller, &directoryservice.CreateMicrosoftADInput{Name: new("slow.test"), Password: new(password), VpcSettings: network}))
	}()
	<-hung
	others := make(chan error, 1)
	go func() {
		others <- errors.Join(
			second(r.CreateSnapshot(t.Context(), caller, &directoryservice.CreateSnapshotInput{DirectoryId: new(string(id))})),
			second(r.CreateSecurityGroup(t.Context(), caller, &service.CreateSecurityGroupInput{GroupName: "g", Description: "d"})),
			second(r.CreateVpc(t.Context(), caller, &service.CreateVpcInput{CidrBlock: "10.98.0.0/16"})))
	}()
	select {
	case err := <-others:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Error("others wait for a decision that hangs")
	}
	close(hang)
	if err := <-first; err != nil {
		t.Error(err)
	}
}

// TestAWaitForAnotherResetEndsWithItsContext has one call wait for domain
// controllers that never answer, and another one behind it whose client leaves.
func TestAWaitForAnotherResetEndsWithItsContext(t *testing.T) {
	r := newRig(t, func(c *service.Config) { c.Wait = time.Hour })
	id := r.active("corp.test")
	reset := func(ctx context.Context) error {
		return second(r.ResetUserPassword(ctx, caller, &directoryservice.ResetUserPasswordInput{DirectoryId: new(string(id)), UserName: new("bob"), NewPassword: new(password)}))
	}
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() { first <- reset(ctx) }()
	if err := r.store.Until(t.Context(), func() bool { return store.Directories.Peek(r.store, string(id)).PasswordReset.Serial == 1 }); err != nil {
		t.Fatal(err)
	}
	gone, leave := context.WithCancel(t.Context())
	behind := make(chan error, 1)
	go func() { behind <- reset(gone) }()
	leave()
	select {
	case err := <-behind:
		if err == nil {
			t.Error("a reset that nobody has done is done")
		}
	case <-time.After(patience):
		t.Error("who waits for another's reset cannot leave")
	}
	cancel()
	if err := <-first; err == nil {
		t.Error("a reset that nobody has done is done")
	}
}
