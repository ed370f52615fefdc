package embedded

import (
	"context"
	"log/slog"
	"time"

	"go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/server/v3/etcdserver"

	"github.com/entente-ad/entente/internal/disk"
)

// usage is how full the data base is.
type usage struct {
	size     int64 // of the file's used part, in bytes; what the quota is about
	inUse    int64 // of it, what is not free
	quota    int64
	alarm    bool  // etcd has raised its alarm for want of space: it takes deletes only
	revision int64 // of the newest change
}

// high is the share of the quota from which on room is made.
func (u usage) high() bool { return u.size >= u.quota/10*8 }

// worthwhile is how many changes make giving up old revisions worthwhile while
// there still is room: a watch that is behind by fewer misses none of them.
const worthwhile = 100

// wants reports whether old revisions should be given up: there is little room,
// and there are changes since that was done last, at revision done.
func (u usage) wants(done int64) bool {
	return u.alarm && u.revision > done || u.high() && u.revision > done+worthwhile
}

// loose reports whether so much of the file is free that writing it anew is
// worth the time in which etcd does not answer.
func (u usage) loose() bool {
	return u.size-u.inUse >= u.size/4 && (u.alarm || u.high())
}

// calm reports whether the alarm can go: it would not be raised again at once.
func (u usage) calm() bool { return u.alarm && u.size <= u.quota/100*95 }

// tender makes room in the data base when its quota is near, by giving up old
// revisions and writing the file anew, and then takes back etcd's alarm, which
// etcd never does by itself.
type tender struct {
	server *etcdserver.EtcdServer
	dir    string
	quota  int64
	log    *slog.Logger
	done   int64 // the revision up to which old ones were given up
}

// How often the tender looks, and how long one round may take.
const (
	tendEvery   = time.Second
	tendTimeout = 5 * time.Minute
)

// tend looks once, before anybody has become a client, and then until Close.
func (s *Server) tend(cfg Config) {
	ctx, stop := context.WithCancel(context.Background())
	s.stopTending = stop
	t := &tender{server: s.etcd.Server, dir: cfg.Dir, quota: s.etcd.Config().QuotaBackendBytes, log: cfg.Log}
	t.round(ctx)
	s.tending.Go(func() {
		tick := time.NewTicker(tendEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				t.round(ctx)
			}
		}
	})
}

func (t *tender) usage() usage {
	u := usage{size: t.server.Backend().Size(), inUse: t.server.Backend().SizeInUse(), quota: t.quota, revision: t.server.KV().Rev()}
	for _, a := range t.server.Alarms() {
		u.alarm = u.alarm || a.GetAlarm() == etcdserverpb.AlarmType_NOSPACE
	}
	return u
}

// round makes room if it is needed.
func (t *tender) round(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, tendTimeout)
	defer cancel()
	before := t.usage()
	if before.wants(t.done) {
		if _, err := t.server.Compact(ctx, &etcdserverpb.CompactionRequest{Revision: before.revision, Physical: true}); err != nil && ctx.Err() == nil {
			t.log.Debug("etcd could not give up old revisions", "error", err.Error()) // it has done so itself
		}
		t.done = before.revision
	}
	if now := t.usage(); now.loose() {
		t.defragment(now)
	}
	now := t.usage()
	if now.calm() {
		_, err := t.server.Alarm(ctx, &etcdserverpb.AlarmRequest{
			MemberID: uint64(t.server.MemberID()), Action: etcdserverpb.AlarmRequest_DEACTIVATE, Alarm: etcdserverpb.AlarmType_NOSPACE,
		})
		if err != nil {
			t.log.Warn("etcd's alarm for want of space could not be taken back, trying again", "error", err.Error())
			return
		}
	}
	if now.size < before.size {
		t.log.Info("made room in the store", "dir", t.dir, "bytes_before", before.size, "bytes", now.size, "quota", t.quota)
	}
}

// defragment writes the data base anew, which takes the room of what is in use
// beside the old file.
func (t *tender) defragment(u usage) {
	err := disk.Check(t.dir, u.inUse+etcdNeeds)
	if err == nil {
		err = t.server.Backend().Defrag()
	}
	if err != nil {
		t.log.Warn("the store cannot be made smaller", "error", err.Error())
	}
}
