package service_test

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
	"github.com/entente-ad/entente/vpc"
)

func TestRulesComeChangeAndGo(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	id := r.vpc("10.20.0.0/16")
	web, dns := r.group(id, "web"), r.group(id, "dns")
	made := must(r.AuthorizeSecurityGroupIngress(ctx, caller, &service.AuthorizeSecurityGroupInput{GroupId: web,
		TagSpecifications: []service.EC2TagSpecification{{ResourceType: "security-group-rule", Tags: []service.EC2Tag{{Key: "a", Value: new("b")}}}},
		IpPermissions: []service.EC2IpPermission{
			{IpProtocol: "6", FromPort: new(int32(80)), ToPort: new(int32(81)), IpRanges: []service.EC2IpRange{{CidrIp: "10.0.0.1/8", Description: new("ours")}, {CidrIp: "192.168.0.0/16"}},
				Ipv6Ranges: []service.EC2Ipv6Range{{CidrIpv6: "2001:db8::1/32"}}, Groups: []service.EC2GroupPair{{GroupId: dns, UserId: caller.Account}, {GroupId: web}}},
			{IpProtocol: "-1", FromPort: new(int32(0)), ToPort: new(int32(0)), IpRanges: []service.EC2IpRange{{CidrIp: "203.0.113.0/24"}}},
		}}))(t)
	if len(made.SecurityGroupRules) != 6 || !made.Return || made.SecurityGroupRules[0].CidrIpv4 != "10.0.0.0/8" || made.SecurityGroupRules[0].Description != "ours" ||
		*made.SecurityGroupRules[5].Tags[0].Value != "b" || made.SecurityGroupRules[5].FromPort != -1 || made.SecurityGroupRules[3].ReferencedGroupInfo.GroupId != dns {
		t.Errorf("%+v", made)
	}
	must(r.AuthorizeSecurityGroupEgress(ctx, caller, &service.AuthorizeSecurityGroupInput{GroupId: web, IpProtocol: "udp", FromPort: new(int32(53)), ToPort: new(int32(53)), CidrIp: "203.0.113.7/32"}))(t)

	g := must(r.DescribeSecurityGroups(ctx, caller, &service.DescribeSecurityGroupsInput{GroupIds: []string{web}}))(t).SecurityGroups[0]
	if len(g.IpPermissions) != 2 || len(g.IpPermissions[0].IpRanges) != 2 || len(g.IpPermissions[0].Groups) != 2 || g.IpPermissions[1].FromPort != nil || len(g.IpPermissionsEgress) != 2 {
		t.Errorf("%+v", g)
	}
	for name, c := range map[string]struct {
		filter service.EC2Filter
		want   int
	}{
		"a range":             {service.EC2Filter{Name: "ip-permission.cidr", Values: []string{"192.168.0.0/16"}}, 1},
		"a group":             {service.EC2Filter{Name: "ip-permission.group-id", Values: []string{dns}}, 1},
		"a group's name":      {service.EC2Filter{Name: "ip-permission.group-name", Values: []string{"d?s"}}, 1},
		"a port out":          {service.EC2Filter{Name: "egress.ip-permission.to-port", Values: []string{"53"}}, 1},
		"the port is not in":  {service.EC2Filter{Name: "ip-permission.to-port", Values: []string{"53"}}, 0},
		"names":               {service.EC2Filter{Name: "group-name", Values: []string{"web", "dns"}}, 2},
		"a tag that none has": {service.EC2Filter{Name: "tag:a", Values: []string{"b"}}, 0},
		"everything out":      {service.EC2Filter{Name: "egress.ip-permission.protocol", Values: []string{"-1"}}, 3},
		"an IPv6 range":       {service.EC2Filter{Name: "ip-permission.ipv6-cidr", Values: []string{"2001:db8::/32"}}, 1},
	} {
		out := must(r.DescribeSecurityGroups(ctx, caller, &service.DescribeSecurityGroupsInput{Filters: []service.EC2Filter{c.filter, {Name: "vpc-id", Values: []string{id}}}}))(t)
		if len(out.SecurityGroups) != c.want {
			t.Errorf("%s: %d groups", name, len(out.SecurityGroups))
		}
	}

	first := made.SecurityGroupRules[0].SecurityGroupRuleId
	must(r.ModifySecurityGroupRules(ctx, caller, &service.ModifySecurityGroupRulesInput{GroupId: web, SecurityGroupRules: []service.EC2RuleUpdate{
		{SecurityGroupRuleId: first, SecurityGroupRule: &service.EC2RuleRequest{IpProtocol: "icmp", FromPort: new(int32(8)), ToPort: new(int32(-1)), CidrIpv4: "10.9.0.0/16", Description: new("ping")}},
	}}))(t)
	must(r.UpdateSecurityGroupRuleDescriptionsIngress(ctx, caller, &service.UpdateSecurityGroupRuleDescriptionsInput{GroupId: web,
		IpPermissions: []service.EC2IpPermission{{IpProtocol: "-1", IpRanges: []service.EC2IpRange{{CidrIp: "203.0.113.0/24", Description: new("partner")}}}}}))(t)
	must(r.UpdateSecurityGroupRuleDescriptionsIngress(ctx, caller, &service.UpdateSecurityGroupRuleDescriptionsInput{GroupId: web,
		SecurityGroupRuleDescriptions: []service.EC2RuleDescription{{SecurityGroupRuleId: made.SecurityGroupRules[1].SecurityGroupRuleId, Description: "home"}}}))(t)
	rules := must(r.DescribeSecurityGroupRules(ctx, caller, &service.DescribeSecurityGroupRulesInput{SecurityGroupRuleIds: []string{first}}))(t).SecurityGroupRules
	if len(rules) != 1 || rules[0].IpProtocol != "icmp" || rules[0].FromPort != 8 || rules[0].Description != "ping" || rules[0].IsEgress || *rules[0].Tags[0].Value != "b" {
		t.Errorf("%+v", rules)
	}
	words := ""
	for _, rule := range r.stored(web).Rules {
		words += rule.Description + ","
	}
	if words != ",ping,home,,,,partner,," {
		t.Errorf("descriptions %q", words)
	}

	gone := must(r.RevokeSecurityGroupIngress(ctx, caller, &service.RevokeSecurityGroupInput{GroupId: web, SecurityGroupRuleIds: []string{first}}))(t)
	if len(gone.RevokedSecurityGroupRules) != 1 || gone.RevokedSecurityGroupRules[0].SecurityGroupRuleId != first {
		t.Errorf("%+v", gone)
	}
	must(r.RevokeSecurityGroupIngress(ctx, caller, &service.RevokeSecurityGroupInput{GroupId: web, IpPermissions: []service.EC2IpPermission{
		{IpProtocol: "tcp", FromPort: new(int32(80)), ToPort: new(int32(81)), Groups: []service.EC2GroupPair{{GroupId: dns}}}}}))(t)
	must(r.RevokeSecurityGroupEgress(ctx, caller, &service.RevokeSecurityGroupInput{GroupId: web, IpProtocol: "-1", CidrIp: "0.0.0.0/0"}))(t)
	if n := len(r.stored(web).Rules); n != 5 {
		t.Errorf("%d rules are left: %v", n, r.stored(web).Rules)
	}
}

