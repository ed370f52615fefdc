package harness

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"
)

// anywhere is the range of the rule that directories are opened with.
const anywhere = "0.0.0.0/0"

// documentation are the ranges that the tests' forests live in (RFC 5737).
func documentation() []string { return []string{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"} }

// KeepClosed leaves a directory as AWS makes it: its security group lets
// nothing out, and it has no IP routes. It is called before WaitDirectory,
// which opens other directories to all networks that tests make.
func (s *Server) KeepClosed(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened == nil {
		s.opened = map[string]bool{}
	}
	s.opened[id] = true
}

// open lets a directory out to where tests put their forests, once.
func (s *Server) open(t testing.TB, id string) {
	t.Helper()
	s.mu.Lock()
	done := s.opened[id]
	s.mu.Unlock()
	if done {
		return
	}
	s.KeepClosed(id) // once
	s.OpenOutbound(t, id, anywhere)
	s.AddRoute(t, id, documentation()...)
}

// OpenRegion lets the domain controllers of an additional Region, which is
// Active, out to where tests put their forests. It waits until that is in force.
func (s *Server) OpenRegion(t testing.TB, region, id string) {
	t.Helper()
	s.ChangeRulesIn(t, region, id, "AuthorizeSecurityGroupEgress", all(anywhere))
	s.AddRouteIn(t, region, id, documentation()...)
}

// EC2 makes one signed call of EC2's query protocol. params may be nil, out
// too.
func (s *Server) EC2(ctx context.Context, action string, params url.Values, out any) error {
	return s.EC2In(ctx, Region, action, params, out)
}

// EC2In is EC2 for any Region.
func (s *Server) EC2In(ctx context.Context, region, action string, params url.Values, out any) error {
	form := url.Values{"Action": {action}}
	for name, values := range params {
		form[name] = values
	}
	if out == nil {
		out = &struct{}{}
	}
	return s.ec2In(ctx, region, form, out)
}

// OpenOutbound adds the outbound rule "all traffic to cidr" to the directory's
// security group and waits until it is in force on every domain controller.
func (s *Server) OpenOutbound(t testing.TB, id, cidr string) {
	t.Helper()
	s.outbound(t, id, cidr, "AuthorizeSecurityGroupEgress")
}

// CloseOutbound takes the rule of OpenOutbound away and waits likewise.
func (s *Server) CloseOutbound(t testing.TB, id, cidr string) {
	t.Helper()
	s.outbound(t, id, cidr, "RevokeSecurityGroupEgress")
}

func (s *Server) outbound(t testing.TB, id, cidr, action string) {
	t.Helper()
	s.ChangeRules(t, id, action, all(cidr))
}

// all is the rule "all traffic", to or from cidr.
func all(cidr string) url.Values {
	return url.Values{"IpPermissions.1.IpProtocol": {"-1"}, "IpPermissions.1.IpRanges.1.CidrIp": {cidr}}
}

// ChangeRules makes a call that changes the rules of the directory's security
// group (AuthorizeSecurityGroupEgress, RevokeSecurityGroupIngress, …) and waits
// until every domain controller's filter is another one.
func (s *Server) ChangeRules(t testing.TB, id, action string, params url.Values) {
	t.Helper()
	s.ChangeRulesIn(t, Region, id, action, params)
}

// ChangeRulesIn is ChangeRules for the group that the directory has in any of
// its Regions.
func (s *Server) ChangeRulesIn(t testing.TB, region, id, action string, params url.Values) {
	t.Helper()
	before := s.filters(t, region, id)
	params.Set("GroupId", s.securityGroup(t, region, id))
	if err := s.EC2In(context.WithoutCancel(t.Context()), region, action, params, nil); err != nil {
		t.Fatal(err)
	}
	wait(t, "the rules of "+id+" to be in force", func(context.Context) (bool, string, error) {
		for ns, was := range before {
			if now, err := filter(ns); err != nil || now == was {
				return false, "the same as before in " + ns, err
			}
		}
		return true, "", nil
	})
}

// SecurityGroup is the id of the security group of a directory's domain
// controllers.
func (s *Server) SecurityGroup(t testing.TB, id string) string {
	t.Helper()
	return s.securityGroup(t, Region, id)
}

func (s *Server) securityGroup(t testing.TB, region, id string) string {
	t.Helper()
	out, err := s.DS(t).DescribeDirectories(context.WithoutCancel(t.Context()), &directoryservice.DescribeDirectoriesInput{DirectoryIds: []string{id}}, In(region))
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.DirectoryDescriptions[0].VpcSettings.SecurityGroupId)
}

// Namespaces lists the network namespaces of a directory's domain controllers,
// by name.
func (s *Server) Namespaces(t testing.TB, id string) []string {
	t.Helper()
	return s.namespaces(t, Region, id)
}

func (s *Server) namespaces(t testing.TB, region, id string) []string {
	t.Helper()
	out, err := s.DS(t).DescribeDomainControllers(context.WithoutCancel(t.Context()),
		&directoryservice.DescribeDomainControllersInput{DirectoryId: aws.String(id)}, In(region))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, dc := range out.DomainControllers {
		found, err := filepath.Glob("/run/netns/entente-*-" + aws.ToString(dc.DomainControllerId))
		if err != nil || len(found) != 1 {
			t.Fatalf("namespaces of %s: %q, %v", aws.ToString(dc.DomainControllerId), found, err)
		}
		list = append(list, filepath.Base(found[0]))
	}
	return list
}

func (s *Server) filters(t testing.TB, region, id string) map[string]string {
	t.Helper()
	list := map[string]string{}
	for _, ns := range s.namespaces(t, region, id) {
		now, err := filter(ns)
		if err != nil {
			t.Fatal(err)
		}
		list[ns] = now
	}
	return list
}

func filter(ns string) (string, error) {
	out, err := exec.Command("ip", "netns", "exec", ns, "nft", "list", "table", "inet", "entente").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("the filter of %s: %w: %s", ns, err, out)
	}
	return string(out), nil
}

