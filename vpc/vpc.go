// Package vpc is what a virtual private network of Entente is: Regions,
// availability zones, subnets, addresses. It is pure; engine/netns makes a
// plan of this package real.
package vpc

import (
	"net/netip"
	"time"
)

// ID is "vpc-" and 17 lower-case hexadecimal digits.
type ID string

// SubnetID is "subnet-" and 17 lower-case hexadecimal digits.
type SubnetID string

// Spec is a VPC as wanted. One per Region is the default one.
type Spec struct {
	ID        ID
	Region    string // "us-east-1"
	CIDR      netip.Prefix
	Default   bool
	Subnets   []Subnet
	CreatedAt time.Time
	Delete    bool // no longer wanted; the reconciler takes it away
	Tags      map[string]string

	// Attributes of ModifyVpcAttribute. They are about instances that EC2 would
	// launch, of which there are none, and are kept for those who set them.
	DNSHostnames bool
	NoDNSSupport bool
	UsageMetrics bool
}

// Subnet is a part of a VPC in one availability zone.
type Subnet struct {
	ID   SubnetID
	AZ   string // "us-east-1a"
	AZID string // "use1-az1"
	CIDR netip.Prefix
	Tags map[string]string

	// MapPublicIP is an attribute of ModifySubnetAttribute, about instances
	// that EC2 would launch.
	MapPublicIP bool
}

// Status is what became of a VPC on this host.
type Status struct {
	Ready  bool
	Reason string // why not ready; "" when it is
}
