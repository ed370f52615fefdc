package embedded

import (
	"net/url"
	"path/filepath"
	"sync/atomic"

	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap"
)

const mebibyte = 1 << 20

// etcdConfig is etcd's configuration for one member with little to keep: the
// whole store is a few thousand small objects.
func etcdConfig(cfg Config, socket string, closing *atomic.Bool) *embed.Config {
	c := embed.NewConfig()
	c.Name = "entente"
	c.Dir = filepath.Join(cfg.Dir, "etcd")
	c.ZapLoggerBuilder = embed.NewZapLoggerBuilder(zap.New(logCore{log: cfg.Log, closing: closing}))

	// Clients come through the socket alone. A cluster of one has no peers, so
	// nothing listens for them; the address is etcd's name for the member.
	client := url.URL{Scheme: "unix", Path: socket}
	c.ListenClientUrls, c.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	if cfg.ListenTCP != "" {
		c.ListenClientUrls = append(c.ListenClientUrls, url.URL{Scheme: "http", Host: cfg.ListenTCP})
	}
	peer := url.URL{Scheme: "http", Host: "127.0.0.1:2380"}
	c.ListenPeerUrls, c.AdvertisePeerUrls = nil, []url.URL{peer}
	c.InitialCluster = c.InitialClusterFromName(c.Name)

	// Memory: raft keeps its newest entries in memory, up to both counts.
	c.SnapshotCount, c.SnapshotCatchUpEntries = 1000, 100
	c.MaxWalFiles, c.MaxSnapFiles = 2, 2
	c.QuotaBackendBytes = 1024 * mebibyte
	// Old versions are of no use but to a watch that broke for a moment.
	c.AutoCompactionMode, c.AutoCompactionRetention = embed.CompactorModeRevision, "1000"

	// With nobody to lose an election to, a short one starts sooner.
	c.TickMs, c.ElectionMs = 100, 500
	if cfg.Volatile {
		c.UnsafeNoFsync = true
		c.TickMs, c.ElectionMs = 10, 50
	}
	return c
}
