package console

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/entente-ad/entente/access"
)

// keptSession is a session as it outlives the process. The hash of a random id
// of 256 bits is no secret: nobody gets from it to the id.
type keptSession struct {
	Hash    string
	KeyID   string
	Account string
	Created time.Time // of the key, to tell it from a later one of the same id
	Expires time.Time
}

// load reads the sessions of the process before this one. Whoever was signed
// in then still is, unless the key has gone meanwhile.
func (s *sessions) load(path string) error {
	s.path = path
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var list []keptSession
	if err := json.Unmarshal(content, &list); err != nil {
		return nil // cut short: everybody signs in again
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for _, k := range list {
		raw, err := hex.DecodeString(k.Hash)
		if err != nil || len(raw) != sha256.Size || !now.Before(k.Expires) {
			continue
		}
		s.byID[[sha256.Size]byte(raw)] = &session{key: access.Key{ID: k.KeyID, Account: k.Account, CreatedAt: k.Created}, expires: k.Expires, used: now}
	}
	return nil
}

// keepLocked writes all sessions. A failure costs a sign-in after the next
// restart and nothing else.
func (s *sessions) keepLocked() {
	if s.path == "" {
		return
	}
	list := make([]keptSession, 0, len(s.byID))
	for hash, have := range s.byID {
		list = append(list, keptSession{
			Hash: hex.EncodeToString(hash[:]), KeyID: have.key.ID, Account: have.key.Account, Created: have.key.CreatedAt, Expires: have.expires,
		})
	}
	content, err := json.Marshal(list)
	if err != nil {
		return
	}
	temporary := filepath.Join(filepath.Dir(s.path), "."+filepath.Base(s.path))
	if os.WriteFile(temporary, content, 0o600) == nil {
		_ = os.Rename(temporary, s.path)
	}
}
