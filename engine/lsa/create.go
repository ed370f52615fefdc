package lsa

import (
	"context"
	"crypto/aes"
	"crypto/rand"
	"errors"
	"time"

	lsarpc "github.com/oiweiwei/go-msrpc/msrpc/lsad/lsarpc/v0"
	"github.com/oiweiwei/go-msrpc/ssp/gssapi"

	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/trust"
)

// Access rights to a trusted domain ([MS-LSAD] 2.2.1.1.5).
const (
	trustedAll    = 0xF007F
	trustedDelete = 0x10000
)

// CreateTrust writes a trusted-domain object with its secrets, and with the
// incoming direction the interdomain account that belongs to it. The secrets
// travel under AES where the server offers it (LsarCreateTrustedDomainEx3,
// [MS-LSAD] 3.1.4.7.17), else under RC4 (LsarCreateTrustedDomainEx2), inside
// the sealed session either way. Encryption types and forest trust
// information are further steps. At OurSide it first removes the interdomain
// account of the partner's NetBIOS name that a half-deleted trust left, should
// it be in the way. Errors: errs.Exists when a trust with the
// same DNS name, NetBIOS name or SID is there, errs.Invalid when the partner
// has our own names or the object is not acceptable.
func (c *Conn) CreateTrust(ctx context.Context, t trust.NewTDO) error {
	step := "create the trust with " + string(t.DNSName)
	where := c.target.at(portSMB)
	if t.Attributes&trust.AttrCrossOrganization != 0 {
		return errs.E(errs.Unsupported, "cannot %s: %s: Samba ignores every trust with the attribute 0x10 (selective authentication)", step, where)
	}
	if t.Password.Empty() {
		return errs.E(errs.Invalid, "cannot %s: %s: the trust password is empty", step, where)
	}
	info, err := wireTDO(t.TDO)
	if err != nil {
		return errs.E(errs.Invalid, "cannot %s: %s: %q is not the SID of a domain", step, where, t.SID)
	}
	secrets := secretPair{at: time.Now()}
	if t.Direction.HasOutgoing() {
		secrets.outgoing = t.Password.Reveal()
	}
	if t.Direction.HasIncoming() {
		secrets.incoming = t.Password.Reveal()
	}
	plain, err := encodeSecrets(secrets)
	if err != nil {
		return errs.E(errs.Invalid, "cannot %s: %s: %v", step, where, err)
	}
	defer clear(plain)
	return c.lsaCall(ctx, step, func(ctx context.Context) error {
		handle, err := c.create(ctx, info, plain)
		if c.target.Side == OurSide && errors.Is(typedNT(err), StatusDomainExists) {
			if removed, failed := c.removeOrphan(ctx, string(t.NetBIOSName)); failed == nil && removed {
				handle, err = c.create(ctx, info, plain)
			}
		}
		if err != nil {
			return err
		}
		c.closeHandle(ctx, handle)
		return nil
	})
}

// create chooses the call and encrypts the secrets for it.
func (c *Conn) create(ctx context.Context, info *lsarpc.TrustedDomainInformationEx, plain []byte) (*lsarpc.Handle, error) {
	// The SMB 3 application key, as there is no authentication on the pipe
	// itself ([MS-LSAD] 5.1, [MS-SMB2] 3.3.4.6).
	key, _ := gssapi.GetAttribute(c.client.Conn().Context(), gssapi.AttributeSMBEffectiveSessionKey)
	sessionKey, ok := key.([]byte)
	if !ok || len(sessionKey) < 16 {
		return nil, NTStatus(0xC0000202)
	}
	sessionKey = sessionKey[:16]
	if c.aes {
		iv := make([]byte, aes.BlockSize)
		if _, err := rand.Read(iv); err != nil {
			return nil, err
		}
		sealed, err := encryptAES(sessionKey, plain, iv)
		if err != nil {
			return nil, err
		}
		answer, err := c.client.CreateTrustedDomainEx3(ctx, &lsarpc.CreateTrustedDomainEx3Request{
			Policy: c.policy, TrustedDomainInformation: info, DesiredAccess: trustedAll,
			AuthenticationInformation: &lsarpc.TrustedDomainAuthInformationInternalAES{
				AuthData: sealed.authData, Salt: sealed.salt,
				CipherLength: uint32(len(sealed.cipher)), Cipher: sealed.cipher,
			},
		})
		if err != nil {
			return nil, err
		}
		return answer.TrustedDomain, nil
	}
	sealed, err := encryptRC4(sessionKey, plain)
	if err != nil {
		return nil, err
	}
	answer, err := c.client.CreateTrustedDomainEx2(ctx, &lsarpc.CreateTrustedDomainEx2Request{
		Policy: c.policy, TrustedDomainInformation: info, DesiredAccess: trustedAll,
		AuthenticationInformation: &lsarpc.TrustedDomainAuthInformationInternal{
			AuthBlob: &lsarpc.TrustedDomainAuthBlob{AuthSize: uint32(len(sealed)), AuthBlob: sealed},
		},
	})
	if err != nil {
		return nil, err
	}
	return answer.TrustedDomain, nil
}

// closeHandle gives a handle back; the connection's end would do it too.
func (c *Conn) closeHandle(ctx context.Context, h *lsarpc.Handle) {
	if h != nil {
		_, _ = c.client.Close(ctx, &lsarpc.CloseRequest{Object: h})
	}
}
