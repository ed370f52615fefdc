package lsa

import (
	"context"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
)

// Conn is an authenticated session with one domain controller.
type Conn struct{}

// Dial logs on to t with c and opens its LSA policy.
func Dial(ctx context.Context, t Target, c Credentials) (*Conn, error) { panic("soon") }

// Identity reads the names and SID of the controller's domain.
func (c *Conn) Identity(ctx context.Context) (trust.Identity, error) { panic("soon") }

// Trust reads one trusted-domain object. errs.NotFound means there is none.
func (c *Conn) Trust(ctx context.Context, name directory.FQDN) (trust.TDO, error) { panic("soon") }

// Trusts lists all trusted-domain objects, without encryption types and
// forest trust information.
func (c *Conn) Trusts(ctx context.Context) ([]trust.TDO, error) { panic("soon") }

// CreateTrust writes a trusted-domain object with its secrets. errs.Exists
// means one with the same DNS name, NetBIOS name or SID is there.
func (c *Conn) CreateTrust(ctx context.Context, t trust.NewTDO) error { panic("soon") }

// SetEncryptionTypes writes msDS-SupportedEncryptionTypes of a trust.
func (c *Conn) SetEncryptionTypes(ctx context.Context, name directory.FQDN, e trust.EncryptionTypes) error {
	panic("soon")
}

// ForestInfo reads the forest trust information of a trust; nil when it has none.
func (c *Conn) ForestInfo(ctx context.Context, name directory.FQDN) ([]trust.ForestRecord, error) {
	panic("soon")
}

// SetForestInfo replaces the forest trust information of a trust.
func (c *Conn) SetForestInfo(ctx context.Context, name directory.FQDN, records []trust.ForestRecord) error {
	panic("soon")
}

// DeleteTrust deletes a trusted-domain object and with it the interdomain
// account. errs.NotFound means there was none.
func (c *Conn) DeleteTrust(ctx context.Context, name directory.FQDN) error { panic("soon") }

// Rediscover drops the cached secure channel to domain and makes a new one
// (NETLOGON_CONTROL_REDISCOVER). Its error, if any, holds a Win32 status.
func (c *Conn) Rediscover(ctx context.Context, domain directory.FQDN) error { panic("soon") }

// Verify asks NETLOGON whether the outgoing direction works
// (NETLOGON_CONTROL_TC_VERIFY). A refusal by status is a result, not an
// error: an error means that the question could not be asked.
func (c *Conn) Verify(ctx context.Context, domain directory.FQDN) (trust.VerifyResult, error) {
	panic("soon")
}

// ChangePassword rolls the outgoing trust password on both sides
// (NETLOGON_CONTROL_CHANGE_PASSWORD). Only the PDC emulator does it.
func (c *Conn) ChangePassword(ctx context.Context, domain directory.FQDN) error { panic("soon") }

// Close ends the session.
func (c *Conn) Close() error { panic("soon") }
