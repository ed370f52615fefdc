// Package netns makes VPCs real in Linux network namespaces: a router per VPC
// with a bridge per subnet, a link from it to the host, and a namespace per
// domain controller with one interface in its subnet.
//
//	host ──veth── router ──bridge──veth── eth0 of a domain controller
//	                     └─bridge──…
//
// What exists is in the kernel and nowhere else. Every call looks before it
// writes, so that it may run again after a crash at any point, and after
// somebody took a part away. Nothing ends when this process does: a VPC and
// its domain controllers live until Remove, RemoveAll or a reboot.
//
// IPv4 for now. IPv6 needs an address beside each IPv4 one, not another shape.
package netns