func TestWhatGroupsRefuse(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	id, other := r.vpc("10.20.0.0/16"), r.vpc("10.20.0.0/16")
	web, used, foreign := r.group(id, "Web"), r.group(id, "used"), r.group(other, "Web")
	must(r.AuthorizeSecurityGroupIngress(ctx, caller, &service.AuthorizeSecurityGroupInput{GroupId: web, IpPermissions: []service.EC2IpPermission{
		tcp(80, "10.0.0.0/8"), {IpProtocol: "-1", Groups: []service.EC2GroupPair{{GroupId: used}}}}}))(t)
	first, second2 := r.stored(web).Rules[1].ID, r.stored(web).Rules[2].ID
	d := r.active("ours.test")
	home := must(r.DescribeVpcs(ctx, caller, &service.DescribeVpcsInput{Filters: []service.EC2Filter{{Name: "is-default", Values: []string{"true"}}}}))(t).Vpcs[0].VpcId
	controllers := r.group(home, "controllers")
	r.members(d, controllers)
	def := must(r.DescribeSecurityGroups(ctx, caller, &service.DescribeSecurityGroupsInput{GroupNames: []string{"default"}}))(t).SecurityGroups[0].GroupId
	elsewhere := caller
	elsewhere.Region = "eu-west-1"
	must(r.DescribeVpcs(ctx, elsewhere, &service.DescribeVpcsInput{}))(t) // which makes its default VPC

	create := func(name, description, vpcID string) func() error {
		return func() error {
			return second(r.CreateSecurityGroup(ctx, caller, &service.CreateSecurityGroupInput{GroupName: name, Description: description, VpcId: vpcID}))
		}
	}
	remove := func(in service.DeleteSecurityGroupInput) func() error {
		return func() error { return second(r.DeleteSecurityGroup(ctx, caller, &in)) }
	}
	allow := func(permissions ...service.EC2IpPermission) func() error {
		return func() error {
			return second(r.AuthorizeSecurityGroupIngress(ctx, caller, &service.AuthorizeSecurityGroupInput{GroupId: web, IpPermissions: permissions}))
		}
	}
	flat := func(in service.AuthorizeSecurityGroupInput) func() error {
		return func() error { in.GroupId = web; return second(r.AuthorizeSecurityGroupIngress(ctx, caller, &in)) }
	}
	revoke := func(in service.RevokeSecurityGroupInput) func() error {
		return func() error { return second(r.RevokeSecurityGroupIngress(ctx, caller, &in)) }
	}
	modify := func(rule vpc.RuleID, in service.EC2RuleRequest) func() error {
		return func() error {
			return second(r.ModifySecurityGroupRules(ctx, caller, &service.ModifySecurityGroupRulesInput{GroupId: web,
				SecurityGroupRules: []service.EC2RuleUpdate{{SecurityGroupRuleId: string(rule), SecurityGroupRule: &in}}}))
		}
	}
	peer := func(pair service.EC2GroupPair) service.EC2IpPermission {
		return service.EC2IpPermission{IpProtocol: "-1", Groups: []service.EC2GroupPair{pair}}
	}
	many := tcp(81)
	for i := range 59 {
		many.IpRanges = append(many.IpRanges, service.EC2IpRange{CidrIp: fmt.Sprintf("10.0.%d.0/24", i)})
	}
	r.refusesEC2([]ec2Refusal{
		{"a name twice", create("web", "d", id), "InvalidGroup.Duplicate"},
		{"a reserved name", create("default", "d", id), "InvalidParameterValue"},
		{"a name like an id", create("sg-web", "d", id), "InvalidParameterValue"},
		{"no description", create("x", "", id), "MissingParameter"},
		{"no such VPC", create("x", "d", "vpc-1"), "InvalidVpcID.NotFound"},

		{"the default group", remove(service.DeleteSecurityGroupInput{GroupId: def}), "CannotDelete"},
		{"a group with domain controllers", remove(service.DeleteSecurityGroupInput{GroupId: controllers}), "DependencyViolation"},
		{"a group that another names", remove(service.DeleteSecurityGroupInput{GroupId: used}), "DependencyViolation"},
		{"no such group", remove(service.DeleteSecurityGroupInput{GroupId: "sg-0123456789abcdef0"}), "InvalidGroup.NotFound"},
		{"no id at all", remove(service.DeleteSecurityGroupInput{GroupId: "web"}), "InvalidGroupId.Malformed"},
		{"nothing named", remove(service.DeleteSecurityGroupInput{}), "MissingParameter"},
		{"named twice", remove(service.DeleteSecurityGroupInput{GroupId: web, GroupName: "Web"}), "InvalidParameterCombination"},
		{"by a name of another VPC", remove(service.DeleteSecurityGroupInput{GroupName: "Web"}), "InvalidGroup.NotFound"},
		{"another Region's group", func() error {
			return second(r.DescribeSecurityGroups(ctx, elsewhere, &service.DescribeSecurityGroupsInput{GroupIds: []string{web}}))
		}, "InvalidGroup.NotFound"},

		{"a rule twice", allow(tcp(80, "10.1.2.3/8")), "InvalidPermission.Duplicate"},
		{"a rule twice in the request", allow(tcp(81, "10.0.0.0/8", "10.0.0.0/8")), "InvalidParameterValue"},
		{"too many rules", allow(many), "RulesPerSecurityGroupLimitExceeded"},
		{"no protocol", allow(service.EC2IpPermission{IpRanges: []service.EC2IpRange{{CidrIp: "10.0.0.0/8"}}}), "MissingParameter"},
		{"unknown protocol", allow(service.EC2IpPermission{IpProtocol: "http", IpRanges: []service.EC2IpRange{{CidrIp: "10.0.0.0/8"}}}), "InvalidParameterValue"},
		{"no ports", allow(service.EC2IpPermission{IpProtocol: "tcp", IpRanges: []service.EC2IpRange{{CidrIp: "10.0.0.0/8"}}}), "InvalidParameterValue"},
		{"a port too high", allow(tcp(65536, "10.0.0.0/8")), "InvalidPermission.Malformed"},
		{"no peer", allow(tcp(81)), "MissingParameter"},
		{"no CIDR", allow(tcp(81, "10.0.0.0")), "InvalidParameterValue"},
		{"IPv6 as IPv4", allow(tcp(81, "::ffff:10.0.0.0/104")), "InvalidParameterValue"},
		{"a mapped address", allow(service.EC2IpPermission{IpProtocol: "-1", Ipv6Ranges: []service.EC2Ipv6Range{{CidrIpv6: "::ffff:10.0.0.0/104"}}}), "InvalidParameterValue"},
		{"half of a request", allow(tcp(82, "10.0.0.0/8"), tcp(83, "x")), "InvalidParameterValue"},
		{"a bad description", allow(service.EC2IpPermission{IpProtocol: "-1", IpRanges: []service.EC2IpRange{{CidrIp: "10.0.0.0/8", Description: new("ü")}}}), "InvalidParameterValue"},
		{"a group that is not", allow(peer(service.EC2GroupPair{GroupId: "sg-0123456789abcdef0"})), "InvalidGroup.NotFound"},
		{"a group of another VPC", allow(peer(service.EC2GroupPair{GroupId: foreign})), "InvalidGroup.NotFound"},
		{"a group of another account", allow(peer(service.EC2GroupPair{GroupId: used, UserId: "999999999999"})), "InvalidGroup.NotFound"},
		{"a peered group", allow(peer(service.EC2GroupPair{GroupId: used, VpcPeeringConnectionId: "pcx-1"})), "UnsupportedOperation"},
		{"a prefix list", allow(service.EC2IpPermission{IpProtocol: "-1", PrefixListIds: []service.EC2PrefixListID{{PrefixListId: "pl-1"}}}), "InvalidPrefixListID.NotFound"},
		{"nothing to allow", allow(), "MissingParameter"},
		{"both forms", flat(service.AuthorizeSecurityGroupInput{CidrIp: "10.0.0.0/8", IpPermissions: []service.EC2IpPermission{tcp(81, "10.0.0.0/8")}}), "InvalidParameterCombination"},
		{"two peers in the old form", flat(service.AuthorizeSecurityGroupInput{IpProtocol: "-1", CidrIp: "10.0.0.0/8", SourceSecurityGroupName: "used"}), "InvalidParameterCombination"},
		{"the old form without peer", flat(service.AuthorizeSecurityGroupInput{IpProtocol: "-1"}), "MissingParameter"},
		{"the old form, by name in another VPC", flat(service.AuthorizeSecurityGroupInput{SourceSecurityGroupName: "used"}), "InvalidGroup.NotFound"},

		{"a rule that is not", revoke(service.RevokeSecurityGroupInput{GroupId: web, IpPermissions: []service.EC2IpPermission{tcp(80, "10.0.0.0/9")}}), "InvalidPermission.NotFound"},
		{"one that is and one that is not", revoke(service.RevokeSecurityGroupInput{GroupId: web, IpPermissions: []service.EC2IpPermission{tcp(80, "10.0.0.0/8", "10.0.0.0/9")}}), "InvalidPermission.NotFound"},
		{"an unknown rule id", revoke(service.RevokeSecurityGroupInput{GroupId: web, SecurityGroupRuleIds: []string{"sgr-0123456789abcdef0"}}), "InvalidSecurityGroupRuleId.NotFound"},
		{"no rule id", revoke(service.RevokeSecurityGroupInput{GroupId: web, SecurityGroupRuleIds: []string{"80"}}), "InvalidSecurityGroupRuleId.Malformed"},
		{"an outbound rule's id", revoke(service.RevokeSecurityGroupInput{GroupId: web, SecurityGroupRuleIds: []string{string(r.stored(web).Rules[0].ID)}}), "InvalidSecurityGroupRuleId.NotFound"},
		{"ids and rules", revoke(service.RevokeSecurityGroupInput{GroupId: web, SecurityGroupRuleIds: []string{string(first)}, CidrIp: "10.0.0.0/8"}), "InvalidParameterCombination"},

		{"modified to what there is", modify(second2, service.EC2RuleRequest{IpProtocol: "tcp", FromPort: new(int32(80)), ToPort: new(int32(80)), CidrIpv4: "10.0.0.0/8"}), "InvalidPermission.Duplicate"},
		{"modified to two peers", modify(first, service.EC2RuleRequest{IpProtocol: "-1", CidrIpv4: "10.0.0.0/8", CidrIpv6: "::/0"}), "InvalidParameterCombination"},
		{"modified to no peer", modify(first, service.EC2RuleRequest{IpProtocol: "-1"}), "InvalidParameterCombination"},
		{"modified to another VPC's group", modify(first, service.EC2RuleRequest{IpProtocol: "-1", ReferencedGroupId: foreign}), "InvalidGroup.NotFound"},
		{"an unknown rule modified", modify("sgr-0123456789abcdef0", service.EC2RuleRequest{IpProtocol: "-1", CidrIpv4: "10.0.0.0/8"}), "InvalidSecurityGroupRuleId.NotFound"},
		{"an unknown rule described", func() error {
			return second(r.DescribeSecurityGroupRules(ctx, caller, &service.DescribeSecurityGroupRulesInput{SecurityGroupRuleIds: []string{"sgr-0123456789abcdef0"}}))
		}, "InvalidSecurityGroupRuleId.NotFound"},
		{"a description for no rule", func() error {
			return second(r.UpdateSecurityGroupRuleDescriptionsEgress(ctx, caller, &service.UpdateSecurityGroupRuleDescriptionsInput{GroupId: web, IpPermissions: []service.EC2IpPermission{tcp(80, "10.0.0.0/8")}}))
		}, "InvalidPermission.NotFound"},
		{"too small a page", func() error {
			return second(r.DescribeSecurityGroups(ctx, caller, &service.DescribeSecurityGroupsInput{MaxResults: new(int32(4))}))
		}, "InvalidParameterValue"},
	})
	// What is in use can be changed all the same: that is the page's step.
	must(r.AuthorizeSecurityGroupEgress(ctx, caller, &service.AuthorizeSecurityGroupInput{GroupId: controllers, IpPermissions: []service.EC2IpPermission{tcp(445, "203.0.113.0/24")}}))(t)
	// A group of the default VPC answers what it did not know (EC2's documentation).
	out := must(r.RevokeSecurityGroupIngress(ctx, caller, &service.RevokeSecurityGroupInput{GroupName: "controllers", IpPermissions: []service.EC2IpPermission{tcp(80, "10.0.0.0/9")}}))(t)
	if len(out.UnknownIpPermissions) != 1 || len(out.RevokedSecurityGroupRules) != 0 || !out.Return {
		t.Errorf("%+v", out)
	}
}

