package lsatest

import (
	"context"
	"slices"
	"strconv"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/lsa"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/trust"
)

// Conn is what *lsa.Conn does; Run asks for no more.
type Conn interface {
	Identity(ctx context.Context) (trust.Identity, error)
	Trust(ctx context.Context, name directory.FQDN) (trust.TDO, error)
	Trusts(ctx context.Context) ([]trust.TDO, error)
	CreateTrust(ctx context.Context, t trust.NewTDO) error
	SetEncryptionTypes(ctx context.Context, name directory.FQDN, e trust.EncryptionTypes) error
	ForestInfo(ctx context.Context, name directory.FQDN) ([]trust.ForestRecord, error)
	SetForestInfo(ctx context.Context, name directory.FQDN, records []trust.ForestRecord) error
	DeleteTrust(ctx context.Context, name directory.FQDN) error
	Rediscover(ctx context.Context, domain directory.FQDN) error
	Verify(ctx context.Context, domain directory.FQDN) (trust.VerifyResult, error)
	ChangePassword(ctx context.Context, domain directory.FQDN) error
	Close() error
}

var (
	_ Conn = (*lsa.Conn)(nil)
	_ Conn = (*Session)(nil)
)

// Session is a Conn to a controller in memory.
type Session struct {
	c     *Controller
	side  string
	admin bool
}

// Operation names, for Controller.FailNext.
const (
	OpCreateTrust        = "CreateTrust"
	OpSetEncryptionTypes = "SetEncryptionTypes"
	OpSetForestInfo      = "SetForestInfo"
	OpDeleteTrust        = "DeleteTrust"
	OpRediscover         = "Rediscover"
	OpVerify             = "Verify"
	OpChangePassword     = "ChangePassword"
)

// do runs one operation under the world's lock, unless the controller is off
// or the test wants a failure, before or after the effect.
func (s *Session) do(ctx context.Context, op, step string, fn func() error) error {
	w := s.c.domain.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return s.failure(step, err)
	}
	if !s.c.up {
		return s.failure(step, context.DeadlineExceeded)
	}
	f, planned := s.c.nextFault(op)
	if planned && !f.done {
		return s.failure(step, f.err)
	}
	w.calls = append(w.calls, s.c.Host+" "+op)
	if err := fn(); err != nil {
		return s.failure(step, err)
	}
	if planned {
		return s.failure(step, f.err)
	}
	return nil
}

func (s *Session) failure(step string, err error) error {
	t := lsa.Target{Side: s.side, Host: s.c.Host, Address: s.c.Address}
	return lsa.Failure(step, t.SMB(), err)
}

// Identity gives the domain's names and SID.
func (s *Session) Identity(ctx context.Context) (id trust.Identity, err error) {
	err = s.do(ctx, "Identity", "read the names of the domain", func() error { id = s.c.domain.identity; return nil })
	return id, err
}

// Trust reads one object.
func (s *Session) Trust(ctx context.Context, name directory.FQDN) (tdo trust.TDO, err error) {
	err = s.do(ctx, "Trust", "read the trust with "+string(name), func() error {
		o := s.c.domain.trusts[name]
		if o == nil {
			return lsa.StatusObjectNameNotFound
		}
		tdo = o.tdo
		tdo.ForestInfo = slices.Clone(o.tdo.ForestInfo)
		return nil
	})
	return tdo, err
}

// Trusts lists the objects, without encryption types and forest information.
func (s *Session) Trusts(ctx context.Context) (list []trust.TDO, err error) {
	err = s.do(ctx, "Trusts", "list the trusts", func() error {
		for _, o := range s.c.domain.trusts {
			tdo := o.tdo
			tdo.EncryptionTypes, tdo.ForestInfo = 0, nil
			list = append(list, tdo)
		}
		return nil
	})
	return list, err
}

