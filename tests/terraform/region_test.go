package terraform

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"
)

// regionResource is aws_directory_service_region.
type regionResource struct {
	directory, region, vpc string
	subnets                []string
	tags                   map[string]string
	count                  int32
}

func (r *regionResource) configured() attributes {
	return attributes{
		"region_name": r.region, "vpc_id": r.vpc, "subnet_ids": sorted(r.subnets), "tags": r.tags,
		"desired_number_of_domain_controllers": r.count,
	}
}

func (r *regionResource) create(p provider) {
	_, err := p.ds.AddRegion(p.Context(), &directoryservice.AddRegionInput{
		DirectoryId: aws.String(r.directory), RegionName: aws.String(r.region),
		VPCSettings: &types.DirectoryVpcSettings{VpcId: aws.String(r.vpc), SubnetIds: r.subnets},
	})
	p.must(err)
	waitFor(p, "adding "+r.region, []string{"Requested", "Creating", "Created"}, []string{"Active"}, r.stage(p))
	_, err = p.ds.AddTagsToResource(p.Context(), &directoryservice.AddTagsToResourceInput{ResourceId: aws.String(r.directory), Tags: tagList(r.tags)}, in(r.region))
	p.must(err)
}

func (r *regionResource) stage(p provider) state {
	return func(ctx context.Context) (string, string, error) {
		d, err := r.describe(ctx, p)
		if err != nil || d == nil {
			return gone, "", err
		}
		return string(d.Status), "", nil
	}
}

func (r *regionResource) describe(ctx context.Context, p provider) (*types.RegionDescription, error) {
	out, err := p.ds.DescribeRegions(ctx, &directoryservice.DescribeRegionsInput{DirectoryId: aws.String(r.directory), RegionName: aws.String(r.region)})
	if is(err, "DirectoryDoesNotExistException") {
		return nil, nil
	}
	if err != nil || len(out.RegionsDescription) == 0 {
		return nil, err
	}
	return &out.RegionsDescription[0], nil
}

func (r *regionResource) read(p provider) (attributes, bool) {
	d, err := r.describe(p.Context(), p)
	p.must(err)
	if d == nil {
		return nil, false
	}
	return attributes{
		"region_name": str(d.RegionName), "vpc_id": str(d.VpcSettings.VpcId), "subnet_ids": sorted(d.VpcSettings.SubnetIds),
		"desired_number_of_domain_controllers": aws.ToInt32(d.DesiredNumberOfDomainControllers),
		"tags":                                 readTags(p, r.directory, in(r.region)),
	}, true
}

func (r *regionResource) delete(p provider) {
	_, err := p.ds.RemoveRegion(p.Context(), &directoryservice.RemoveRegionInput{DirectoryId: aws.String(r.directory)}, in(r.region))
	p.must(err)
	waitFor(p, "removing "+r.region, []string{"Active", "Deleting"}, []string{gone}, r.stage(p))
}

// routesResource is aws_directory_service_ip_routes.
type routesResource struct {
	directory string
	routes    map[string]string // CIDR → description
}

func (r *routesResource) configured() attributes { return attributes{"routes": r.routes} }

func (r *routesResource) create(p provider) {
	var list []types.IpRoute
	for cidr, description := range r.routes {
		list = append(list, types.IpRoute{CidrIp: aws.String(cidr), Description: aws.String(description)})
	}
	_, err := p.ds.AddIpRoutes(p.Context(), &directoryservice.AddIpRoutesInput{DirectoryId: aws.String(r.directory), IpRoutes: list})
	p.must(err)
	for cidr := range r.routes {
		waitFor(p, "adding the route "+cidr, []string{"Adding"}, []string{"Added"}, r.stage(p, cidr))
	}
}

func (r *routesResource) list(ctx context.Context, p provider) ([]types.IpRouteInfo, error) {
	var all []types.IpRouteInfo
	for pages := directoryservice.NewListIpRoutesPaginator(p.ds, &directoryservice.ListIpRoutesInput{DirectoryId: aws.String(r.directory)}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, page.IpRoutesInfo...)
	}
	return all, nil
}

func (r *routesResource) stage(p provider, cidr string) state {
	return func(ctx context.Context) (string, string, error) {
		all, err := r.list(ctx, p)
		for _, route := range all {
			if str(route.CidrIp) == cidr {
				if route.IpRouteStatusMsg == types.IpRouteStatusMsgRemoved {
					return gone, "", nil
				}
				return string(route.IpRouteStatusMsg), str(route.IpRouteStatusReason), nil
			}
		}
		return gone, "", err
	}
}

func (r *routesResource) read(p provider) (attributes, bool) {
	all, err := r.list(p.Context(), p)
	if is(err, "EntityDoesNotExistException") {
		return nil, false
	}
	p.must(err)
	routes := map[string]string{}
	for _, route := range all {
		if route.IpRouteStatusMsg != types.IpRouteStatusMsgRemoved && route.IpRouteStatusMsg != types.IpRouteStatusMsgAddFailed {
			routes[str(route.CidrIp)] = str(route.Description)
		}
	}
	return attributes{"routes": routes}, len(routes) > 0
}

func (r *routesResource) delete(p provider) {
	for cidr := range r.routes {
		waitFor(p, "removing the route "+cidr, []string{"busy"}, []string{"sent"}, func(ctx context.Context) (string, string, error) {
			_, err := p.ds.RemoveIpRoutes(ctx, &directoryservice.RemoveIpRoutesInput{DirectoryId: aws.String(r.directory), CidrIps: []string{cidr}})
			if is(err, "ClientException") { // "An update is already in progress", which the provider retries
				return "busy", err.Error(), nil
			}
			return "sent", "", err
		})
	}
	for cidr := range r.routes {
		waitFor(p, "removing the route "+cidr, []string{"Added", "Removing"}, []string{gone}, r.stage(p, cidr))
	}
}
