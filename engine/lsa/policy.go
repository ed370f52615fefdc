package lsa

import (
	"context"
	"strings"

	lsarpc "github.com/oiweiwei/go-msrpc/msrpc/lsad/lsarpc/v0"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
)

// Access rights to a policy ([MS-LSAD] 2.2.1.1.2).
const (
	policyViewLocal    = 0x1
	policyTrustAdmin   = 0x8
	policyCreateSecret = 0x20
	policyAll          = policyViewLocal | policyTrustAdmin | policyCreateSecret
)

// featureAES is LSA_FEATURE_TDO_AUTH_INFO_AES_CIPHER ([MS-LSAD] 2.2.2.4).
const featureAES = 0x1

// openPolicy opens the policy: OpenPolicy3 where there is one, which tells
// whether trust secrets may travel under AES, else OpenPolicy2.
func (c *Conn) openPolicy(ctx context.Context) error {
	switch {
	case c.creds == nil:
		return c.openPolicy2(ctx, policyViewLocal)
	case c.old:
		return c.openPolicy2(ctx, policyAll)
	}
	answer, err := c.client.OpenPolicy3(ctx, &lsarpc.OpenPolicy3Request{
		ObjectAttributes: &lsarpc.ObjectAttributes{},
		DesiredAccess:    policyAll,
		InVersion:        1,
		InRevisionInfo: &lsarpc.RevisionInfo{Value: &lsarpc.RevisionInfo_V1{
			V1: &lsarpc.RevisionInfoV1{Revision: 1, SupportedFeatures: featureAES},
		}},
	})
	if err == nil {
		c.policy = answer.Policy
		if v1, ok := answer.OutRevisionInfo.GetValue().(*lsarpc.RevisionInfoV1); ok && v1 != nil {
			c.aes = v1.SupportedFeatures&featureAES != 0
		}
		return nil
	}
	status, told := ntStatusOf(err)
	if told && status == StatusProcnumOutOfRange {
		return c.openPolicy2(ctx, policyAll)
	}
	c.old = !told || status == StatusAccessDenied
	return err
}

func (c *Conn) openPolicy2(ctx context.Context, access uint32) error {
	answer, err := c.client.OpenPolicy2(ctx, &lsarpc.OpenPolicy2Request{
		ObjectAttributes: &lsarpc.ObjectAttributes{},
		DesiredAccess:    access,
	})
	if err != nil {
		return err
	}
	c.policy = answer.Policy
	return nil
}

// Identity reads names and SID of the controller's domain (LsarQuery
// InformationPolicy2, PolicyDnsDomainInformation, [MS-LSAD] 3.1.4.4.5).
func (c *Conn) Identity(ctx context.Context) (trust.Identity, error) {
	var id trust.Identity
	err := c.lsaCall(ctx, "read the names of "+string(c.target.Realm), func(ctx context.Context) error {
		answer, err := c.client.QueryInformationPolicy2(ctx, &lsarpc.QueryInformationPolicy2Request{
			Policy:           c.policy,
			InformationClass: lsarpc.PolicyInformationClassDNSDomainInformation,
		})
		if err != nil {
			return err
		}
		info, ok := answer.PolicyInformation.GetValue().(*lsarpc.PolicyDNSDomainInfo)
		if !ok || info == nil {
			return errBroken
		}
		id = trust.Identity{
			DNSName:     fqdn(info.DNSDomainName),
			Forest:      fqdn(info.DNSForestName),
			NetBIOSName: directory.NetBIOSName(strings.ToUpper(text(info.Name))),
			SID:         sidText(info.SID),
		}
		if info.DomainGUID != nil {
			id.GUID = info.DomainGUID.UUID().String()
		}
		return nil
	})
	return id, err
}
