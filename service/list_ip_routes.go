package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/paging"
	"github.com/entente-ad/entente/store"
)

// ListIpRoutes lists a directory's IP routes in the caller's Region.
func (s *Service) ListIpRoutes(_ context.Context, caller audit.Caller, in *directoryservice.ListIpRoutesInput) (*directoryservice.ListIpRoutesOutput, error) {
	d, err := s.directoryByID(caller, val(in.DirectoryId))
	if err != nil {
		return nil, err
	}
	bind := paging.Bind(caller.Account, caller.Region, "ListIpRoutes", d.Key)
	key := func(o store.Object[directory.IPRoute]) string { return o.Key }
	page, next, err := paging.Page(s.routesOf(d.Key, caller.Region), key, val(in.Limit), val(in.NextToken), bind, s.cfg.TokenKey)
	if err != nil {
		return nil, err
	}
	out := &directoryservice.ListIpRoutesOutput{IpRoutesInfo: []types.IpRouteInfo{}, NextToken: text(next)}
	for _, o := range page {
		st := s.routeStatus(o)
		info := types.IpRouteInfo{
			DirectoryId: text(d.Key), AddedDateTime: when(o.Value.AddedAt), Description: text(o.Value.Description),
			IpRouteStatusMsg: types.IpRouteStatusMsg(st.State), IpRouteStatusReason: text(st.Reason),
		}
		if o.Value.CIDR.Addr().Is4() {
			info.CidrIp = text(o.Value.CIDR.String())
		} else {
			info.CidrIpv6 = text(o.Value.CIDR.String())
		}
		out.IpRoutesInfo = append(out.IpRoutesInfo, info)
	}
	return out, nil
}