func TestTagsOfNetworks(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	id := r.vpc("10.20.0.0/16")
	a, b := r.subnet(id, "10.20.0.0/24", ""), r.subnet(id, "10.20.1.0/24", "us-east-1b")
	group := r.group(id, "web")
	rule := string(r.stored(group).Rules[0].ID)
	all := []string{id, a, b, group, rule, rule}
	must(r.CreateTags(ctx, caller, &service.EC2TagsInput{Resources: all, Tags: []service.EC2Tag{{Key: "Name", Value: new("x")}, {Key: "empty"}}}))(t)
	tags := func() string {
		var b strings.Builder
		for _, tag := range must(r.DescribeTags(ctx, caller, &service.DescribeTagsInput{}))(t).Tags {
			fmt.Fprintf(&b, "%s %s=%s\n", tag.ResourceType, tag.Key, *tag.Value)
		}
		return b.String()
	}
	if got := tags(); strings.Count(got, "Name=x\n") != 5 || strings.Count(got, "empty=\n") != 5 || strings.Count(got, "subnet ") != 4 {
		t.Errorf("got\n%s", got)
	}
	tagged := must(r.DescribeSubnets(ctx, caller, &service.DescribeSubnetsInput{Filters: []service.EC2Filter{{Name: "tag:Name", Values: []string{"x"}}, {Name: "tag-key", Values: []string{"em*"}}}}))(t).Subnets
	if len(tagged) != 2 {
		t.Errorf("%+v", tagged)
	}
	must(r.DeleteTags(ctx, caller, &service.EC2TagsInput{Resources: all, Tags: []service.EC2Tag{{Key: "Name", Value: new("y")}, {Key: "empty", Value: new("")}}}))(t)
	if got := tags(); strings.Count(got, "Name=x\n") != 5 || strings.Contains(got, "empty") {
		t.Errorf("got\n%s", got)
	}
	many := make([]service.EC2Tag, 51)
	for i := range many {
		many[i].Key = fmt.Sprint(i)
	}
	create := func(in service.EC2TagsInput) func() error {
		return func() error { return second(r.CreateTags(ctx, caller, &in)) }
	}
	one := []service.EC2Tag{{Key: "a"}}
	r.refusesEC2([]ec2Refusal{
		{"no resource", create(service.EC2TagsInput{Tags: one}), "MissingParameter"},
		{"no tag", create(service.EC2TagsInput{Resources: all}), "MissingParameter"},
		{"no such kind", create(service.EC2TagsInput{Resources: []string{id, "x"}, Tags: one}), "InvalidID"},
		{"no such VPC", create(service.EC2TagsInput{Resources: []string{a, "vpc-1"}, Tags: one}), "InvalidVpcID.NotFound"},
		{"no such subnet", create(service.EC2TagsInput{Resources: []string{"subnet-1"}, Tags: one}), "InvalidSubnetID.NotFound"},
		{"no such group", create(service.EC2TagsInput{Resources: []string{"sg-1"}, Tags: one}), "InvalidGroup.NotFound"},
		{"no such rule", create(service.EC2TagsInput{Resources: []string{"sgr-1"}, Tags: one}), "InvalidSecurityGroupRuleId.NotFound"},
		{"a route table", create(service.EC2TagsInput{Resources: []string{vpc.Derived("rtb-", id)}, Tags: one}), "UnsupportedOperation"},
		{"reserved", create(service.EC2TagsInput{Resources: all, Tags: []service.EC2Tag{{Key: "AWS:x"}}}), "InvalidParameterValue"},
		{"no key", create(service.EC2TagsInput{Resources: all, Tags: []service.EC2Tag{{}}}), "InvalidParameterValue"},
		{"a long key", create(service.EC2TagsInput{Resources: all, Tags: []service.EC2Tag{{Key: strings.Repeat("x", 129)}}}), "InvalidParameterValue"},
		{"a long value", create(service.EC2TagsInput{Resources: all, Tags: []service.EC2Tag{{Key: "a", Value: new(strings.Repeat("x", 257))}}}), "InvalidParameterValue"},
		{"too many", create(service.EC2TagsInput{Resources: all, Tags: many}), "TagLimitExceeded"},
	})
	must(r.DeleteTags(ctx, caller, &service.EC2TagsInput{Resources: all}))(t)
	if got := tags(); got != "" {
		t.Errorf("got\n%s", got)
	}
}

