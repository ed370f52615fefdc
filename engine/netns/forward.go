package netns

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/nftables"
	"github.com/vishvananda/netlink"
)

// forward lets the host pass packets between networks. That it did not before
// is remembered in the run folder, which a reboot empties along with the
// setting itself.
func (e *Engine) forward(host *space) error {
	const setting = "/proc/sys/net/ipv4/ip_forward"
	lock, err := lockDir() // it exists: the router's namespace is in it
	if err != nil {
		return err
	}
	defer lock.Close()
	have, err := os.ReadFile(setting)
	if err != nil {
		return err
	}
	if strings.TrimSpace(string(have)) == "0" {
		// The note first: a crash in between only means a needless restoring.
		if err := os.MkdirAll(e.runDir, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(e.forwardNote(), []byte("net.ipv4.ip_forward was 0\n"), 0o644); err != nil {
			return err
		}
		if err := host.sysctl("ipv4/ip_forward", "1"); err != nil {
			return err
		}
		e.log.Info("host forwards packets now", "setting", "net.ipv4.ip_forward=1")
	}
	blocked, err := ForwardBlocked()
	if err == nil && blocked != "" && !e.blocked {
		e.log.Warn("host firewall drops forwarded packets", "chain", blocked,
			"effect", "networks reach this host, but neither one another nor anything beyond it",
			"do", "accept packets from and to interfaces e"+e.tag+"-+ in that chain; with Docker in DOCKER-USER")
	}
	e.blocked = blocked != ""
	return nil
}

func (e *Engine) forwardNote() string { return filepath.Join(e.runDir, "ip_forward") }

// ForwardBlocked names the chain of the host's firewall that drops forwarded
// packets unless a rule accepts them, as Docker sets up; "" when there is none.
func ForwardBlocked() (string, error) {
	c, err := nftables.New()
	if err != nil {
		return "", err
	}
	chains, err := c.ListChains()
	if err != nil {
		return "", fmt.Errorf("cannot list the host's firewall: %w", err)
	}
	for _, ch := range chains {
		if ch.Hooknum != nil && *ch.Hooknum == *nftables.ChainHookForward && ch.Policy != nil && *ch.Policy == nftables.ChainPolicyDrop &&
			(ch.Table.Family == nftables.TableFamilyIPv4 || ch.Table.Family == nftables.TableFamilyINet) {
			return ch.Table.Name + " " + ch.Name, nil
		}
	}
	return "", nil
}

// restoreHost undoes forward and prepareDir when no network of any data folder
// is left.
func (e *Engine) restoreHost(host *space) error {
	if err := e.stopForwarding(host); err != nil {
		return err
	}
	return dropDir()
}

// stopForwarding undoes forward, unless somebody else relies on it. Whoever
// makes a network has its namespace before it calls forward, and both hold the
// lock: no network can appear between the look and the change.
func (e *Engine) stopForwarding(host *space) error {
	lock, err := lockDir()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil {
		defer lock.Close()
	}
	if used, err := e.inUse(host); err != nil || used {
		return err
	}
	if _, err := os.Stat(e.forwardNote()); err == nil {
		if err := host.sysctl("ipv4/ip_forward", "0"); err != nil {
			return err
		}
		if err := os.Remove(e.forwardNote()); err != nil {
			return err
		}
		e.log.Info("host no longer forwards packets", "setting", "net.ipv4.ip_forward=0")
	}
	os.Remove(e.runDir) // if it is empty
	return nil
}

// inUse reports whether any data folder of the host still has networks. Links
// tell of those whose namespaces and run folders are in another mount
// namespace, run folders of those whose domain controllers run without a
// network for the moment.
func (e *Engine) inUse(host *space) (bool, error) {
	namespaces, err := os.ReadDir(namespaceDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	for _, entry := range namespaces {
		if strings.HasPrefix(entry.Name(), "entente-") {
			return true, nil
		}
	}
	folders, err := os.ReadDir(e.runDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	for _, entry := range folders {
		if entry.IsDir() && entry.Name() != e.tag {
			return true, nil
		}
	}
	links, err := dump(host.LinkList)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(links, func(l netlink.Link) bool {
		return l.Type() == "veth" && validHostLink.MatchString(l.Attrs().Name)
	}), nil
}
