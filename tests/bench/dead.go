package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/forest"
	"github.com/entente-ad/entente/tests/harness"
)

// How many partners are dead, and how.
const (
	silentPartners  = 300  // drop every packet
	refusedPartners = 1000 // refuse each at once
)

// In what they are measured.
const (
	ofACore   unit = "%.1f ms/s" // processor time; 50 are 5 % of a core
	perMinute unit = "%.0f a minute"
)

var deadPart = part{
	name: "dead", what: "a good trust beside 1,300 whose partners are dead, what they cost, and what is sent to them",
	lines: []line{deadVerified, deadHealed, deadDeleted, deadIdle, deadPackets}, run: measureDead,
}

var (
	deadVerified = line{"CreateTrust until `Verified` beside 1,300 dead partners", seconds, "alone", atMost(1.2)}
	deadHealed   = line{"from the end of a fault until `Verified` beside them", seconds, "alone", atMost(1.2)}
	deadDeleted  = line{"DeleteTrust until gone beside them", seconds, "alone", atMost(1.2)}
	deadIdle     = line{"processor time of an idle server beside them", ofACore, "", below(50)}
	deadPackets  = line{"packets to them, from all domain controllers", perMinute, "", below(200)}
)

const besideDomain = "beside.test"

// measureDead makes, breaks, heals and deletes a trust alone and beside dead
// partners, and then looks at a server that has nothing to do but these.
func measureDead(r *run, s *shared) {
	server := s.open(r)
	var dns []netip.Addr
	for _, a := range server.directory.DnsIpAddrs {
		dns = append(dns, netip.MustParseAddr(a))
	}
	partner := forest.Up(r, forest.Config{
		Name: "beside", Realm: besideDomain, Address: netip.MustParsePrefix("10.205.19.1/24"),
		HostName: "BESIDEDC", DNSForwarders: dns,
	})
	rounds := min(s.rounds, 3) // each waits for a fault to show
	alone := server.lives(r, partner, rounds)
	graves := dig(r)
	server.bury(r)
	beside := server.lives(r, partner, rounds)
	s.record(r, deadVerified, median(beside.made), median(alone.made))
	s.record(r, deadHealed, median(beside.healed), median(alone.healed))
	s.record(r, deadDeleted, median(beside.deleted), median(alone.deleted))

	const minutes = 2
	used, packets := server.used(r), graves.packets(r)
	pause(r.ctx, minutes*time.Minute)
	spent, sent := server.used(r)-used, graves.packets(r)-packets
	r.Logf("  in %d minutes: %s of processor time, %d packets to dead partners", minutes, spent, sent)
	s.record(r, deadIdle, float64(spent.Milliseconds())/(minutes*time.Minute).Seconds(), 0)
	s.record(r, deadPackets, float64(sent)/minutes, 0)
}

func (o *ourServer) used(r *run) time.Duration {
	d, err := ofServer(o.PID(), cpuTime)
	r.check(err)
	return d
}

// lives are the times of a trust's life.
type lives struct{ made, healed, deleted []time.Duration }

// lives makes a trust, cuts the partner off until that shows, lets it back, and
// deletes the trust, again and again.
func (o *ourServer) lives(r *run, partner *forest.Forest, rounds int) (l lives) {
	ds := o.DS(r)
	for range rounds {
		r.check(partner.RestartWinbindd(r.ctx))
		r.check(partner.CreateLocalTrust(r.ctx, forest.LocalTrust{
			Domain: managedDomain, Type: "forest", Direction: "both", Password: secret.New(trustPassword),
			User: "Admin", UserPassword: secret.New(harness.AdminPassword),
		}))
		begin := time.Now()
		made, err := ds.CreateTrust(r.ctx, &directoryservice.CreateTrustInput{
			DirectoryId: o.directory.DirectoryId, RemoteDomainName: aws.String(besideDomain), TrustPassword: aws.String(trustPassword),
			TrustDirection: types.TrustDirectionTwoWay, TrustType: types.TrustTypeForest,
			ConditionalForwarderIpAddrs: []string{partner.Address.Addr().String()},
		})
		r.check(err)
		id := *made.TrustId
		l.made = append(l.made, o.until(r, id, begin, types.TrustStateVerified))

		r.check(partner.Unplug(r.ctx))
		o.until(r, id, time.Now(), types.TrustStateVerifyFailed)
		pause(r.ctx, 10*time.Second) // a fault lasts
		r.check(partner.Plug(r.ctx))
		l.healed = append(l.healed, o.until(r, id, time.Now(), types.TrustStateVerified))

		begin = time.Now()
		_, err = ds.DeleteTrust(r.ctx, &directoryservice.DeleteTrustInput{TrustId: made.TrustId, DeleteAssociatedConditionalForwarder: true})
		r.check(err)
		o.until(r, id, begin, "")
		l.deleted = append(l.deleted, time.Since(begin))
		r.check(partner.DeleteLocalTrust(r.ctx, managedDomain))
	}
	r.Logf("  made %v, healed %v, deleted %v", l.made, l.healed, l.deleted)
	return l
}

// until waits until a trust has a state, "" for gone, and says how long that
// took since begin.
func (o *ourServer) until(r *run, id string, begin time.Time, state types.TrustState) time.Duration {
	for {
		out, err := o.DS(r).DescribeTrusts(r.ctx, &directoryservice.DescribeTrustsInput{DirectoryId: o.directory.DirectoryId, TrustIds: []string{id}})
		var now types.TrustState
		if gone := (*types.EntityDoesNotExistException)(nil); !errors.As(err, &gone) {
			r.check(err)
			if len(out.Trusts) == 1 {
				now = out.Trusts[0].TrustState
			}
		}
		if now == state {
			return time.Since(begin)
		}
		if time.Since(begin) > harness.Patience {
			r.Fatalf("the trust is %q after %s, not %q", now, time.Since(begin), state)
		}
		pause(r.ctx, look)
	}
}

