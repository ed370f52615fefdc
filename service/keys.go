package service

import (
	"context"
	"crypto/rand"
	"math/big"
	"sync"
	"time"

	"github.com/entente-ad/entente/access"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
)

// keyCache keeps the unsealed secrets of access keys in memory, so that
// checking a signature needs no decryption. An entry counts only as long as
// the key it was unsealed for is at the same revision.
type keyCache struct {
	mu      sync.RWMutex
	secrets map[string]cachedKey
}

type cachedKey struct {
	revision int64
	secret   secret.Text
}

func (c *keyCache) get(id string, revision int64) (secret.Text, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	k, ok := c.secrets[id]
	return k.secret, ok && k.revision == revision
}

func (c *keyCache) put(id string, revision int64, s secret.Text) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.secrets == nil {
		c.secrets = map[string]cachedKey{}
	}
	c.secrets[id] = cachedKey{revision, s}
}

func (c *keyCache) drop(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.secrets, id)
}

// unsealTimeout bounds the one read of a key's secret from the store.
const unsealTimeout = 5 * time.Second

// Key gives an access key and its secret; ok is false when there is no such
// key. It serves the check of signatures: only the first call for a key reads
// and unseals.
func (s *Service) Key(id string) (key access.Key, sec secret.Text, ok bool) {
	o, ok := store.AccessKeys.Get(s.store, id)
	if !ok {
		s.keys.drop(id)
		return access.Key{}, secret.Text{}, false
	}
	if sec, ok := s.keys.get(id, o.Revision); ok {
		return o.Value, sec, true
	}
	ctx, cancel := context.WithTimeout(context.Background(), unsealTimeout)
	defer cancel()
	sec, ok, err := s.store.Secret(ctx, access.SecretOf(id))
	if err != nil {
		s.cfg.Log.Error("cannot unseal an access key", "key", id, "error", err.Error())
	}
	if err != nil || !ok {
		return access.Key{}, secret.Text{}, false
	}
	s.keys.put(id, o.Revision, sec)
	return o.Value, sec, true
}

// newKeyID makes an id as AWS's look: "AKIA" and 16 of A–Z, 2–7.
func newKeyID() string { return "AKIA" + rand.Text()[:16] }

// newKeySecret makes 40 letters and digits, 238 bits.
func newKeySecret() secret.Text {
	const from = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, 40)
	for i := range b {
		n, _ := rand.Int(rand.Reader, big.NewInt(int64(len(from)))) // never fails, see random5
		b[i] = from[n.Int64()]
	}
	return secret.New(string(b))
}
