package store

import (
	"context"
	"fmt"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// Schema is the version of what is stored, and how (docs/decisions/0211). It
// is not the program's version: most versions change nothing of it.
type Schema struct {
	Major int // a store of another one is not opened
	Minor int // a version that knows fewer reads and writes the store all the same
}

// CurrentSchema is what this version writes. A store without a version, as
// commit 3081809 wrote it, is of 1.0.
var CurrentSchema = Schema{Major: 1, Minor: 0}

// String is as in "1.0".
func (v Schema) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

func parseSchema(text string) (v Schema, err error) {
	if _, err = fmt.Sscanf(text, "%d.%d", &v.Major, &v.Minor); err != nil || v.String() != text || v.Major < 1 || v.Minor < 0 {
		return v, fmt.Errorf("%q is no version", text)
	}
	return v, nil
}

// Schema is the version that the store had when it was opened, and this one's
// where that is newer.
func (s *Store) Schema() Schema { return s.schema }

// checkSchema refuses a store that this version would read wrongly, before
// anything is written, and notes in it the newest version that wrote to it.
func (s *Store) checkSchema(ctx context.Context) error {
	key := s.prefix + "/schema"
	for {
		resp, err := s.client.Get(ctx, key)
		if err != nil {
			return err
		}
		s.schema = Schema{Major: 1}
		var rev int64
		if len(resp.Kvs) == 1 {
			rev = resp.Kvs[0].ModRevision
			if s.schema, err = parseSchema(string(resp.Kvs[0].Value)); err != nil {
				return fmt.Errorf("the schema version in %s is damaged: %w.\nRestore the store from a backup", key, err)
			}
		}
		switch stored := s.schema; {
		case stored.Major > CurrentSchema.Major:
			return fmt.Errorf("a newer version of entente wrote it: its schema is %s, and this version knows %s.\n"+
				"Start the newer version again, or restore a backup that was made before the upgrade", stored, CurrentSchema)
		case rev != 0 && stored.Minor >= CurrentSchema.Minor:
			return nil
		}
		done, err := s.client.Txn(ctx).
			If(clientv3.Compare(clientv3.ModRevision(key), "=", rev)).
			Then(clientv3.OpPut(key, CurrentSchema.String())).Commit()
		if err != nil {
			return err
		}
		if done.Succeeded {
			s.schema = CurrentSchema
			return nil
		}
	}
}
