package store

import (
	"context"
	"errors"
	"fmt"

	"go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/entente-ad/entente/internal/errs"
)

// Space is how full etcd is, as its member that is fullest says.
type Space struct {
	Endpoint string
	Size     int64 // of its data base, in bytes
	InUse    int64 // of it, what holds something
	Quota    int64 // what Size may become, in bytes; 0 when this etcd does not say (before 3.6)
	Alarm    bool  // it takes nothing but deletes any more
}

// Level says whether there is enough space.
type Level int

// The levels of space.
const (
	SpaceEnough Level = iota
	SpaceNear         // of the quota, most is used
	SpaceNone         // etcd takes nothing but deletes
)

// near is the percentage of the quota from which on space is short.
const near = 80

// Level judges the space.
func (s Space) Level() Level {
	switch {
	case s.Alarm:
		return SpaceNone
	case s.Quota > 0 && s.Size >= s.Quota/100*near:
		return SpaceNear
	default:
		return SpaceEnough
	}
}

// String says in a sentence how full etcd is.
func (s Space) String() string {
	const mebibyte = 1 << 20
	head := map[Level]string{SpaceEnough: "has space", SpaceNear: "is nearly full", SpaceNone: "has no space left and takes no changes"}[s.Level()]
	return fmt.Sprintf("etcd at %s %s: %.1f of %.1f MiB are used, %.1f MiB of it by what is kept",
		s.Endpoint, head, float64(s.Size)/mebibyte, float64(s.Quota)/mebibyte, float64(s.InUse)/mebibyte)
}

// Space asks every member of etcd how full it is, and gives the fullest.
func (s *Store) Space(ctx context.Context) (Space, error) {
	alarms, err := s.client.AlarmList(ctx)
	if err != nil {
		return Space{}, fmt.Errorf("cannot ask etcd for its alarms: %w", err)
	}
	raised := map[uint64]bool{}
	for _, a := range alarms.Alarms {
		if a.Alarm == etcdserverpb.AlarmType_NOSPACE {
			raised[a.MemberID] = true
		}
	}
	var fullest Space
	var failed []error
	for _, endpoint := range s.client.Endpoints() {
		status, err := s.client.Status(ctx, endpoint)
		if err != nil {
			failed = append(failed, fmt.Errorf("cannot ask etcd at %s how full it is: %w", endpoint, err))
			continue
		}
		is := spaceOf(endpoint, status, raised)
		if fullest.Endpoint == "" || is.fuller(fullest) {
			fullest = is
		}
	}
	if fullest.Endpoint == "" {
		return Space{}, errors.Join(failed...)
	}
	return fullest, nil
}

func spaceOf(endpoint string, status *clientv3.StatusResponse, raised map[uint64]bool) Space {
	return Space{
		Endpoint: endpoint, Size: status.DbSize, InUse: status.DbSizeInUse, Quota: status.DbSizeQuota,
		Alarm: raised[status.Header.MemberId],
	}
}

func (s Space) fuller(than Space) bool {
	if s.Alarm != than.Alarm {
		return s.Alarm
	}
	return s.Size > than.Size
}

// noSpace gives the error of a write that etcd has refused for want of space;
// nil means that it was refused for another reason.
func noSpace(cause error) error {
	if !errors.Is(cause, rpctypes.ErrNoSpace) {
		return nil
	}
	return errs.Wrap(cause, errs.NoWrites, "Nothing can be changed at the moment: the store has no space left. "+
		"It makes room by itself when it can; the server's log and /healthz say more.")
}
