package directory

import (
	"net/netip"
	"strings"
	"time"
)

// IPRoute is a way out of the private address space that a directory's domain
// controllers in one Region are given. Only package service writes it.
type IPRoute struct {
	Directory   ID           `json:"Directory"`
	Region      string       `json:"Region"`
	CIDR        netip.Prefix `json:"CIDR"` // IPv4 or IPv6, without host bits
	Description string       `json:"Description"`
	AddedAt     time.Time    `json:"AddedAt"`
	Delete      bool         `json:"Delete"`
}

// Key names the route in the store: "d-…/us-east-1/203.0.113.0_24".
func (r IPRoute) Key() string { return IPRouteKey(r.Directory, r.Region, r.CIDR) }

// IPRouteKey names a route in the store.
func IPRouteKey(id ID, region string, cidr netip.Prefix) string {
	return string(id) + "/" + region + "/" + strings.Replace(cidr.String(), "/", "_", 1)
}

// IPRouteState is a route's state, as the API names it (IpRouteStatusMsg).
type IPRouteState string

// The states of a route.
const (
	RouteAdding       IPRouteState = "Adding"
	RouteAdded        IPRouteState = "Added"
	RouteRemoving     IPRouteState = "Removing"
	RouteRemoved      IPRouteState = "Removed"
	RouteAddFailed    IPRouteState = "AddFailed"
	RouteRemoveFailed IPRouteState = "RemoveFailed"
)

// IPRouteStatus is what became of a route. Only reconcile/interfaces writes
// it. A route without a status is Adding.
type IPRouteStatus struct {
	State  IPRouteState `json:"State"`
	Reason string       `json:"Reason"` // "" when there is nothing to say
	Since  time.Time    `json:"Since"`
}
