package trusts

import (
	"context"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
)

// Side is a session with one domain controller of ours, logged on as the
// directory's Administrator. *lsa.Conn is one. Calls are made one at a time.
// Each may be repeated; errs.NotFound and errs.Exists are told by their kind.
type Side interface {
	// Trust reads the object for a partner, with its encryption types and
	// forest trust information; errs.NotFound when there is none.
	Trust(ctx context.Context, name directory.FQDN) (trust.TDO, error)
	// CreateTrust writes an object with its secrets; errs.Exists when its DNS
	// name, NetBIOS name or SID is taken.
	CreateTrust(ctx context.Context, t trust.NewTDO) error
	SetEncryptionTypes(ctx context.Context, name directory.FQDN, e trust.EncryptionTypes) error
	// SetForestInfo replaces the forest trust information; only the PDC
	// emulator takes it.
	SetForestInfo(ctx context.Context, name directory.FQDN, records []trust.ForestRecord) error
	// DeleteTrust deletes the object and its interdomain trust account.
	DeleteTrust(ctx context.Context, name directory.FQDN) error
	// Rediscover drops the DC's cached secure channel and makes a new one.
	Rediscover(ctx context.Context, name directory.FQDN) error
	// Verify asks the DC's NETLOGON. A refusal is a result; an error means
	// that the question could not be asked.
	Verify(ctx context.Context, name directory.FQDN) (trust.VerifyResult, error)
	// ChangePassword rolls the outgoing trust password; PDC emulator only.
	ChangePassword(ctx context.Context, name directory.FQDN) error
	Close() error
}

// Opener opens a Side: it dials from inside the DC's network namespace, with
// the sealed password directory.SecretAdministrator. A DC that is down is an
// error within a few seconds.
type Opener func(ctx context.Context, dc directory.Instance) (Side, error)

// Finder looks at a partner from the network namespace of one of our DCs,
// through that DC's DNS forwarder, without credentials.
type Finder interface {
	// Find is lsa.Discover: DNS, CLDAP, identity, clocks. An error carries the
	// cause for Explain.
	Find(ctx context.Context, from directory.Instance, domain directory.FQDN) (trust.Partner, error)
	// Side is lsa.PartnerTrust: the partner's own object for the domain ours,
	// as seen from the partner. errs.NotFound: it holds none. Any other error:
	// it does not tell.
	Side(ctx context.Context, from directory.Instance, dc trust.PartnerDC, ours directory.FQDN) (trust.TDO, error)
}

// Controller handles a domain controller of ours from outside its protocols.
// engine/samba is one.
type Controller interface {
	// ReloadConfig makes winbindd look for new trusts
	// ("smbcontrol winbindd reload-config" inside the DC).
	ReloadConfig(ctx context.Context, dc directory.Instance) error
	// RestartWinbindd restarts winbindd alone, and returns when it answers.
	RestartWinbindd(ctx context.Context, dc directory.Instance) error
	// Replicate makes to pull the domain partition from from, and returns when
	// it has it.
	Replicate(ctx context.Context, to, from directory.Instance) error
}

// Channels makes secure channels to partners by itself, where a DC's own way
// is closed.
type Channels interface {
	// Prove is lsa.ProveChannel, with the trust password that our DC from
	// holds: NETLOGON of the partner's controller dc takes it, or says why not.
	Prove(ctx context.Context, from directory.Instance, dc trust.PartnerDC, partner directory.FQDN) (trust.VerifyResult, error)
}

// Explainer turns an error of Side, Finder or Controller into cause and
// words: lsa.Explain. Two errors of one kind are worded alike, without ports of
// our end and without times, so that a trust that fails on is not written anew
// at each look.
type Explainer func(err error) trust.Fault
