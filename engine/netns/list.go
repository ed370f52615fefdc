package netns

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
)

// Existing is what there is of this data folder's networks on this host.
type Existing struct {
	VPCs []string // last eight digits of the ids of VPCs
	DCs  []string // ids of domain controllers that have a namespace

	routers []string // names of router namespaces
	links   []string // the host's ends of links to routers
}

// List looks for everything that carries the tag, whole or half made.
func (e *Engine) List() (Existing, error) {
	var x Existing
	entries, err := os.ReadDir(namespaceDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return x, err
	}
	for _, entry := range entries {
		rest, ours := strings.CutPrefix(entry.Name(), e.prefix())
		id, router := strings.CutPrefix(rest, routerMark)
		switch {
		case ours && router:
			x.VPCs = append(x.VPCs, id)
			x.routers = append(x.routers, entry.Name())
		case ours:
			x.DCs = append(x.DCs, rest)
		}
	}
	host, err := openSpace("")
	if err != nil {
		return x, err
	}
	defer host.close()
	links, err := dump(host.LinkList)
	if err != nil {
		return x, err
	}
	for _, l := range links {
		if name := l.Attrs().Name; l.Type() == "veth" && strings.HasPrefix(name, "e"+e.tag+"-") {
			x.links = append(x.links, name)
		}
	}
	return x, nil
}

// RemoveAll removes every network of this data folder, and then what was
// changed on the host for the first one. Domain controllers must have been
// stopped before.
func (e *Engine) RemoveAll(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	x, err := e.List()
	if err != nil {
		return err
	}
	for _, dc := range x.DCs {
		err = errors.Join(err, removeNamespace(e.dcName(dc)))
	}
	host, openErr := openSpace("")
	if openErr != nil {
		return errors.Join(err, openErr)
	}
	defer host.close()
	for _, l := range x.links {
		err = errors.Join(err, host.deleteLink(l))
	}
	for _, r := range x.routers {
		err = errors.Join(err, removeNamespace(r))
	}
	if err != nil || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	if len(x.DCs)+len(x.routers) > 0 {
		e.log.Info("all networks removed", "networks", len(x.routers), "domain_controllers", len(x.DCs))
	}
	return e.restoreHost(host)
}
