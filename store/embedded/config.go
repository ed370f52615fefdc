package embedded

import (
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"

	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/storage/wal"
	"go.uber.org/zap"
)

const mebibyte = 1 << 20

// DefaultQuota is how large the store may become, in bytes.
const DefaultQuota = 1024 * mebibyte

// segmentSize is how large a segment of etcd's log is, in bytes. etcd has up to
// four on disk, the newest of them empty; its own size would take 256 MB.
const segmentSize = 16 * mebibyte

func init() { wal.SegmentSizeBytes = segmentSize } //nolint:gochecknoinits // etcd knows no other way

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
	c.QuotaBackendBytes = quotaNow(cfg)
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

// quotaNow is the quota to start etcd with. A store that is over its own, since
// it was filled or the quota was lowered, gets as much more as the server needs
// to start and to make room.
func quotaNow(cfg Config) int64 {
	const more = mebibyte
	info, err := os.Stat(dbFile(cfg.Dir))
	if err != nil || info.Size() < cfg.Quota-more {
		return cfg.Quota
	}
	return max(cfg.Quota, info.Size()+more)
}

// dbFile is etcd's data base.
func dbFile(dir string) string { return filepath.Join(dir, "etcd", "member", "snap", "db") }
