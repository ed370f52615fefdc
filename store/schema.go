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
// commit 3081809 wrote it, is of 1.0. 1.1 has forwarders/health.
var CurrentSchema = Schema{Major: 1, Minor: 1}

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

// checkSchema refuses a store that this version would read wrongly.
func (s *Store) checkSchema(ctx context.Context) error {
	resp, err := s.client.Get(ctx, s.schemaKey())
	if err != nil {
		return err
	}
	s.schema = Schema{Major: 1}
	if s.stated = len(resp.Kvs) == 1; s.stated {
		if s.schema, err = parseSchema(string(resp.Kvs[0].Value)); err != nil {
			return fmt.Errorf("the schema version in %s is damaged: %w.\nRestore the store from a backup", s.schemaKey(), err)
		}
	}
	if s.schema.Major != CurrentSchema.Major {
		return fmt.Errorf("a newer version of entente wrote it: its schema is %s, and this version knows %s.\n"+
			"Start the newer version again, or restore a backup that was made before the upgrade", s.schema, CurrentSchema)
	}
	return nil
}

// noteSchema writes down the newest version that wrote to the store.
func (s *Store) noteSchema(ctx context.Context) error {
	if s.stated && s.schema.Minor >= CurrentSchema.Minor { // a full store keeps nobody from opening it
		return nil
	}
	s.schema = CurrentSchema
	_, err := s.client.Txn(ctx).If(clientv3.Compare(clientv3.Value(s.schemaKey()), "=", s.schema.String())).
		Else(clientv3.OpPut(s.schemaKey(), s.schema.String())).Commit()
	return err
}

func (s *Store) schemaKey() string { return s.prefix + "/schema" }
