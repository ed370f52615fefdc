package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"github.com/oiweiwei/gokrb5.fork/v9/iana/errorcode"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/etypeID"
	"github.com/oiweiwei/gokrb5.fork/v9/messages"

	"github.com/entente-ad/entente/assessment"
	"github.com/entente-ad/entente/directory"
)

// kdc asks a KDC which encryption types it takes, for an account that every
// domain controller has: its own. clock is the KDC's.
func kdc(ctx context.Context, dial Dialer, a netip.Addr, domain directory.FQDN, host string) (assessment.Kerberos, time.Time, error) {
	var k assessment.Kerberos
	aes, err := askTicket(ctx, dial, a, domain, host+"$", offered[:2])
	if err != nil {
		return k, time.Time{}, err
	}
	rc4, err := askTicket(ctx, dial, a, domain, host+"$", []int32{etypeID.RC4_HMAC})
	if err != nil {
		return k, time.Time{}, err
	}
	k.AES, k.RC4, k.Stranger = takes(aes), takes(rc4), stranger(aes)
	if !k.AES {
		k.Detail = fmt.Sprintf("the KDC answers %s", errorcode.Lookup(aes.ErrorCode))
	}
	return k, aes.STime, nil
}

// takes reports whether the KDC's refusal is only that of a request without
// proof, or the granting of one that needs none.
func takes(answer messages.KRBError) bool {
	return answer.ErrorCode == errorcode.KDC_ERR_PREAUTH_REQUIRED || answer.ErrorCode == 0
}

// stranger reports whether the KDC does not know the account, and so belongs to
// another domain than was thought (RFC 4120 §7.5.9).
func stranger(answer messages.KRBError) bool {
	return answer.ErrorCode == errorcode.KDC_ERR_C_PRINCIPAL_UNKNOWN || answer.ErrorCode == errorcode.KDC_ERR_WRONG_REALM
}

var errNotKDC = errors.New("what answers on TCP 88 is no KDC")

// askTicket sends a request without proof over TCP and gives the KDC's
// refusal, whose code is 0 where it grants the ticket all the same.
func askTicket(ctx context.Context, dial Dialer, a netip.Addr, domain directory.FQDN, user string, encryption []int32) (messages.KRBError, error) {
	var answer messages.KRBError
	request, err := ticketRequest(domain, user, encryption)
	if err != nil {
		return answer, err
	}
	c, done, err := open(ctx, dial, "tcp", join(a, portKerberos))
	if err != nil {
		return answer, err
	}
	defer done()
	if _, err := c.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(request))), request...)); err != nil {
		return answer, err
	}
	head := make([]byte, 4)
	if _, err := io.ReadFull(c, head); err != nil {
		return answer, err
	}
	size := binary.BigEndian.Uint32(head)
	if size == 0 || size > 1<<16 {
		return answer, errNotKDC
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(c, b); err != nil {
		return answer, err
	}
	const asReply = 0x6b // [APPLICATION 11]
	if b[0] == asReply {
		return answer, nil
	}
	if err := answer.Unmarshal(b); err != nil {
		return answer, errNotKDC
	}
	return answer, nil
}
