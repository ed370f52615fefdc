package lsa

import (
	"context"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/keyed"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/trust"
)

// ChannelKeyLife is how long the key of a trust stays in memory after it was
// read: reading it takes a second of a domain controller.
const ChannelKeyLife = 5 * time.Minute

// ReadChannelKey reads the NT hash of a trust's outgoing password from one of
// our domain controllers, in hexadecimal.
type ReadChannelKey func(ctx context.Context, from directory.Instance, partner directory.FQDN) (secret.Text, error)

// ChannelKeys keeps the keys of secure channels to partners for a while, none
// longer than ChannelKeyLife, and not at all once it was refused or its trust
// is gone. It is safe for concurrent use.
type ChannelKeys struct {
	read ReadChannelKey
	kept *keyed.Expiring[channelKeyID, secret.Text]
}

type channelKeyID struct {
	directory directory.ID
	dc        directory.DCID
	partner   directory.FQDN
}

// NewChannelKeys builds ChannelKeys without any key.
func NewChannelKeys(read ReadChannelKey) *ChannelKeys {
	return &ChannelKeys{read: read, kept: keyed.NewExpiring[channelKeyID, secret.Text](ChannelKeyLife)}
}

// Prove calls prove with the key of from's trust with partner. A kept key that
// is refused is read again once: the trust may have been made anew.
func (k *ChannelKeys) Prove(ctx context.Context, from directory.Instance, partner directory.FQDN,
	prove func(ctx context.Context, key secret.Text) (trust.VerifyResult, error),
) (trust.VerifyResult, error) {
	id := channelKeyID{from.Directory, from.DC.ID, partner}
	key, kept := k.kept.Get(id)
	if kept {
		r, err := prove(ctx, key)
		if err == nil && r.OK() {
			return r, nil
		}
		k.kept.Drop(id)
		if err != nil {
			return r, err
		}
	}
	key, err := k.read(ctx, from, partner)
	if err != nil {
		return trust.VerifyResult{}, err
	}
	r, err := prove(ctx, key)
	if err == nil && r.OK() {
		k.kept.Put(id, key)
	}
	return r, err
}

// Keep forgets the keys of all trusts that are not wanted.
func (k *ChannelKeys) Keep(wanted func(directory.ID, directory.FQDN) bool) {
	k.kept.Keep(func(id channelKeyID) bool { return wanted(id.directory, id.partner) })
}

// Close forgets all keys, and keeps none from now on.
func (k *ChannelKeys) Close() { k.kept.Close() }

// Len counts the keys in memory.
func (k *ChannelKeys) Len() int { return k.kept.Len() }
