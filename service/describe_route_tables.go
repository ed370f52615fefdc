package service

import (
	"context"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/vpc"
)

// DescribeRouteTablesInput is EC2's.
type DescribeRouteTablesInput struct {
	RouteTableIds []string
	Filters       []EC2Filter
	MaxResults    *int32
	NextToken     *string
}

// DescribeRouteTablesOutput is EC2's.
type DescribeRouteTablesOutput struct {
	RouteTables []EC2RouteTable
	NextToken   *string
}

// EC2RouteTable is a VPC's main route table in EC2's words.
type EC2RouteTable struct {
	RouteTableId    string
	VpcId           string
	OwnerId         string
	Routes          []EC2Route
	Associations    []EC2RouteAssociation
	PropagatingVgws []EC2Gateway
	Tags            []EC2Tag
}

// EC2Route is the route to the VPC's own range.
type EC2Route struct {
	DestinationCidrBlock string
	GatewayId            string
	State                string
	Origin               string
}

// EC2RouteAssociation says that a route table is a VPC's main one.
type EC2RouteAssociation struct {
	RouteTableAssociationId string
	RouteTableId            string
	Main                    bool
	AssociationState        EC2CidrBlockState
}

// EC2Gateway would be a virtual private gateway. There are none.
type EC2Gateway struct{ GatewayId string }

// DescribeRouteTables lists the route tables of the caller's Region, or those
// named: the main one of each VPC. What domain controllers have routes to
// beside it is the directory's (ListIpRoutes).
func (s *Service) DescribeRouteTables(ctx context.Context, caller audit.Caller, in *DescribeRouteTablesInput) (*DescribeRouteTablesOutput, error) {
	if err := checkFilters(in.Filters, routeTableFilter(EC2RouteTable{})); err != nil {
		return nil, err
	}
	vpcs, err := s.vpcs(ctx, caller)
	if err != nil {
		return nil, err
	}
	p := page{"DescribeRouteTables", in.RouteTableIds, in.Filters, in.MaxResults, in.NextToken}
	var all, list []EC2RouteTable
	for _, v := range vpcs {
		t := describeRouteTable(caller, v)
		all = append(all, t)
		if p.named(t.RouteTableId) && passes(in.Filters, routeTableFilter(t)) {
			list = append(list, t)
		}
	}
	key := func(t EC2RouteTable) string { return t.RouteTableId }
	if err := allThere(in.RouteTableIds, all, key, "InvalidRouteTableID.NotFound", "routeTable ID"); err != nil {
		return nil, err
	}
	out := &DescribeRouteTablesOutput{}
	out.RouteTables, out.NextToken, err = cut(s, caller, p, list, key)
	return out, err
}

func describeRouteTable(caller audit.Caller, v vpc.Spec) EC2RouteTable {
	id := vpc.Derived("rtb-", string(v.ID))
	return EC2RouteTable{
		RouteTableId: id, VpcId: string(v.ID), OwnerId: caller.Account,
		Routes: []EC2Route{{DestinationCidrBlock: v.CIDR.String(), GatewayId: "local", State: "active", Origin: "CreateRouteTable"}},
		Associations: []EC2RouteAssociation{{
			RouteTableAssociationId: vpc.Derived("rtbassoc-", string(v.ID)), RouteTableId: id, Main: true, AssociationState: EC2CidrBlockState{State: "associated"},
		}},
	}
}

func routeTableFilter(t EC2RouteTable) filterValues {
	var association, route string
	if len(t.Associations) > 0 {
		association, route = t.Associations[0].RouteTableAssociationId, t.Routes[0].DestinationCidrBlock
	}
	return withTags(nil, table(map[string][]string{
		"route-table-id":                         {t.RouteTableId},
		"vpc-id":                                 {t.VpcId},
		"owner-id":                               {t.OwnerId},
		"association.main":                       {"true"},
		"association.route-table-id":             {t.RouteTableId},
		"association.route-table-association-id": {association},
		"association.subnet-id":                  nil,
		"association.gateway-id":                 nil,
		"route.destination-cidr-block":           {route},
		"route.gateway-id":                       {"local"},
		"route.origin":                           {"CreateRouteTable"},
		"route.state":                            {"active"},
		"route.nat-gateway-id":                   nil,
		"route.transit-gateway-id":               nil,
		"route.instance-id":                      nil,
		"route.vpc-peering-connection-id":        nil,
		"route.destination-ipv6-cidr-block":      nil,
		"route.destination-prefix-list-id":       nil,
	}))
}
