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
	ID        ID                `json:"ID"`
	Region    string            `json:"Region"` // "us-east-1"
	CIDR      netip.Prefix      `json:"CIDR"`
	Default   bool              `json:"Default"`
	Subnets   []Subnet          `json:"Subnets"`
	CreatedAt time.Time         `json:"CreatedAt"`
	Delete    bool              `json:"Delete"` // no longer wanted; the reconciler takes it away
	Tags      map[string]string `json:"Tags"`

	// Attributes of ModifyVpcAttribute. They are about instances that EC2 would
	// launch, of which there are none, and are kept for those who set them.
	DNSHostnames bool `json:"DNSHostnames"`
	NoDNSSupport bool `json:"NoDNSSupport"`
	UsageMetrics bool `json:"UsageMetrics"`
}

// Subnet is a part of a VPC in one availability zone.
type Subnet struct {
	ID   SubnetID          `json:"ID"`
	AZ   string            `json:"AZ"`   // "us-east-1a"
	AZID string            `json:"AZID"` // "use1-az1"
	CIDR netip.Prefix      `json:"CIDR"`
	Tags map[string]string `json:"Tags"`

	// MapPublicIP is an attribute of ModifySubnetAttribute, about instances
	// that EC2 would launch.
	MapPublicIP bool `json:"MapPublicIP"`
}

// Status is what became of a VPC on this host.
type Status struct {
	Ready  bool   `json:"Ready"`
	Reason string `json:"Reason"` // why not ready; "" when it is
}
