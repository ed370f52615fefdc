package lsa

import (
	"context"

	lsarpc "github.com/oiweiwei/go-msrpc/msrpc/lsad/lsarpc/v0"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
)

// SetEncryptionTypes writes msDS-SupportedEncryptionTypes of a trust
// (LsarSetInformationTrustedDomain class 13, [MS-LSAD] 3.1.4.7.15).
// errs.NotFound means there is no such trust.
func (c *Conn) SetEncryptionTypes(ctx context.Context, name directory.FQDN, e trust.EncryptionTypes) error {
	return c.lsaCall(ctx, "set the encryption types of the trust with "+string(name), func(ctx context.Context) error {
		h, err := c.openTrust(ctx, name, trustedAll)
		if err != nil {
			return err
		}
		defer c.closeHandle(ctx, h)
		_, err = c.client.SetInformationTrustedDomain(ctx, &lsarpc.SetInformationTrustedDomainRequest{
			TrustedDomain:    h,
			InformationClass: lsarpc.TrustedInformationClassDomainSupportedEncryptionTypes,
			TrustedDomainInformation: &lsarpc.TrustedDomainInfo{Value: &lsarpc.TrustedDomainInfo_TrustedDomainSETs{
				TrustedDomainSETs: &lsarpc.TrustedDomainSupportedEncryptionTypes{SupportedEncryptionTypes: uint32(e)},
			}},
		})
		return err
	})
}

// DeleteTrust deletes a trusted-domain object, and with it the interdomain
// account (LsarDeleteObject, [MS-LSAD] 3.1.4.4.3). errs.NotFound means there
// was none.
func (c *Conn) DeleteTrust(ctx context.Context, name directory.FQDN) error {
	return c.lsaCall(ctx, "delete the trust with "+string(name), func(ctx context.Context) error {
		h, err := c.openTrust(ctx, name, trustedDelete)
		if err != nil {
			return err
		}
		_, err = c.client.DeleteObject(ctx, &lsarpc.DeleteObjectRequest{Object: h})
		return err
	})
}

// openTrust opens a trusted-domain object by its DNS name.
func (c *Conn) openTrust(ctx context.Context, name directory.FQDN, access uint32) (*lsarpc.Handle, error) {
	answer, err := c.client.OpenTrustedDomainByName(ctx, &lsarpc.OpenTrustedDomainByNameRequest{
		Policy: c.policy, TrustedDomainName: wide(string(name)), DesiredAccess: access,
	})
	if err != nil {
		if status, ok := ntStatusOf(err); ok && status == StatusNoSuchDomain {
			return nil, StatusObjectNameNotFound
		}
		return nil, err
	}
	return answer.TrustedDomain, nil
}