// TestAGroupIsNotDeletedUnderARule lets many callers name a group as a peer
// while it is deleted: either it is gone, or rules name it, never both.
func TestAGroupIsNotDeletedUnderARule(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	id := r.vpc("10.20.0.0/16")
	for range 5 {
		peer, web := r.group(id, "peer"), r.group(id, "web")
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = r.DeleteSecurityGroup(ctx, caller, &service.DeleteSecurityGroupInput{GroupId: peer}) })
		wg.Go(func() {
			_, _ = r.AuthorizeSecurityGroupIngress(ctx, caller, &service.AuthorizeSecurityGroupInput{GroupId: web,
				IpPermissions: []service.EC2IpPermission{{IpProtocol: "-1", Groups: []service.EC2GroupPair{{GroupId: peer}}}}})
		})
		wg.Wait()
		_, there := store.SecurityGroups.Get(r.store, peer)
		if there != r.stored(web).RefersTo(vpc.GroupID(peer)) {
			t.Errorf("the group is there: %v, and the rules are %v", there, r.stored(web).Rules)
		}
		must(r.DeleteSecurityGroup(ctx, caller, &service.DeleteSecurityGroupInput{GroupId: web}))(t)
		_, _ = r.DeleteSecurityGroup(ctx, caller, &service.DeleteSecurityGroupInput{GroupId: peer})
	}
}

