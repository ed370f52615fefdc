package service

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// DescribeSecurityGroupsInput is EC2's.
type DescribeSecurityGroupsInput struct {
	GroupIds   []string
	GroupNames []string
	Filters    []EC2Filter
	MaxResults *int32
	NextToken  *string
}

// DescribeSecurityGroupsOutput is EC2's.
type DescribeSecurityGroupsOutput struct {
	SecurityGroups []EC2SecurityGroup `xml:"securityGroupInfo"`
	NextToken      *string
}

// EC2SecurityGroup is a security group in EC2's words.
type EC2SecurityGroup struct {
	OwnerId             string
	GroupId             string
	SecurityGroupArn    string
	GroupName           string
	GroupDescription    string
	VpcId               string
	IpPermissions       []EC2IpPermission `xml:"ipPermissions"`
	IpPermissionsEgress []EC2IpPermission `xml:"ipPermissionsEgress"`
	Tags                []EC2Tag
}

// DescribeSecurityGroups lists the groups of the caller's Region, or those
// named: by id, or by name in the default VPC.
func (s *Service) DescribeSecurityGroups(ctx context.Context, caller audit.Caller, in *DescribeSecurityGroupsInput) (*DescribeSecurityGroupsOutput, error) {
	if err := checkFilters(in.Filters, s.groupFilter(caller, vpc.Group{})); err != nil {
		return nil, err
	}
	if _, err := s.defaultVPC(ctx, caller); err != nil {
		return nil, err
	}
	ids, err := s.groupIDs(caller, in)
	if err != nil {
		return nil, err
	}
	p := page{"DescribeSecurityGroups", ids, in.Filters, in.MaxResults, in.NextToken}
	var list []EC2SecurityGroup
	for o := range store.SecurityGroups.All(s.store) {
		if o.Value.Region == caller.Region && p.named(o.Key) && passes(in.Filters, s.groupFilter(caller, o.Value)) {
			list = append(list, s.describeGroup(caller, o.Value))
		}
	}
	out := &DescribeSecurityGroupsOutput{}
	out.SecurityGroups, out.NextToken, err = cut(s, caller, p, list, func(g EC2SecurityGroup) string { return g.GroupId })
	return out, err
}

// groupIDs gives the ids of the groups that a request names in either way.
func (s *Service) groupIDs(caller audit.Caller, in *DescribeSecurityGroupsInput) ([]string, error) {
	var ids []string
	for _, id := range in.GroupIds {
		g, err := s.groupByID(caller, id)
		if err != nil {
			return nil, err
		}
		ids = append(ids, g.Key)
	}
	for _, name := range in.GroupNames {
		g, err := s.groupByName(caller, name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, g.Key)
	}
	return ids, nil
}

func (s *Service) describeGroup(caller audit.Caller, g vpc.Group) EC2SecurityGroup {
	var in, out []vpc.Rule
	for _, r := range g.Rules {
		if r.Egress {
			out = append(out, r)
		} else {
			in = append(in, r)
		}
	}
	return EC2SecurityGroup{
		OwnerId: caller.Account, GroupId: string(g.ID), SecurityGroupArn: ec2ARN(caller, "security-group", string(g.ID)),
		GroupName: g.Name, GroupDescription: g.Description, VpcId: string(g.VPC), Tags: ec2Tags(g.Tags),
		IpPermissions: s.ipPermissions(caller, in), IpPermissionsEgress: s.ipPermissions(caller, out),
	}
}

// ipPermissions puts rules of the same protocol and ports together, in the
// order in which they first appear.
func (s *Service) ipPermissions(caller audit.Caller, rules []vpc.Rule) []EC2IpPermission {
	var list []EC2IpPermission
	at := map[string]int{}
	for _, r := range rules {
		kind := string(r.Protocol) + "/" + strconv.Itoa(r.From) + "/" + strconv.Itoa(r.To)
		i, ok := at[kind]
		if !ok {
			i = len(list)
			at[kind] = i
			p := EC2IpPermission{IpProtocol: string(r.Protocol)}
			if r.Protocol.HasPorts() {
				p.FromPort, p.ToPort = new(int32(r.From)), new(int32(r.To))
			}
			list = append(list, p)
		}
		p := &list[i]
		switch {
		case r.Peer.Group != "":
			p.Groups = append(p.Groups, EC2GroupPair{UserId: caller.Account, GroupId: string(r.Peer.Group), Description: text(r.Description)})
		case r.Peer.CIDR.Addr().Is4():
			p.IpRanges = append(p.IpRanges, EC2IpRange{CidrIp: r.Peer.CIDR.String(), Description: text(r.Description)})
		default:
			p.Ipv6Ranges = append(p.Ipv6Ranges, EC2Ipv6Range{CidrIpv6: r.Peer.CIDR.String(), Description: text(r.Description)})
		}
	}
	return list
}

func (s *Service) groupFilter(caller audit.Caller, g vpc.Group) filterValues {
	return withTags(g.Tags, func(name string) ([]string, bool) {
		switch name {
		case "group-id":
			return []string{string(g.ID)}, true
		case "group-name":
			return []string{g.Name}, true
		case "description":
			return []string{g.Description}, true
		case "vpc-id":
			return []string{string(g.VPC)}, true
		case "owner-id":
			return []string{caller.Account}, true
		}
		member, egress := strings.CutPrefix(name, "egress.")
		member, ok := strings.CutPrefix(member, "ip-permission.")
		if !ok || !slices.Contains(ruleFilterNames(), member) {
			return nil, false
		}
		var values []string
		for _, r := range g.Rules {
			if r.Egress == egress {
				values = append(values, s.ruleValues(caller, r, member)...)
			}
		}
		return values, true
	})
}

func ruleFilterNames() []string {
	return []string{"cidr", "ipv6-cidr", "from-port", "to-port", "group-id", "group-name", "protocol", "user-id", "prefix-list-id"}
}

// ruleValues gives a rule's values of a filter on rules.
func (s *Service) ruleValues(caller audit.Caller, r vpc.Rule, name string) []string {
	v4, v6 := r.Peer.CIDR.Addr().Is4(), r.Peer.CIDR.Addr().Is6()
	switch {
	case name == "protocol":
		return []string{string(r.Protocol)}
	case name == "cidr" && v4 || name == "ipv6-cidr" && v6:
		return []string{r.Peer.CIDR.String()}
	case name == "from-port" && r.Protocol.HasPorts():
		return []string{strconv.Itoa(r.From)}
	case name == "to-port" && r.Protocol.HasPorts():
		return []string{strconv.Itoa(r.To)}
	case r.Peer.Group == "":
		return nil
	case name == "group-id":
		return []string{string(r.Peer.Group)}
	case name == "user-id":
		return []string{caller.Account}
	case name == "group-name":
		peer, _ := store.SecurityGroups.Get(s.store, string(r.Peer.Group))
		return []string{peer.Value.Name}
	}
	return nil
}
