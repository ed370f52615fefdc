package service

import (
	"context"
	"strconv"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// DescribeNetworkInterfacesInput is EC2's.
type DescribeNetworkInterfacesInput struct {
	NetworkInterfaceIds     []string
	Filters                 []EC2Filter
	IncludeManagedResources bool // those of AWS's own products; domain controllers are always listed
	MaxResults              *int32
	NextToken               *string
}

// DescribeNetworkInterfacesOutput is EC2's.
type DescribeNetworkInterfacesOutput struct {
	NetworkInterfaces []EC2NetworkInterface
	NextToken         *string
}

// EC2NetworkInterface is the network interface of a domain controller in EC2's
// words.
type EC2NetworkInterface struct {
	NetworkInterfaceId string
	SubnetId           string
	VpcId              string
	AvailabilityZone   string
	AvailabilityZoneId string
	Description        string
	OwnerId            string
	RequesterId        string
	RequesterManaged   bool
	Status             string
	InterfaceType      string
	PrivateIpAddress   string
	PrivateIpAddresses []EC2PrivateAddress `xml:"privateIpAddressesSet"`
	Ipv6Addresses      []EC2Ipv6Address    `xml:"ipv6AddressesSet"`
	SourceDestCheck    bool
	Groups             []EC2GroupID `xml:"groupSet"`
	Tags               []EC2Tag
}

// EC2PrivateAddress is an address of a network interface.
type EC2PrivateAddress struct {
	PrivateIpAddress string
	Primary          bool
}

// EC2Ipv6Address would be an IPv6 address of a network interface. None has one.
type EC2Ipv6Address struct{ Ipv6Address string }

// EC2GroupID is a security group in answers about other things.
type EC2GroupID struct{ GroupId, GroupName string }

// DescribeNetworkInterfaces lists the network interfaces of the caller's
// Region, or those named: one for each domain controller.
func (s *Service) DescribeNetworkInterfaces(_ context.Context, caller audit.Caller, in *DescribeNetworkInterfacesInput) (*DescribeNetworkInterfacesOutput, error) {
	if err := checkFilters(in.Filters, interfaceFilter(EC2NetworkInterface{})); err != nil {
		return nil, err
	}
	for _, id := range in.NetworkInterfaceIds {
		if err := checkID("eni-", id, "InvalidNetworkInterfaceId.Malformed"); err != nil {
			return nil, err
		}
	}
	p := page{"DescribeNetworkInterfaces", in.NetworkInterfaceIds, in.Filters, in.MaxResults, in.NextToken}
	var all, list []EC2NetworkInterface
	for o := range store.Directories.All(s.store) {
		place, ok := o.Value.Place(caller.Region)
		if !ok {
			continue
		}
		for _, dc := range o.Value.DCsIn(caller.Region) {
			n := s.describeInterface(caller, o.Value, place, dc)
			all = append(all, n)
			if p.named(n.NetworkInterfaceId) && passes(in.Filters, interfaceFilter(n)) {
				list = append(list, n)
			}
		}
	}
	key := func(n EC2NetworkInterface) string { return n.NetworkInterfaceId }
	err := allThere(in.NetworkInterfaceIds, all, key, "InvalidNetworkInterfaceID.NotFound", "networkInterface ID")
	if err != nil {
		return nil, err
	}
	out := &DescribeNetworkInterfacesOutput{}
	out.NetworkInterfaces, out.NextToken, err = cut(s, caller, p, list, key)
	return out, err
}

func (s *Service) describeInterface(caller audit.Caller, d directory.Spec, place directory.Region, dc directory.DC) EC2NetworkInterface {
	n := EC2NetworkInterface{
		NetworkInterfaceId: vpc.InterfaceID(string(dc.ID)), SubnetId: string(dc.Subnet), VpcId: string(place.VPC), AvailabilityZone: dc.AZ,
		Description: "AWS created network interface for directory " + string(d.ID), OwnerId: caller.Account,
		RequesterId: "AWS Directory Service", RequesterManaged: true, Status: "in-use", InterfaceType: "interface",
		PrivateIpAddress: dc.Address.String(), PrivateIpAddresses: []EC2PrivateAddress{{PrivateIpAddress: dc.Address.String(), Primary: true}},
		SourceDestCheck: true,
	}
	for _, z := range vpc.Zones(place.Name) {
		if z.Name == dc.AZ {
			n.AvailabilityZoneId = z.ID
		}
	}
	if g, ok := store.SecurityGroups.Get(s.store, string(place.SecurityGroup)); ok {
		n.Groups = []EC2GroupID{{GroupId: g.Key, GroupName: g.Value.Name}}
	}
	return n
}

func interfaceFilter(n EC2NetworkInterface) filterValues {
	var ids, names []string
	for _, g := range n.Groups {
		ids, names = append(ids, g.GroupId), append(names, g.GroupName)
	}
	return withTags(nil, table(map[string][]string{
		"network-interface-id":            {n.NetworkInterfaceId},
		"subnet-id":                       {n.SubnetId},
		"vpc-id":                          {n.VpcId},
		"availability-zone":               {n.AvailabilityZone},
		"availability-zone-id":            {n.AvailabilityZoneId},
		"description":                     {n.Description},
		"group-id":                        ids,
		"group-name":                      names,
		"owner-id":                        {n.OwnerId},
		"requester-id":                    {n.RequesterId},
		"requester-managed":               {strconv.FormatBool(n.RequesterManaged)},
		"status":                          {n.Status},
		"interface-type":                  {n.InterfaceType},
		"private-ip-address":              {n.PrivateIpAddress},
		"addresses.private-ip-address":    {n.PrivateIpAddress},
		"addresses.primary":               {"true"},
		"source-dest-check":               {strconv.FormatBool(n.SourceDestCheck)},
		"attachment.status":               nil,
		"attachment.attachment-id":        nil,
		"attachment.instance-id":          nil,
		"attachment.instance-owner-id":    nil,
		"attachment.device-index":         nil,
		"association.public-ip":           nil,
		"association.allocation-id":       nil,
		"addresses.association.public-ip": nil,
		"ipv6-addresses.ipv6-address":     nil,
		"mac-address":                     nil,
		"private-dns-name":                nil,
	}))
}
