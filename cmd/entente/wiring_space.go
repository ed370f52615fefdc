package main

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/entente-ad/entente/internal/disk"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/embedded"
)

// How much of the data folder's disk is kept free for what runs already: below
// keptFree nothing is written to the store any more, so that etcd and domain
// controllers can go on; below shortFree people are told.
const (
	keptFree  = 32 << 20
	shortFree = 8 * keptFree
)

// spaceEvery is how often space is looked at. A write looks at the disk itself.
const spaceEvery = 10 * time.Second

// space knows how much room the store has, and tells of it when it becomes
// short: the log when that changes, /healthz all the time.
type space struct {
	log     *slog.Logger
	dir     string            // the data folder
	process *embedded.Process // nil with an external etcd

	mu   sync.Mutex
	etcd store.Space
}

// writable says why the store takes nothing at the moment.
func (s *space) writable() error {
	if s.process == nil {
		return nil
	}
	if err := disk.Check(s.dir, keptFree); err != nil {
		return err
	}
	if err := s.process.Down(); err != nil {
		return fmt.Errorf("the store does not run and is started again (%w)", err)
	}
	return nil
}

// health lists what is wrong with the room there is, for everybody to read:
// without names of this host and its folders.
func (s *space) health() (sentences []string) {
	free, err := disk.Free(s.dir)
	switch {
	case err != nil:
	case free < keptFree && s.process != nil:
		sentences = append(sentences, "the disk of the data folder is full ("+disk.Size(free)+" free): nothing can be changed, and domain controllers may fail")
	case free < shortFree:
		sentences = append(sentences, "the disk of the data folder is nearly full ("+disk.Size(free)+" free)")
	}
	if s.process != nil && s.process.Down() != nil {
		sentences = append(sentences, "the store does not run and is started again: nothing can be changed")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.etcd.Level() {
	case store.SpaceNone:
		sentences = append(sentences, "the store has no space left: nothing can be changed")
	case store.SpaceNear:
		sentences = append(sentences, fmt.Sprintf("the store is nearly full: %s of %s", disk.Size(s.etcd.Size), disk.Size(s.etcd.Quota)))
	case store.SpaceEnough:
	}
	return sentences
}

// watch looks at the room until ctx ends.
func (s *space) watch(st *store.Store) func(context.Context) error {
	return func(ctx context.Context) error {
		tick := time.NewTicker(spaceEvery)
		defer tick.Stop()
		for enough := true; ; {
			s.lookAtEtcd(ctx, st)
			enough = s.lookAtDisk(enough)
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	}
}

func (s *space) lookAtEtcd(ctx context.Context, st *store.Store) {
	ctx, cancel := context.WithTimeout(ctx, spaceEvery)
	defer cancel()
	now, err := st.Space(ctx)
	if err != nil {
		s.log.Debug("etcd does not say how full it is", "error", err.Error()) // whatever is wrong shows elsewhere
		return
	}
	s.mu.Lock()
	before := s.etcd.Level()
	s.etcd = now
	s.mu.Unlock()
	switch level := now.Level(); {
	case level == before:
	case level == store.SpaceEnough:
		s.log.Info("the store has room again", "space", now.String())
	case s.process == nil:
		s.log.Error("the store is full, or nearly: make room in it (etcdctl compact, etcdctl defrag, etcdctl alarm disarm), or raise its quota", "space", now.String())
	default:
		s.log.Error("the store is full, or nearly: old versions go by themselves; if that is not enough, raise --store-quota, or keep fewer audit entries with --audit-days and --audit-entries", "space", now.String())
	}
}

// lookAtDisk tells when the disk becomes short, and when it no longer is.
func (s *space) lookAtDisk(enough bool) bool {
	err := disk.Check(s.dir, shortFree)
	switch {
	case err != nil && enough:
		s.log.Error("the disk of the data folder is nearly full, and soon nothing is changed any more", "below", disk.Size(keptFree), "error", err.Error())
	case err == nil && !enough:
		s.log.Info("the disk of the data folder has room again", "data_dir", s.dir)
	}
	return err == nil
}

// parseSize reads a number of bytes with its unit: "8MiB", "2GiB".
func parseSize(text string) (bytes int64, err error) {
	for unit, factor := range map[string]int64{"MiB": 1 << 20, "GiB": 1 << 30} {
		if number, ok := strings.CutSuffix(text, unit); ok {
			n, err := strconv.ParseInt(number, 10, 32)
			if err == nil && n > 0 {
				return n * factor, nil
			}
		}
	}
	return 0, fmt.Errorf("%q is not a size such as 512MiB or 2GiB", text)
}
