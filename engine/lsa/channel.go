package lsa

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/oiweiwei/go-msrpc/dcerpc"
	epm "github.com/oiweiwei/go-msrpc/msrpc/epm/epm/v3"
	logon "github.com/oiweiwei/go-msrpc/msrpc/nrpc/logon/v1"
	"github.com/oiweiwei/go-msrpc/ssp/credential"
	"github.com/oiweiwei/go-msrpc/ssp/crypto"
	"github.com/oiweiwei/go-msrpc/ssp/netlogon"
	"github.com/rs/zerolog"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/trust"
)

// Channel is who makes a secure channel to a partner, and with what.
type Channel struct {
	Ours     directory.FQDN // the trusting domain
	Computer string         // who makes it; not the name of a computer that has one of its own with the partner
	Key      secret.Text    // NT hash of the outgoing trust password, in hexadecimal
}

// channelCaps are what a secure channel is asked with: AES, and what servers
// of today insist on besides ([MS-NRPC] 3.1.4.2).
const channelCaps = netlogon.CapAES_SHA2 | netlogon.CapStrongKey | netlogon.CapSecureRPC | netlogon.CapNetrServerPasswordSet2

// errStranger says that the server does not know the trust password: it could
// not prove it, though it took ours.
var errStranger = errors.New("the partner's answer does not prove that it knows the trust password")

// ProveChannel makes a secure channel to the partner's controller dc as our
// domain controllers do, and drops it: both sides prove the trust password to
// one another (NetrServerReqChallenge, NetrServerAuthenticate3, [MS-NRPC]
// 3.4.1). A refusal by status is a result in NETLOGON's own Win32 codes, not
// an error: an error means that the question could not be put.
func ProveChannel(ctx context.Context, cfg Config, dc trust.PartnerDC, ch Channel) (trust.VerifyResult, error) {
	cfg = cfg.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, 3*cfg.Timeout)
	defer cancel()
	t := Target{Side: PartnerSide, Host: dc.Host, Address: dc.Address, Dial: cfg.Dial}
	err := proveByPipe(ctx, t, ch)
	port := portSMB
	if _, refused := errors.AsType[channelRefusal](err); err != nil && !refused && ctx.Err() == nil {
		// Windows may be told to take NETLOGON by its own port alone.
		if second := proveByPort(ctx, t, ch); !isUnreachable(second) {
			err, port = second, portEPM
		}
	}
	r := trust.VerifyResult{TrustedDC: strings.ToLower(dc.Host)}
	if refusal, ok := errors.AsType[channelRefusal](err); ok {
		r.Call = uint32(refusal.code())
		return r, nil
	}
	if err != nil {
		return trust.VerifyResult{}, Failure("make a secure channel", t.at(port), err)
	}
	return r, nil
}

// channelRefusal is the partner's no.
type channelRefusal struct{ status NTStatus }

func (r channelRefusal) Error() string { return r.status.Error() }

// code is the status as NETLOGON gives it to those who ask a controller.
func (r channelRefusal) code() Win32 {
	if row := rowOfNT(r.status); row != nil && row.win != 0 {
		return row.win
	}
	return ErrorTrustFailure
}

func isUnreachable(err error) bool {
	return err != nil && errs.KindOf(Failure("", "", err)) == errs.Unavailable
}

// proveByPipe goes by the named pipe, over a null session.
func proveByPipe(ctx context.Context, t Target, ch Channel) error {
	s, err := openSession(ctx, t, "netlogon", anonymousSecurity(), false)
	if err != nil {
		return err
	}
	defer s.cut()
	return s.during(ctx, func() error {
		client, err := logon.NewLogonClient(lifetime(), s.rpc, dcerpc.WithInsecure())
		if err != nil {
			return err
		}
		return prove(ctx, client, t, ch)
	})
}

// proveByPort goes by the port that the endpoint mapper names.
func proveByPort(ctx context.Context, t Target, ch Channel) error {
	s := &sockets{ctx: ctx, dial: t.dialer()}
	defer s.cut()
	defer context.AfterFunc(ctx, s.cut)()
	bind, quiet := lifetime(), dcerpc.WithLogger(zerolog.Nop())
	conn, err := dcerpc.Dial(bind, "ncacn_ip_tcp:"+t.Address.String(), dcerpc.WithDialer(s), quiet,
		epm.EndpointMapper(bind, t.addr(portEPM), dcerpc.WithInsecure(), dcerpc.WithDialer(s), quiet))
	if err != nil {
		return err
	}
	client, err := logon.NewLogonClient(bind, conn, dcerpc.WithInsecure())
	if err != nil {
		return err
	}
	return prove(ctx, client, t, ch)
}

// prove exchanges challenges and answers. The account is that of the trust,
// named as trusts between Active Directory domains are: by our domain's name
// with a dot.
func prove(ctx context.Context, client logon.LogonClient, t Target, ch Channel) error {
	key, err := hex.DecodeString(ch.Key.Reveal())
	if err != nil || len(key) != 16 {
		return errNoKey
	}
	ours := make([]byte, 8)
	_, _ = rand.Read(ours)
	server := `\\` + t.Host
	challenge, err := client.RequestChallenge(ctx, &logon.RequestChallengeRequest{
		PrimaryName: server, ComputerName: ch.Computer, ClientChallenge: &logon.Credential{Data: ours},
	})
	if err != nil {
		return refusedBy(err)
	}
	if challenge.ServerChallenge == nil || len(challenge.ServerChallenge.Data) != 8 {
		return errBroken
	}
	theirs := challenge.ServerChallenge.Data
	cred := credential.NewFromNTHashBytes("", key)
	session, err := netlogon.ComputeSessionKey(ctx, channelCaps, cred, ours, theirs)
	if err != nil {
		return errNoKey
	}
	answer, err := client.Authenticate3(ctx, &logon.Authenticate3Request{
		PrimaryName: server, AccountName: string(ch.Ours) + ".",
		SecureChannelType: logon.SecureChannelTypeTrustedDNSDomainSecureChannel, ComputerName: ch.Computer,
		ClientCredential: &logon.Credential{Data: channelProof(session, ours)}, NegotiateFlags: channelCaps,
	})
	if err != nil {
		return refusedBy(err)
	}
	if answer.NegotiateFlags&netlogon.CapAES_SHA2 == 0 {
		return errBroken // an answer to another question: we offered nothing weaker
	}
	if answer.ServerCredential == nil || subtle.ConstantTimeCompare(answer.ServerCredential.Data, channelProof(session, theirs)) != 1 {
		return errStranger
	}
	return nil
}

// errNoKey says that the trust password of our side could not be used.
var errNoKey = errors.New("our own side's trust password could not be read")

// refusedBy tells a status that NETLOGON answered from a failure to ask.
func refusedBy(err error) error {
	if code, ok := returnCode(err); ok {
		return channelRefusal{NTStatus(code)}
	}
	return err
}

// channelProof encrypts a challenge ([MS-NRPC] 3.1.4.4.1).
func channelProof(session, challenge []byte) []byte {
	return crypto.AES_CFB(session, make([]byte, 16), challenge, false)
}
