package netns

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"github.com/entente-ad/entente/vpc"
)

const (
	tableName = "entente"
	dnsPort   = 53
)

// kernelTable is the table "inet entente" of one namespace.
type kernelTable struct{ ns int }

func (k kernelTable) conn() (*nftables.Conn, error) {
	return nftables.New(nftables.WithNetNSFd(k.ns), nftables.AsLasting())
}

// show renders what the kernel has, to be compared with what it had; "" means
// no table.
func (k kernelTable) show() (string, error) {
	c, err := k.conn()
	if err != nil {
		return "", err
	}
	defer func() { _ = c.CloseLasting() }()
	chains, err := c.ListChainsOfTableFamily(nftables.TableFamilyINet)
	if err != nil {
		return "", fmt.Errorf("cannot list the filter's chains: %w", err)
	}
	var b strings.Builder
	for _, ch := range chains {
		if ch.Table.Name != tableName {
			continue
		}
		fmt.Fprintf(&b, "chain %s %s %v %v %v\n", ch.Name, ch.Type, value(ch.Hooknum), value(ch.Priority), value(ch.Policy))
		rules, err := c.GetRules(ch.Table, ch)
		if err != nil {
			return "", fmt.Errorf("cannot list the filter's rules: %w", err)
		}
		for _, r := range rules {
			fmt.Fprintf(&b, "%d", r.Handle)
			for _, x := range r.Exprs {
				fmt.Fprintf(&b, " %T%+v", x, x)
			}
			b.WriteByte('\n')
		}
	}
	return b.String(), nil
}

func value[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

// replace writes the filter in one transaction. The chains stay and their
// rules are exchanged, since a chain that is made anew is in force without its
// rules for a moment. Chains that are not as they must be, which a hand leaves,
// are made anew nevertheless.
func (k kernelTable) replace(f vpc.Filter, upstreams []netip.Addr) error {
	err := k.write(f, upstreams, false)
	if errors.Is(err, unix.EEXIST) || errors.Is(err, unix.EBUSY) || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EOPNOTSUPP) {
		err = k.write(f, upstreams, true)
	}
	if err != nil {
		return fmt.Errorf("the kernel does not take the filter: %w", err)
	}
	return nil
}

func (k kernelTable) write(f vpc.Filter, upstreams []netip.Addr, anew bool) error {
	c, err := k.conn()
	if err != nil {
		return err
	}
	defer func() { _ = c.CloseLasting() }()
	t := c.AddTable(&nftables.Table{Name: tableName, Family: nftables.TableFamilyINet})
	if anew {
		c.DelTable(t)
		c.AddTable(t)
	}
	drop := nftables.ChainPolicyDrop
	chain := func(name string, hook *nftables.ChainHook) *nftables.Chain {
		return c.AddChain(&nftables.Chain{
			Name: name, Table: t, Type: nftables.ChainTypeFilter, Hooknum: hook, Priority: nftables.ChainPriorityFilter, Policy: &drop,
		})
	}
	input, output := chain("input", nftables.ChainHookInput), chain("output", nftables.ChainHookOutput)
	c.FlushTable(t)
	for _, rule := range inputRules(f) {
		c.AddRule(&nftables.Rule{Table: t, Chain: input, Exprs: rule})
	}
	for _, rule := range outputRules(f, upstreams) {
		c.AddRule(&nftables.Rule{Table: t, Chain: output, Exprs: rule})
	}
	return c.Flush()
}

type rule = []expr.Any

// inputRules let in what the filter allows; the chain's policy drops the rest
// without a word, as a security group does.
func inputRules(f vpc.Filter) []rule {
	rules := []rule{
		append(onLoopback(expr.MetaKeyIIFNAME), accept()),
		append(inStates(expr.CtStateBitESTABLISHED|expr.CtStateBitRELATED), accept()),
	}
	rules = append(rules, neighbours()...)
	for _, a := range f.Always {
		rules = append(rules, append(peerIn(single(a), fromPeer), accept()))
	}
	rules = append(rules, append(inStates(expr.CtStateBitINVALID), &expr.Verdict{Kind: expr.VerdictDrop}))
	return append(rules, accepts(f.Ingress, fromPeer)...)
}

// outputRules let out what the filter allows, and tell the socket of anything
// else at once.
func outputRules(f vpc.Filter, upstreams []netip.Addr) []rule {
	rules := []rule{
		append(onLoopback(expr.MetaKeyOIFNAME), accept()),
		keepMark(),
		append(inStates(expr.CtStateBitESTABLISHED|expr.CtStateBitRELATED), accept()),
	}
	rules = append(rules, neighbours()...)
	for _, a := range f.Always {
		rules = append(rules, append(peerIn(single(a), toPeer), accept()))
	}
	for _, m := range f.Shut {
		for _, x := range matches(m, toPeer) {
			rules = append(rules, refuse(append(unmarked(), x...))...)
		}
	}
	for _, a := range upstreams {
		for _, p := range []vpc.Protocol{vpc.UDP, vpc.TCP} {
			m := vpc.Match{Protocol: p, From: dnsPort, To: dnsPort, Prefixes: []netip.Prefix{single(a)}}
			for _, x := range matches(m, toPeer) {
				rules = append(rules, append(x, accept()))
			}
		}
	}
	rules = append(rules, accepts(f.Egress, toPeer)...)
	return append(rules, refuse(nil)...)
}

func accepts(list []vpc.Accept, dir direction) []rule {
	var rules []rule
	for _, a := range list {
		for _, x := range matches(a.Match, dir) {
			rules = append(rules, append(x, accept()))
		}
	}
	return rules
}

func accept() expr.Any { return &expr.Verdict{Kind: expr.VerdictAccept} }

// refuse tells the local socket that what matches x goes nowhere. A reset is
// what makes connect() fail at once over IPv4 and IPv6 alike; of an ICMPv6
// error it takes no notice for a second. Anything but TCP fails in send()
// itself.
func refuse(x rule) []rule {
	tcp := append(append(rule{}, x...), protocolIs(unix.IPPROTO_TCP)...)
	return []rule{
		append(tcp, &expr.Reject{Type: unix.NFT_REJECT_TCP_RST}),
		append(append(rule{}, x...), &expr.Reject{Type: unix.NFT_REJECT_ICMPX_UNREACH, Code: unix.NFT_REJECT_ICMPX_ADMIN_PROHIBITED}),
	}
}

func single(a netip.Addr) netip.Prefix { return netip.PrefixFrom(a, a.BitLen()) }

func mark() []byte { return binaryutil.NativeEndian.PutUint32(vpc.Mark) }
