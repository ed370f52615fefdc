package store

import (
	"context"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/secret"
)

// Txn is one decision being put together. It is not safe for concurrent use.
type Txn struct{}

// Begin starts a transaction. Nothing reaches etcd before Commit.
func (s *Store) Begin() *Txn { panic("store: not built yet") }

// Claim takes a uniqueness key for owner, for example
// "trust/d-…/corp.example.com" for "t-…". Commit fails with *TakenError when
// another owner has it.
func (tx *Txn) Claim(key, owner string) { panic("store: not built yet") }

// Release gives a uniqueness key back, if owner has it.
func (tx *Txn) Release(key, owner string) { panic("store: not built yet") }

// SetSecret seals a secret under name.
func (tx *Txn) SetSecret(name string, t secret.Text) { panic("store: not built yet") }

// DropSecret forgets the secret under name.
func (tx *Txn) DropSecret(name string) { panic("store: not built yet") }

// Audit writes an audit entry with the decision.
func (tx *Txn) Audit(e audit.Entry) { panic("store: not built yet") }

// Commit does everything or nothing. It returns the new revision once the
// cache has it. Errors: *ConflictError when an object changed meanwhile,
// *TakenError when a uniqueness key is another's.
func (tx *Txn) Commit(ctx context.Context) (rev int64, err error) { panic("store: not built yet") }

// ConflictError says that an object was not at the revision expected.
type ConflictError struct{ Key string }

func (e *ConflictError) Error() string { return "changed meanwhile: " + e.Key }

// TakenError says that a uniqueness key belongs to another object.
type TakenError struct{ Key, Owner string }

func (e *TakenError) Error() string { return e.Key + " is taken by " + e.Owner }
