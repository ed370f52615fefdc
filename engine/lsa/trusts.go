package lsa

import (
	"context"
	"errors"

	lsarpc "github.com/oiweiwei/go-msrpc/msrpc/lsad/lsarpc/v0"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
)

// Trust reads one trusted-domain object with its encryption types and forest
// trust information. errs.NotFound means there is none.
func (c *Conn) Trust(ctx context.Context, name directory.FQDN) (trust.TDO, error) {
	var tdo trust.TDO
	err := c.lsaCall(ctx, "read the trust with "+string(name), func(ctx context.Context) error {
		w, err := queryTrust[*lsarpc.TrustedDomainInformationEx](ctx, c, name, lsarpc.TrustedInformationClassDomainInformationEx)
		if err != nil {
			return err
		}
		tdo = tdoOf(w)
		e, err := queryTrust[*lsarpc.TrustedDomainSupportedEncryptionTypes](ctx, c, name, lsarpc.TrustedInformationClassDomainSupportedEncryptionTypes)
		if err != nil {
			return err
		}
		tdo.EncryptionTypes = trust.EncryptionTypes(e.SupportedEncryptionTypes)
		if tdo.Type == trust.Forest {
			tdo.ForestInfo, err = c.forestInfo(ctx, name)
		}
		return err
	})
	if err != nil {
		return trust.TDO{}, err
	}
	return tdo, nil
}

// queryTrust reads one class of information (LsarQueryTrustedDomainInfo
// ByName, [MS-LSAD] 3.1.4.7.5).
func queryTrust[T any](ctx context.Context, c *Conn, name directory.FQDN, class lsarpc.TrustedInformationClass) (T, error) {
	var none T
	answer, err := c.client.QueryTrustedDomainInfoByName(ctx, &lsarpc.QueryTrustedDomainInfoByNameRequest{
		Policy: c.policy, TrustedDomainName: wide(string(name)), InformationClass: class,
	})
	if err != nil {
		// [MS-LSAD] has two statuses for a name that is not there.
		if status, ok := ntStatusOf(err); ok && status == StatusNoSuchDomain {
			return none, StatusObjectNameNotFound
		}
		return none, err
	}
	info, ok := answer.TrustedDomainInformation.GetValue().(T)
	if !ok {
		return none, errBroken
	}
	return info, nil
}

// enumBytes is how much one enumeration answer may hold.
const enumBytes = 0x10000

// Trusts lists all trusted-domain objects, without encryption types and
// forest trust information (LsarEnumerateTrustedDomainsEx, [MS-LSAD]
// 3.1.4.7.6).
func (c *Conn) Trusts(ctx context.Context) ([]trust.TDO, error) {
	var list []trust.TDO
	err := c.lsaCall(ctx, "list the trusts of "+string(c.target.Realm), func(ctx context.Context) (err error) {
		list, err = c.trusts(ctx)
		return err
	})
	return list, err
}

// trusts is Trusts within a call.
func (c *Conn) trusts(ctx context.Context) ([]trust.TDO, error) {
	var list []trust.TDO
	seen := map[directory.FQDN]bool{}
	for resume := uint32(0); ; {
		answer, err := c.client.EnumerateTrustedDomainsEx(ctx, &lsarpc.EnumerateTrustedDomainsExRequest{
			Policy: c.policy, EnumerationContext: resume, PreferredMaximumLength: enumBytes,
		})
		more := errors.Is(typedNT(err), StatusMoreEntries)
		if err != nil && !more {
			if errors.Is(typedNT(err), StatusNoMoreEntries) {
				return list, nil
			}
			return nil, err
		}
		grown := false
		if answer.EnumerationBuffer != nil {
			for _, w := range answer.EnumerationBuffer.EnumerationBuffer {
				if tdo := tdoOf(w); !seen[tdo.DNSName] {
					seen[tdo.DNSName], grown = true, true
					list = append(list, tdo)
				}
			}
		}
		// Samba may set the resume value back: stop when nothing is new.
		if !more || !grown {
			return list, nil
		}
		resume = answer.EnumerationContext
	}
}

// typedNT gives err as NTStatus, or err itself when it is none.
func typedNT(err error) error {
	if s, ok := ntStatusOf(err); ok {
		return s
	}
	return err
}
