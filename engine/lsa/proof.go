package lsa

import (
	"context"
	"slices"

	"github.com/oiweiwei/gokrb5.fork/v9/config"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/nametype"
	"github.com/oiweiwei/gokrb5.fork/v9/messages"
	"github.com/oiweiwei/gokrb5.fork/v9/types"
)

// TicketProof is a Kerberos ticket that one of our accounts was given for a
// service in the partner's domain: nothing short of it shows that the incoming
// direction works.
type TicketProof struct {
	Service string // "ldap/dc1.corp.example.com"
	Weak    bool   // the ticket that crosses the trust is under RC4, not AES
	Version int    // kvno of the trust key
}

// ProveTicket walks across the trust as account c of our domain: a ticket-
// granting ticket at our KDC, one for the partner's realm there, and one for
// the LDAP service of the partner's controller at the partner's KDC (RFC 4120
// 1.2). Its error holds a KRBError and says at which KDC the walk ended:
// errors of our KDC are about our side of the trust, those of the partner's
// KDC about the partner's side.
func ProveTicket(ctx context.Context, ours Target, c Credentials, partner Target) (TicketProof, error) {
	ctx, cancel := withTimeout(ctx)
	defer cancel()
	proof := TicketProof{Service: "ldap/" + partner.Host}
	granted, err := logOnKerberos(ctx, ours, c)
	if err != nil {
		return proof, Failure("log on with Kerberos", ours.at(portKerberos), err)
	}
	walk := walker{name: granted.CName, cfg: kerberosConfig(ours.realm(), nil)}

	referral, err := walk.ask(ctx, ours, granted.Ticket, granted.DecryptedEncPart.Key, "krbtgt", partner.realm())
	if err != nil {
		return proof, Failure("get a ticket for the realm "+partner.realm(), ours.at(portKerberos), err)
	}
	proof.Weak = !slices.Contains(aesTypes, referral.Ticket.EncPart.EType)
	proof.Version = referral.Ticket.EncPart.KVNO

	if _, err := walk.ask(ctx, partner, referral.Ticket, referral.DecryptedEncPart.Key, "ldap", partner.Host); err != nil {
		return proof, Failure("get a ticket for "+proof.Service, partner.at(portKerberos), err)
	}
	return proof, nil
}

// walker asks for one ticket after the other.
type walker struct {
	name types.PrincipalName
	cfg  *config.Config
}

// ask shows ticket to the KDC of at and asks it for service/host.
func (w walker) ask(ctx context.Context, at Target, ticket messages.Ticket, key types.EncryptionKey, service, host string) (messages.TGSRep, error) {
	var reply messages.TGSRep
	name := types.PrincipalName{NameType: nametype.KRB_NT_SRV_INST, NameString: []string{service, host}}
	request, err := messages.NewTGSReq(w.name, at.realm(), w.cfg, ticket, key, name, false)
	if err != nil {
		return reply, errNoTicket
	}
	b, err := request.Marshal()
	if err != nil {
		return reply, errNoTicket
	}
	answer, err := askKDC(ctx, at.dialer(), at.addr(portKerberos), b)
	if err != nil {
		return reply, err
	}
	if refusal, ok := parseKRBError(answer); ok {
		return reply, KRBError(refusal.ErrorCode)
	}
	if reply.Unmarshal(answer[4:]) != nil || reply.DecryptEncPart(key) != nil ||
		reply.DecryptedEncPart.Nonce != request.ReqBody.Nonce {
		return reply, errBroken
	}
	// A KDC may answer with a ticket for another realm instead.
	if got := reply.Ticket.SName.NameString; len(got) == 0 || got[0] != service {
		return reply, KDCErrServerUnknown
	}
	return reply, nil
}
