package service

import (
	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/vpc"
)

// EC2IpPermission is one protocol and range of ports with its peers: as many
// rules as there are peers.
type EC2IpPermission struct {
	IpProtocol    string
	FromPort      *int32
	ToPort        *int32
	Groups        []EC2GroupPair    `form:"Groups" xml:"groups"`
	IpRanges      []EC2IpRange      `form:"IpRanges" xml:"ipRanges"`
	Ipv6Ranges    []EC2Ipv6Range    `form:"Ipv6Ranges" xml:"ipv6Ranges"`
	PrefixListIds []EC2PrefixListID `form:"PrefixListIds" xml:"prefixListIds"`
}

// EC2GroupPair is a group as a peer.
type EC2GroupPair struct {
	UserId                 string
	GroupId                string
	GroupName              string
	VpcId                  string
	VpcPeeringConnectionId string
	PeeringStatus          string
	Description            *string
}

// EC2IpRange is an IPv4 range as a peer.
type EC2IpRange struct {
	CidrIp      string
	Description *string
}

// EC2Ipv6Range is an IPv6 range as a peer.
type EC2Ipv6Range struct {
	CidrIpv6    string
	Description *string
}

// EC2PrefixListID would be a prefix list as a peer. There are none.
type EC2PrefixListID struct {
	PrefixListId string
	Description  *string
}

// parsePermissions gives the rules that a request's permissions stand for, for
// a group. They have no ids yet.
func (s *Service) parsePermissions(caller audit.Caller, g vpc.Group, egress bool, list []EC2IpPermission) ([]vpc.Rule, error) {
	var rules []vpc.Rule
	for _, p := range list {
		base, err := parseBase(egress, p.IpProtocol, p.FromPort, p.ToPort)
		if err != nil {
			return nil, err
		}
		peers, err := s.parsePeers(caller, g, p)
		if err != nil {
			return nil, err
		}
		for _, r := range peers {
			r.Egress, r.Protocol, r.From, r.To = base.Egress, base.Protocol, base.From, base.To
			if err := vpc.CheckDescription(r.Description); err != nil {
				return nil, err
			}
			rules = append(rules, r)
		}
	}
	return rules, nil
}

func parseBase(egress bool, protocol string, from, to *int32) (vpc.Rule, error) {
	if err := required("ipProtocol", protocol); err != nil {
		return vpc.Rule{}, err
	}
	p, err := vpc.ParseProtocol(protocol)
	if err != nil {
		return vpc.Rule{}, err
	}
	r := vpc.Rule{Egress: egress, Protocol: p}
	r.From, r.To, err = vpc.ParsePorts(p, wider(from), wider(to))
	return r, err
}

func wider(n *int32) *int {
	if n == nil {
		return nil
	}
	return new(int(*n))
}

// parsePeers gives a rule without protocol for each peer of a permission.
func (s *Service) parsePeers(caller audit.Caller, g vpc.Group, p EC2IpPermission) ([]vpc.Rule, error) {
	var rules []vpc.Rule
	add := func(peer vpc.Peer, description *string) {
		rules = append(rules, vpc.Rule{Peer: peer, Description: val(description)})
	}
	for _, r := range p.IpRanges {
		cidr, err := vpc.ParsePeerCIDR(r.CidrIp, false)
		if err != nil {
			return nil, err
		}
		add(vpc.Peer{CIDR: cidr}, r.Description)
	}
	for _, r := range p.Ipv6Ranges {
		cidr, err := vpc.ParsePeerCIDR(r.CidrIpv6, true)
		if err != nil {
			return nil, err
		}
		add(vpc.Peer{CIDR: cidr}, r.Description)
	}
	for _, pair := range p.Groups {
		id, err := s.peerGroup(caller, g, pair)
		if err != nil {
			return nil, err
		}
		add(vpc.Peer{Group: id}, pair.Description)
	}
	for _, list := range p.PrefixListIds {
		return nil, noPrefixList(list.PrefixListId)
	}
	if len(rules) == 0 {
		return nil, ec2Error(errs.Invalid, "MissingParameter", "The request must contain the parameter ipRanges, ipv6Ranges, groups or prefixListIds")
	}
	return rules, nil
}

func noPrefixList(id string) error {
	return ec2Error(errs.NotFound, "InvalidPrefixListID.NotFound", "The prefix list ID '%s' does not exist", shorten(id))
}

// peerGroup finds the group that a rule of g names as its peer: one of the same
// VPC.
func (s *Service) peerGroup(caller audit.Caller, g vpc.Group, pair EC2GroupPair) (vpc.GroupID, error) {
	if pair.VpcPeeringConnectionId != "" {
		return "", unsupported("VPCs of Entente have no peering connections. Name the other VPC's range instead of its group.")
	}
	if pair.UserId != "" && pair.UserId != caller.Account {
		return "", noGroup(pair.GroupId)
	}
	if pair.GroupId != "" && g.RefersTo(vpc.GroupID(pair.GroupId)) {
		return vpc.GroupID(pair.GroupId), nil // it may be gone with its directory; its rules can still be revoked
	}
	id, name := pair.GroupId, pair.GroupName
	if id != "" {
		name = "" // EC2's own answers have both
	}
	peer, err := s.group(caller, id, name)
	if err != nil {
		return "", err
	}
	if peer.Value.VPC != g.VPC {
		return "", ec2Error(errs.NotFound, "InvalidGroup.NotFound", "You have specified two resources that belong to different networks.")
	}
	return peer.Value.ID, nil
}