func TestPagesOfGroups(t *testing.T) {
	r := newRig(t)
	id := r.vpc("10.20.0.0/16")
	for i := range 11 {
		r.group(id, fmt.Sprint("g", i))
	}
	seen := map[string]bool{}
	in := &service.DescribeSecurityGroupsInput{MaxResults: new(int32(5)), Filters: []service.EC2Filter{{Name: "vpc-id", Values: []string{id}}}}
	pages := 0
	for {
		out := must(r.DescribeSecurityGroups(t.Context(), caller, in))(t)
		for _, g := range out.SecurityGroups {
			seen[g.GroupId] = true
		}
		pages++
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if len(seen) != 12 || pages != 3 {
		t.Errorf("%d groups on %d pages", len(seen), pages)
	}
	first := must(r.DescribeSecurityGroups(t.Context(), caller, &service.DescribeSecurityGroupsInput{MaxResults: new(int32(5))}))(t)
	in.NextToken = first.NextToken
	if err := second(r.DescribeSecurityGroups(t.Context(), caller, in)); err == nil {
		t.Error("a token of another question is taken")
	}
}

func TestARuleOutlivesItsPeerAndCanBeRevoked(t *testing.T) {
	r := newRig(t)
	id := r.vpc("10.20.0.0/16")
	web, peer := r.group(id, "web"), r.group(id, "peer")
	permissions := []service.EC2IpPermission{{IpProtocol: "-1", Groups: []service.EC2GroupPair{{GroupId: peer}}}}
	must(r.AuthorizeSecurityGroupIngress(t.Context(), caller, &service.AuthorizeSecurityGroupInput{GroupId: web, IpPermissions: permissions}))(t)
	o, _ := store.SecurityGroups.Get(r.store, peer)
	tx := r.store.Begin()
	store.SecurityGroups.Delete(tx, peer, o.Revision) // as its directory's end does
	storetest.Commit(t, tx)
	must(r.RevokeSecurityGroupIngress(t.Context(), caller, &service.RevokeSecurityGroupInput{GroupId: web, IpPermissions: permissions}))(t)
	if r.stored(web).RefersTo(vpc.GroupID(peer)) {
		t.Error("the rule is still there")
	}
}

// TestADirectoryOfBeforeThereWereGroupsGetsOne: it keeps the network that it
// had, in every Region, by rules that are shown.
func TestADirectoryOfBeforeThereWereGroupsGetsOne(t *testing.T) {
	r := newRig(t)
	old, other := r.active("old.test"), r.active("new.test")
	d := store.Directories.Peek(r.store, string(old))
	d.SecurityGroup = ""
	d.Additional = []directory.Region{{Name: "eu-west-1", VPC: "vpc-2"}}
	put(r, store.Directories, string(old), d)
	had := store.Directories.Peek(r.store, string(other)).SecurityGroup
	for range 2 {
		if err := r.GiveGroups(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	groups := map[vpc.GroupID]bool{}
	for _, place := range store.Directories.Peek(r.store, string(old)).Places() {
		g := store.SecurityGroups.Peek(r.store, string(place.SecurityGroup))
		f := vpc.Compile([]vpc.Group{g}, func(vpc.GroupID) []netip.Addr { return nil })
		for _, out := range []bool{true, false} {
			if _, ok := f.Allows(out, vpc.TCP, addr("203.0.113.9"), 445); !ok {
				t.Errorf("%s: group %q does not let everything through: %+v", place.Name, g.ID, g.Rules)
			}
		}
		if g.VPC != place.VPC || g.Region != place.Name {
			t.Errorf("%s: %+v", place.Name, g)
		}
		groups[g.ID] = true
	}
	if len(groups) != 2 || store.Directories.Peek(r.store, string(other)).SecurityGroup != had {
		t.Errorf("groups %v; the other directory is in %s", groups, store.Directories.Peek(r.store, string(other)).SecurityGroup)
	}
}
