package lsa

import (
	"context"

	"github.com/oiweiwei/gokrb5.fork/v9/messages"
	"github.com/oiweiwei/gokrb5.fork/v9/types"
)

// ServiceTicket is a ticket for one service with its session key, which is
// secret: it is not to be kept, logged or shown.
type ServiceTicket struct {
	Ticket messages.Ticket
	Key    types.EncryptionKey
	Client types.PrincipalName
	Realm  string // of Client
}

// String shows no key.
func (t ServiceTicket) String() string { return "ticket for " + t.Ticket.SName.PrincipalNameString() }

// CrossTicket walks across the trust as account c of our domain, as ProveTicket
// does, and gives the ticket for service ("ldap") on the partner's controller.
// Without a trust between them, ours and partner may be of one domain.
func CrossTicket(ctx context.Context, ours Target, c Credentials, partner Target, service string) (ServiceTicket, error) {
	ctx, cancel := withTimeout(ctx)
	defer cancel()
	granted, err := logOnKerberos(ctx, ours, c)
	if err != nil {
		return ServiceTicket{}, Failure("log on with Kerberos", ours.at(portKerberos), err)
	}
	walk := walker{name: granted.CName, cfg: kerberosConfig(ours.realm(), nil)}
	ticket, key := granted.Ticket, granted.DecryptedEncPart.Key
	if ours.realm() != partner.realm() {
		referral, err := walk.ask(ctx, ours, ticket, key, "krbtgt", partner.realm())
		if err != nil {
			return ServiceTicket{}, Failure("get a ticket for the realm "+partner.realm(), ours.at(portKerberos), err)
		}
		ticket, key = referral.Ticket, referral.DecryptedEncPart.Key
	}
	reply, err := walk.ask(ctx, partner, ticket, key, service, partner.Host)
	if err != nil {
		return ServiceTicket{}, Failure("get a ticket for "+service+"/"+partner.Host, partner.at(portKerberos), err)
	}
	return ServiceTicket{Ticket: reply.Ticket, Key: reply.DecryptedEncPart.Key, Client: granted.CName, Realm: ours.realm()}, nil
}
