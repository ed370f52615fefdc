package lsa

import (
	"context"
	"strings"

	"github.com/oiweiwei/go-msrpc/dcerpc"
	"github.com/oiweiwei/go-msrpc/msrpc/dtyp"
	lsarpc "github.com/oiweiwei/go-msrpc/msrpc/lsad/lsarpc/v0"
	samr "github.com/oiweiwei/go-msrpc/msrpc/samr/samr/v1"
)

// samMaximum is MAXIMUM_ALLOWED ([MS-SAMR] 2.2.1.1).
const samMaximum = 0x02000000

// accountInterdomain is USER_INTERDOMAIN_TRUST_ACCOUNT ([MS-SAMR] 2.2.1.12).
const accountInterdomain = 0x40

// removeOrphan deletes the interdomain account that a half-deleted trust left
// and that keeps a new one from being made. It reports whether it did: the
// account must be of that type, and no trust may have that NetBIOS name.
func (c *Conn) removeOrphan(ctx context.Context, netbios string) (bool, error) {
	held, err := c.trusts(ctx)
	if err != nil {
		return false, err
	}
	for _, t := range held {
		if strings.EqualFold(string(t.NetBIOSName), netbios) {
			return false, nil
		}
	}
	removed := false
	err = c.connect(ctx, "samr", func(s *session) error {
		defer s.close()
		client, err := samr.NewSamrClient(lifetime(), s.rpc, dcerpc.WithInsecure())
		if err != nil {
			return err
		}
		domain, err := c.openDomain(ctx, client)
		if err != nil {
			return err
		}
		removed, err = removeInterdomain(ctx, client, domain, netbios+"$")
		return err
	})
	return removed, err
}

// openDomain opens the account domain of the controller.
func (c *Conn) openDomain(ctx context.Context, client samr.SamrClient) (*samr.Handle, error) {
	policy, err := c.client.QueryInformationPolicy2(ctx, &lsarpc.QueryInformationPolicy2Request{
		Policy: c.policy, InformationClass: lsarpc.PolicyInformationClassDNSDomainInformation,
	})
	if err != nil {
		return nil, err
	}
	info, ok := policy.PolicyInformation.GetValue().(*lsarpc.PolicyDNSDomainInfo)
	if !ok || info == nil {
		return nil, errBroken
	}
	server, err := client.Connect2(ctx, &samr.Connect2Request{DesiredAccess: samMaximum})
	if err != nil {
		return nil, err
	}
	domain, err := client.OpenDomain(ctx, &samr.OpenDomainRequest{
		Server: server.Server, DesiredAccess: samMaximum, DomainID: info.SID,
	})
	if err != nil {
		return nil, err
	}
	return domain.Domain, nil
}

// removeInterdomain deletes the account of that name when it is that of a
// trust.
func removeInterdomain(ctx context.Context, client samr.SamrClient, domain *samr.Handle, name string) (bool, error) {
	found, err := client.LookupNamesInDomain(ctx, &samr.LookupNamesInDomainRequest{
		Domain: domain, Count: 1, Names: []*dtyp.UnicodeString{wide(name)},
	})
	if err != nil {
		return false, err
	}
	if found.RelativeIDs == nil || len(found.RelativeIDs.Element) != 1 {
		return false, errBroken
	}
	user, err := client.OpenUser(ctx, &samr.OpenUserRequest{
		Domain: domain, DesiredAccess: samMaximum, UserID: found.RelativeIDs.Element[0],
	})
	if err != nil {
		return false, err
	}
	is, err := client.QueryInformationUser(ctx, &samr.QueryInformationUserRequest{
		UserHandle: user.UserHandle, UserInformationClass: samr.UserInformationClassControlInformation,
	})
	if err != nil {
		return false, err
	}
	control, ok := is.Buffer.GetValue().(*samr.UserControlInformation)
	if !ok || control == nil || control.UserAccountControl&accountInterdomain == 0 {
		return false, nil
	}
	if _, err := client.DeleteUser(ctx, &samr.DeleteUserRequest{UserHandle: user.UserHandle}); err != nil {
		return false, err
	}
	return true, nil
}