// graves is a namespace in which the addresses of all dead partners are.
type graves struct{ name string }

// dig makes it: the host routes 10.206.0.0/16 there, and its filter counts what
// comes in.
func dig(r *run) graves {
	g := graves{"entente-bench-dead"}
	sh(r, "", "ip", "netns", "add", g.name)
	r.Cleanup(func() { _ = exec.Command("ip", "netns", "del", g.name).Run() })
	sh(r, "", "ip", "link", "add", "ebdead0", "type", "veth", "peer", "name", "in", "netns", g.name)
	sh(r, "", "ip", "addr", "add", "10.206.255.253/30", "dev", "ebdead0")
	sh(r, "", "ip", "link", "set", "ebdead0", "up")
	in := func(stdin string, argv ...string) {
		sh(r, stdin, "ip", append([]string{"netns", "exec", g.name}, argv...)...)
	}
	in("", "ip", "addr", "add", "10.206.255.254/30", "dev", "in")
	in("", "ip", "link", "set", "in", "up")
	in("", "ip", "link", "set", "lo", "up")
	in("", "ip", "route", "add", "default", "via", "10.206.255.253")
	in("", "ip", "route", "add", "local", "10.206.0.0/16", "dev", "lo") // so that it answers for all of them
	in(`table ip graves {
	chain in {
		type filter hook input priority 0; policy accept;
		ip daddr 10.206.0.0/18 counter drop
		ip daddr 10.206.64.0/18 meta l4proto tcp counter reject with tcp reset
		ip daddr 10.206.64.0/18 counter reject
	}
}
`, "nft", "-f", "-")
	sh(r, "", "ip", "route", "add", "10.206.0.0/17", "via", "10.206.255.254")
	return g
}

// packets is how many came so far.
func (g graves) packets(r *run) int {
	out, err := exec.CommandContext(r.ctx, "ip", "netns", "exec", g.name, "nft", "-j", "list", "table", "ip", "graves").Output()
	r.check(err)
	var list struct {
		NFTables []struct {
			Rule *struct {
				Expr []struct {
					Counter *struct{ Packets int }
				}
			}
		}
	}
	r.check(json.Unmarshal(out, &list))
	sum := 0
	for _, item := range list.NFTables {
		if item.Rule == nil {
			continue
		}
		for _, e := range item.Rule.Expr {
			if e.Counter != nil {
				sum += e.Counter.Packets
			}
		}
	}
	return sum
}

func sh(r *run, stdin, name string, argv ...string) {
	cmd := exec.CommandContext(r.ctx, name, argv...)
	cmd.Stdin = strings.NewReader(stdin)
	if out, err := cmd.CombinedOutput(); err != nil {
		r.Fatalf("%s %q: %v: %s", name, argv, err, out)
	}
}

// bury makes the trusts with dead partners, as many of them two-way as the
// quota allows beside the good one, and waits until each was judged.
func (o *ourServer) bury(r *run) {
	begin := time.Now()
	const twoWay = 20 // of 25
	ds := o.DS(r)
	next := make(chan int)
	failed := make(chan error, silentPartners+refusedPartners)
	var callers sync.WaitGroup
	for range 4 {
		callers.Go(func() {
			for i := range next {
				address, direction := fmt.Sprintf("10.206.%d.%d", i/200, 1+i%200), types.TrustDirectionOneWayIncoming
				if i >= silentPartners {
					address = fmt.Sprintf("10.206.%d.%d", 64+i/200, 1+i%200)
				}
				if i < twoWay {
					direction = types.TrustDirectionTwoWay
				}
				_, err := ds.CreateTrust(r.ctx, &directoryservice.CreateTrustInput{
					DirectoryId: o.directory.DirectoryId, RemoteDomainName: aws.String(fmt.Sprintf("dead%d.test", i)), TrustPassword: aws.String(trustPassword),
					TrustDirection: direction, TrustType: types.TrustTypeForest, ConditionalForwarderIpAddrs: []string{address},
				})
				if err != nil {
					failed <- err
				}
			}
		})
	}
	for i := range silentPartners + refusedPartners {
		next <- i
	}
	close(next)
	callers.Wait()
	close(failed)
	r.check(<-failed)
	r.Logf("  %d trusts with dead partners were made in %s", silentPartners+refusedPartners, time.Since(begin).Round(time.Second))
	for {
		judged := 0
		pages := directoryservice.NewDescribeTrustsPaginator(ds, &directoryservice.DescribeTrustsInput{DirectoryId: o.directory.DirectoryId})
		for pages.HasMorePages() {
			page, err := pages.NextPage(r.ctx)
			r.check(err)
			for _, t := range page.Trusts {
				if t.TrustState == types.TrustStateFailed {
					judged++
				}
			}
		}
		if judged == silentPartners+refusedPartners {
			break
		}
		if time.Since(begin) > harness.Patience {
			r.Fatalf("%d of %d trusts with dead partners are judged after %s", judged, silentPartners+refusedPartners, time.Since(begin))
		}
		pause(r.ctx, time.Second)
	}
	r.Logf("  all were judged after %s", time.Since(begin).Round(time.Second))
}
