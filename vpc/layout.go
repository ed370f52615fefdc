package vpc

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
)

// Sizes of a default VPC and its subnets, as at AWS, where the pool has room.
const (
	vpcBits    = 16
	subnetBits = 20
	minVPCs    = 16 // a pool is cut into at least so many VPCs
	maxVPCBits = 26 // below, two subnets of 16 addresses have no room
)

// Layout gives the subnets of a Region's default VPC: two, in its first two
// availability zones, at the start of its range. ids are the subnets' ids.
func Layout(region string, cidr netip.Prefix, ids [2]SubnetID) []Subnet {
	bits := min(cidr.Bits()+subnetBits-vpcBits, 28)
	subnets := make([]Subnet, 0, len(ids))
	for i, zone := range Zones(region)[:len(ids)] {
		subnets = append(subnets, Subnet{ID: ids[i], AZ: zone.Name, AZID: zone.ID, CIDR: nth(cidr, bits, i)})
	}
	return subnets
}

// Choose gives the first range of a pool, of a default VPC's size, that
// overlaps none of avoid. A prefix of length 0 in avoid is a default route and
// avoids nothing.
func Choose(pool netip.Prefix, avoid []netip.Prefix) (netip.Prefix, error) {
	bits := max(vpcBits, pool.Bits()+4) // 2⁴ = minVPCs
	if !pool.Addr().Is4() || bits > maxVPCBits {
		return netip.Prefix{}, fmt.Errorf("VPC pool %s is too small: it must be an IPv4 range of at least %d VPCs of /%d", pool, minVPCs, maxVPCBits)
	}
	pool = pool.Masked()
	for i := range 1 << (bits - pool.Bits()) {
		if p := nth(pool, bits, i); !overlapsAny(p, avoid) {
			return p, nil
		}
	}
	return netip.Prefix{}, fmt.Errorf("VPC pool %s has no free range of /%d left: every one is in use or routed elsewhere by this host", pool, bits)
}

func overlapsAny(p netip.Prefix, list []netip.Prefix) bool {
	for _, other := range list {
		if other.Bits() > 0 && p.Overlaps(other) {
			return true
		}
	}
	return false
}

// nth is the i-th prefix of that length inside p, from 0.
func nth(p netip.Prefix, bits, i int) netip.Prefix {
	first := p.Masked().Addr().As4()
	n := binary.BigEndian.Uint32(first[:]) + uint32(i)<<(32-bits)
	binary.BigEndian.PutUint32(first[:], n)
	return netip.PrefixFrom(netip.AddrFrom4(first), bits)
}

// Zone is an availability zone of a Region.
type Zone struct {
	Name string // "us-east-1a"
	ID   string // "use1-az1"
}

// Zones gives the three availability zones that every Region has here.
func Zones(region string) []Zone {
	short := shortRegion(region)
	return []Zone{{region + "a", short + "-az1"}, {region + "b", short + "-az2"}, {region + "c", short + "-az3"}}
}

// shortRegion is a Region's name as AWS's zone ids have it: "use1" for
// us-east-1, "apse2" for ap-southeast-2.
func shortRegion(region string) string {
	parts := strings.Split(region, "-")
	var b strings.Builder
	for i, part := range parts {
		switch {
		case i == 0 || i == len(parts)-1:
			b.WriteString(part)
		case strings.HasSuffix(part, "east") || strings.HasSuffix(part, "west"):
			b.WriteString(part[:1])
			if len(part) > len("east") {
				b.WriteByte(part[len(part)-len("east")])
			}
		case part != "":
			b.WriteByte(part[0])
		}
	}
	return b.String()
}

// ValidRegion reports whether s has the form of a Region's name: two or more
// words of letters and a number, "eu-central-1", 8 to 32 characters.
func ValidRegion(s string) bool {
	parts := strings.Split(s, "-")
	if len(s) < 8 || len(s) > 32 || len(parts) < 3 {
		return false
	}
	for i, part := range parts {
		allowed := "abcdefghijklmnopqrstuvwxyz"
		if i == len(parts)-1 {
			allowed = "0123456789"
		}
		if part == "" || strings.Trim(part, allowed) != "" {
			return false
		}
	}
	return true
}
