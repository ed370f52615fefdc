package netns

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"

	"github.com/vishvananda/netlink"

	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/vpc"
)

// AttachDC makes the domain controller's network namespace with lo, eth0 in
// its subnet and routes to private address space by the subnet's gateway, and
// leaves alone what is so already: processes in it notice nothing. A namespace
// without a filter gets one that lets nothing through before its interface
// comes up; SetFilter puts another in its place, and Opened tells when that
// was done. The VPC must have been applied.
func (e *Engine) AttachDC(ctx context.Context, nic vpc.NIC) error {
	subnet, ok := nic.VPC.SubnetByID(nic.Subnet)
	switch {
	case !validName.MatchString(nic.Name):
		return fmt.Errorf("%q cannot name a domain controller's interface", nic.Name)
	case !ok:
		return fmt.Errorf("cannot attach %s: %s has no subnet %s", nic.Name, nic.VPC.ID, nic.Subnet)
	case !subnet.CIDR.Contains(nic.Address):
		return fmt.Errorf("cannot attach %s: %s is not in %s (%s)", nic.Name, nic.Address, subnet.ID, subnet.CIDR)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.attach(ctx, nic, subnet); err != nil {
		return fmt.Errorf("cannot attach %s to %s: %w", nic.Name, nic.VPC.ID, err)
	}
	return nil
}

func (e *Engine) attach(ctx context.Context, nic vpc.NIC, subnet vpc.Subnet) error {
	router, err := openSpace(e.routerPath(nic.VPC.ID))
	if errors.Is(err, fs.ErrNotExist) {
		return &errs.Error{Kind: errs.Unavailable, Message: "The VPC has no network on this host yet.", Err: err}
	}
	if err != nil {
		return err
	}
	defer router.close()
	bridge, err := router.link(bridgeName(subnet.ID))
	if err != nil {
		return err
	}
	if bridge == nil {
		return &errs.Error{Kind: errs.Unavailable, Message: fmt.Sprintf("The subnet %s has no bridge on this host yet.", subnet.ID)}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := ensureNamespace(e.dcName(nic.Name)); err != nil {
		return err
	}
	dc, err := openSpace(e.Path(nic.Name))
	if err != nil {
		return err
	}
	defer dc.close()
	if err := dc.loopback(); err != nil {
		return err
	}
	if err := e.closeFirst(dc, nic.Name); err != nil {
		return err
	}
	w := wire{near: router, far: dc, nearName: nic.Name, farName: dcLink, farMAC: stableMAC(e.dcName(nic.Name))}
	port, eth0, made, err := w.ensure()
	if err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return enslave(router, port, bridge) },
		func() error { return dc.sysctl("ipv4/conf/all/accept_redirects", "0") },
		func() error { return dc.address(eth0, netip.PrefixFrom(nic.Address, subnet.CIDR.Bits())) },
		func() error { return router.up(port) },
		func() error { return dc.up(eth0) },
		func() error { return dc.addRoutes(eth0, vpc.Gateway(subnet.CIDR), e.routesOf(nic, nil)) },
	} {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := step(); err != nil {
			return err
		}
	}
	if made {
		e.filters.of(nic.Name).made()
		if e.attached != nil {
			e.attached(nic.Name)
		}
		e.log.Info("domain controller attached", "dc", nic.Name, "vpc", nic.VPC.ID, "address", nic.Address.String())
	}
	return nil
}

func enslave(router *space, port, bridge netlink.Link) error {
	if port.Attrs().MasterIndex == bridge.Attrs().Index {
		return nil
	}
	if err := router.LinkSetMaster(port, bridge); err != nil {
		return fmt.Errorf("cannot put %s on %s: %w", port.Attrs().Name, bridge.Attrs().Name, err)
	}
	return nil
}

// DetachDC removes the domain controller's interface and its namespace's name.
// The namespace itself ends with the last process in it. One that is not there
// is fine.
func (e *Engine) DetachDC(_ context.Context, name string) error {
	if !validName.MatchString(name) {
		return fmt.Errorf("%q cannot name a domain controller's interface", name)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.detach(name); err != nil {
		return fmt.Errorf("cannot detach %s: %w", name, err)
	}
	e.filters.forget(name)
	return nil
}

func (e *Engine) detach(name string) error {
	existed := isNamespace(e.Path(name))
	if err := removeNamespace(e.dcName(name)); err != nil {
		return err
	}
	if existed {
		e.log.Info("domain controller detached", "dc", name)
		return nil // the router's end went with eth0
	}
	// A crash may have left the router's end alone.
	exists, err := e.List()
	if err != nil {
		return err
	}
	for _, r := range exists.routers {
		router, err := openSpace(namespaceDir + "/" + r)
		if err != nil {
			return err
		}
		err = router.deleteLink(name)
		router.close()
		if err != nil {
			return err
		}
	}
	return nil
}
