package netns

import (
	"crypto/sha256"
	"fmt"
	"net"

	"github.com/vishvananda/netlink"
)

// wire is a veth pair between two namespaces.
type wire struct {
	near, far         *space
	nearName, farName string
	farMAC            net.HardwareAddr // nil means the kernel's choice
}

// ensure gives both ends of the pair. Ends that do not belong together, which
// a crash or somebody's hand leaves, are deleted first. Making a pair is one
// step in the kernel, names and namespaces included.
func (w wire) ensure() (near, far netlink.Link, made bool, err error) {
	near, far, err = w.look()
	if err != nil || isPair(near, far) {
		return near, far, false, err
	}
	if err := w.near.deleteLink(w.nearName); err != nil {
		return nil, nil, false, err
	}
	if err := w.far.deleteLink(w.farName); err != nil {
		return nil, nil, false, err
	}
	err = w.near.LinkAdd(&netlink.Veth{
		LinkAttrs: netlink.LinkAttrs{Name: w.nearName}, PeerName: w.farName,
		PeerNamespace: netlink.NsFd(w.far.ns.Fd()), PeerHardwareAddr: w.farMAC,
	})
	if err != nil {
		return nil, nil, false, fmt.Errorf("cannot make the link %s in %s to %s in %s: %w", w.nearName, w.near.name, w.farName, w.far.name, err)
	}
	near, far, err = w.look()
	if err == nil && (near == nil || far == nil) {
		err = fmt.Errorf("the link %s in %s went away while it was made", w.nearName, w.near.name)
	}
	return near, far, true, err
}

func (w wire) look() (near, far netlink.Link, err error) {
	if near, err = w.near.link(w.nearName); err != nil {
		return nil, nil, err
	}
	far, err = w.far.link(w.farName)
	return near, far, err
}

// isPair reports whether each end names the other as its peer. Index numbers
// are counted per namespace, so one match alone could be chance.
func isPair(a, b netlink.Link) bool {
	return a != nil && b != nil && a.Type() == "veth" && b.Type() == "veth" &&
		a.Attrs().ParentIndex == b.Attrs().Index && b.Attrs().ParentIndex == a.Attrs().Index
}

// stableMAC makes a hardware address that is the same each time the interface
// is made again, so that neighbours need not learn a new one.
func stableMAC(owner string) net.HardwareAddr {
	sum := sha256.Sum256([]byte(owner))
	mac := net.HardwareAddr(sum[:6])
	mac[0] = mac[0]&0xfc | 0x02 // locally administered, one host
	return mac
}