// CreateTrust makes an object, and the account that its incoming direction needs.
func (s *Session) CreateTrust(ctx context.Context, t trust.NewTDO) error {
	step := "create the trust with " + string(t.DNSName)
	if t.Attributes&trust.AttrCrossOrganization != 0 {
		return errs.E(errs.Unsupported, "cannot %s: Samba ignores every trust with the attribute 0x10", step)
	}
	if t.Password.Empty() {
		return errs.E(errs.Invalid, "cannot %s: the trust password is empty", step)
	}
	return s.do(ctx, OpCreateTrust, step, func() error {
		if !s.admin {
			return lsa.StatusAccessDenied
		}
		d := s.c.domain
		if t.DNSName == d.identity.DNSName || t.NetBIOSName == d.identity.NetBIOSName || t.SID == d.identity.SID {
			return lsa.StatusCurrentDomain
		}
		for _, o := range d.trusts {
			if o.tdo.DNSName == t.DNSName || o.tdo.NetBIOSName == t.NetBIOSName || o.tdo.SID == t.SID {
				return lsa.StatusObjectNameCollision
			}
		}
		if t.Direction.HasIncoming() && d.accounts[t.NetBIOSName] {
			return lsa.StatusDomainExists
		}
		o := &object{tdo: t.TDO}
		o.tdo.EncryptionTypes, o.tdo.ForestInfo = 0, nil
		o.tdo.Type = trust.TypeOf(t.Attributes)
		if t.Direction.HasOutgoing() {
			o.outgoing = t.Password.Reveal()
		}
		if t.Direction.HasIncoming() {
			o.incoming = t.Password.Reveal()
			o.account = d.world.next()
		}
		d.trusts[t.DNSName] = o
		s.c.load()
		return nil
	})
}

// SetEncryptionTypes sets msDS-SupportedEncryptionTypes.
func (s *Session) SetEncryptionTypes(ctx context.Context, name directory.FQDN, e trust.EncryptionTypes) error {
	return s.change(ctx, OpSetEncryptionTypes, "set the encryption types of the trust with "+string(name), name, func(o *object) error {
		o.tdo.EncryptionTypes = e
		return nil
	})
}

// ForestInfo reads the forest trust information; nil when there is none.
func (s *Session) ForestInfo(ctx context.Context, name directory.FQDN) ([]trust.ForestRecord, error) {
	tdo, err := s.Trust(ctx, name)
	return tdo.ForestInfo, err
}

// SetForestInfo replaces the forest trust information.
func (s *Session) SetForestInfo(ctx context.Context, name directory.FQDN, records []trust.ForestRecord) error {
	return s.change(ctx, OpSetForestInfo, "set the forest trust information of "+string(name), name, func(o *object) error {
		switch {
		case s.c != s.c.domain.controllers[0]:
			return lsa.StatusInvalidDomainRole
		case o.tdo.Type != trust.Forest:
			return lsa.StatusInvalidParameter
		}
		o.tdo.ForestInfo = slices.Clone(records)
		return nil
	})
}

func (s *Session) change(ctx context.Context, op, step string, name directory.FQDN, fn func(*object) error) error {
	return s.do(ctx, op, step, func() error {
		if !s.admin {
			return lsa.StatusAccessDenied
		}
		o := s.c.domain.trusts[name]
		if o == nil {
			return lsa.StatusObjectNameNotFound
		}
		return fn(o)
	})
}

// DeleteTrust deletes the object and its account. winbindd forgets nothing.
func (s *Session) DeleteTrust(ctx context.Context, name directory.FQDN) error {
	return s.change(ctx, OpDeleteTrust, "delete the trust with "+string(name), name, func(*object) error {
		delete(s.c.domain.trusts, name)
		return nil
	})
}

// Rediscover makes a new secure channel.
func (s *Session) Rediscover(ctx context.Context, name directory.FQDN) error {
	return s.do(ctx, OpRediscover, "renew the secure channel to "+string(name), func() error { return s.c.rediscover(name, s.admin) })
}

// Verify checks the outgoing direction.
func (s *Session) Verify(ctx context.Context, name directory.FQDN) (r trust.VerifyResult, err error) {
	err = s.do(ctx, OpVerify, "verify the trust with "+string(name), func() error { r = s.c.verify(name, s.admin); return nil })
	return r, err
}

// ChangePassword rolls the outgoing password on both sides.
func (s *Session) ChangePassword(ctx context.Context, name directory.FQDN) error {
	return s.do(ctx, OpChangePassword, "roll the trust password with "+string(name), func() error {
		d := s.c.domain
		switch {
		case !s.admin:
			return lsa.ErrorAccessDenied
		case s.c != d.controllers[0]:
			return lsa.ErrorInvalidDomainRole
		}
		if err := s.c.rediscover(name, true); err != nil {
			return err
		}
		ours, theirs := d.trusts[name], d.world.domains[name].trusts[d.identity.DNSName]
		ours.outgoing = "rolled-" + strconv.FormatUint(d.world.next(), 10)
		theirs.incoming, theirs.previous = ours.outgoing, theirs.incoming
		return nil
	})
}

// Close ends nothing.
func (*Session) Close() error { return nil }
