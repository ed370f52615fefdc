package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"time"

	"github.com/entente-ad/entente/console"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/lsa"
	"github.com/entente-ad/entente/engine/netns"
	"github.com/entente-ad/entente/engine/samba"
	"github.com/entente-ad/entente/reconcile"
	"github.com/entente-ad/entente/reconcile/directories"
	"github.com/entente-ad/entente/reconcile/forwarders"
	"github.com/entente-ad/entente/reconcile/interfaces"
	"github.com/entente-ad/entente/reconcile/networks"
	"github.com/entente-ad/entente/reconcile/trusts"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
)

// built is the server, joined and not running yet.
type built struct {
	log         *slog.Logger
	listen      net.Listener
	certificate *certificate // nil means without TLS
	store       *store.Store
	service     *service.Service
	api         http.Handler
	console     *console.Console
	loops       []loop
	atEnd       func() // ends what trusts keep open
	managed     []part
}

// loop is a reconciler's loop and how it learns of changes.
type loop struct {
	name    string
	run     *reconcile.Loop
	keysFor func(store.Change) []string
}

// build joins the parts: the only place where engines, reconcilers and
// operations see one another.
func build(log *slog.Logger, cfg serveConfig, dir *dataDir, st *store.Store, room *space, listener net.Listener, pool netip.Prefix, upstreams []netip.Addr) (*built, error) {
	nets, dcs, err := engines(log, dir, upstreams)
	if err != nil {
		return nil, err
	}
	node, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	own, err := awsOwn(cfg.awsRanges)
	if err != nil {
		return nil, err
	}
	tokenKey := make([]byte, 32)
	_, _ = rand.Read(tokenKey) // pagination tokens end with the process
	keep, err := cfg.audit.keep()
	if err != nil {
		return nil, err
	}
	around, err := newManaged(log, cfg.managed, dir, st, dcs)
	if err != nil {
		return nil, err
	}
	b := &built{log: log, listen: listener, store: st}
	b.service = service.New(service.Config{
		Store: st, Account: cfg.account, Node: node, VPCPool: pool, Avoid: prefixes(nets, log), TokenKey: tokenKey, AWSRanges: own, Log: log,
		Topics: names(around.topics), LogGroups: names(around.groups),
		Trusted: lookers{sides{store: st, nets: nets}},
	})
	if err := b.addAPI(log, room.health, cfg.account, dir.join("console-sessions.json")); err != nil {
		return nil, err
	}

	ours := sides{store: st, nets: nets}
	prober := samba.NewProber(samba.ProberConfig{
		Dialer:  func(dc directory.DCID) samba.Dialer { return dcDialer{nets.Dial(string(dc))} },
		Session: ours.session,
	})
	networksLoop := networks.New(networks.Config{Store: st, Engine: nets, Log: log})
	rules := interfaces.New(interfaces.Config{Store: st, Network: nets, Log: log})
	directoriesLoop := directories.New(directories.Config{Store: st, Engine: dcs, Network: nets, Prober: prober, Restorer: restorer{dcs, around.files}, Log: log})
	forwardersLoop := forwarders.New(forwarders.Config{Store: st, Engine: dcs, Log: log})
	ports := portProber(nets)
	keys := lsa.NewChannelKeys(dcs.TrustKey)
	trustsLoop := trusts.New(trusts.Config{Store: st, Open: ours.open, Find: finder{nets}, Control: controller{dcs, ours}, Channels: channels{nets, keys}, Ports: ports, Explain: explain, Log: log})
	b.add(networksLoop, networksLoop.KeysFor, 2, 0)
	nudgeWhenAttached(nets, st, b.add(rules, rules.KeysFor, 8, 0))
	b.add(directoriesLoop, directoriesLoop.KeysFor, 8, 5*time.Minute)
	b.add(forwardersLoop, forwardersLoop.KeysFor, 8, 0)
	b.add(trustsLoop, trustsLoop.KeysFor, 8, 4*time.Minute)
	b.atEnd = trustsLoop.Close
	around.add(b, prober)
	b.managed = append(b.managed, part{"space", room.watch(st)}, part{"audit log", pruneAudit(log, st, keep)}, part{"trust keys", forgetKeys(st, keys)})
	b.addSelective(dcs, ours)
	b.addAssessments(ports, ours)
	return b, nil
}

// engines builds what acts on this host, for serve and down alike.
func engines(log *slog.Logger, dir *dataDir, upstreams []netip.Addr) (*netns.Engine, *samba.Engine, error) {
	nets, err := netns.New(netns.Config{Tag: dir.tag, Upstreams: upstreams, Log: log})
	if err != nil {
		return nil, nil, err
	}
	exe, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	return nets, samba.New(samba.Config{
		Exe: exe, DataDir: dir.path, RunDir: dir.runDir(), Upstreams: upstreams, Log: log,
		NetNSPath: func(dc directory.DCID) string { return nets.Path(string(dc)) },
	}), nil
}

// add adds r's loop. limit is the longest time of one of its runs; 0 means the
// default of reconcile.Config.
func (b *built) add(r reconcile.Reconciler, keysFor func(store.Change) []string, workers int, limit time.Duration) *reconcile.Loop {
	l := reconcile.New(reconcile.Config{Reconciler: r, Workers: workers, Timeout: limit, Log: b.log})
	b.loops = append(b.loops, loop{r.Name(), l, keysFor})
	return l
}

// parts lists what runs, in the order in which it starts.
func (b *built) parts() []part {
	work := b.managed
	for _, l := range b.loops {
		work = append(work, part{l.name, l.run.Run})
	}
	return []part{{"store", b.store.Hold}, {"changes", b.nudge}, {"console", b.console.Run}, abreast("loops", work), {"api", b.serveAPI}}
}

// nudge tells each loop which of its keys a change concerns.
func (b *built) nudge(ctx context.Context) error {
	b.store.Subscribe(ctx, func(c store.Change) {
		for _, l := range b.loops {
			for _, key := range l.keysFor(c) {
				l.run.Nudge(key)
			}
		}
	})
	<-ctx.Done()
	b.atEnd()
	return nil
}

// serveAPI serves HTTP until ctx ends; requests under way may end within
// answerLimit, and are cut off then.
func (b *built) serveAPI(ctx context.Context) error {
	server := &http.Server{
		Handler: b.api, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(b.log.Handler(), slog.LevelWarn),
	}
	server.RegisterOnShutdown(b.console.Close) // streams have no end of their own
	ended := make(chan error, 1)
	go func() {
		if b.certificate == nil {
			ended <- server.Serve(b.listen)
			return
		}
		server.TLSConfig = b.certificate.config()
		ended <- server.ServeTLS(b.listen, "", "")
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	goodbye, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerLimit)
	defer cancel()
	err := server.Shutdown(goodbye)
	if goodbye.Err() != nil {
		b.log.Warn("requests under way are cut off", "limit", answerLimit.String())
		err = server.Close()
	}
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