// AddRoute gives a directory IP routes, those that it has left out, and waits
// until they are Added.
func (s *Server) AddRoute(t testing.TB, id string, cidrs ...string) {
	t.Helper()
	s.AddRouteIn(t, Region, id, cidrs...)
}

// AddRouteIn is AddRoute for any of the directory's Regions.
func (s *Server) AddRouteIn(t testing.TB, region, id string, cidrs ...string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	for _, cidr := range cidrs {
		_, err := s.DS(t).AddIpRoutes(ctx, &directoryservice.AddIpRoutesInput{
			DirectoryId: aws.String(id), IpRoutes: []types.IpRoute{{CidrIp: aws.String(cidr)}},
		}, In(region))
		if exists := (*types.EntityAlreadyExistsException)(nil); err != nil && !errors.As(err, &exists) {
			t.Fatal(err)
		}
		s.waitRoutes(t, region, id)
	}
}

// RemoveRoute takes IP routes away and waits until they are gone.
func (s *Server) RemoveRoute(t testing.TB, id string, cidrs ...string) {
	t.Helper()
	_, err := s.DS(t).RemoveIpRoutes(context.WithoutCancel(t.Context()), &directoryservice.RemoveIpRoutesInput{DirectoryId: aws.String(id), CidrIps: cidrs})
	if err != nil {
		t.Fatal(err)
	}
	s.WaitRoutes(t, id)
}

// WaitRoutes waits until all IP routes of the directory are Added and none is
// being removed.
func (s *Server) WaitRoutes(t testing.TB, id string) {
	t.Helper()
	s.waitRoutes(t, Region, id)
}

func (s *Server) waitRoutes(t testing.TB, region, id string) {
	t.Helper()
	wait(t, "the IP routes of "+id, func(ctx context.Context) (bool, string, error) {
		out, err := s.DS(t).ListIpRoutes(ctx, &directoryservice.ListIpRoutesInput{DirectoryId: aws.String(id)}, In(region))
		if err != nil {
			return false, "", err
		}
		var pending []string
		for _, r := range out.IpRoutesInfo {
			if r.IpRouteStatusMsg != types.IpRouteStatusMsgAdded {
				pending = append(pending, fmt.Sprintf("%s is %s (%s)", aws.ToString(r.CidrIp), r.IpRouteStatusMsg, aws.ToString(r.IpRouteStatusReason)))
			}
		}
		return len(pending) == 0, strings.Join(pending, ", "), nil
	})
}
