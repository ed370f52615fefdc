package lsa

import (
	"context"
	"errors"
	"strings"

	logon "github.com/oiweiwei/go-msrpc/msrpc/nrpc/logon/v1"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
)

// Function codes of NetrLogonControl2Ex ([MS-NRPC] 3.5.4.9.1).
const (
	controlRediscover     = 5
	controlChangePassword = 9
	controlVerify         = 10
)

// Rediscover makes the controller drop its cached secure channel to domain
// and make a new one. It comes before each Verify: after a trust was created
// again, a cached channel names the account that is gone, and Samba never
// gets over that by itself (status 1331). Its error holds a Win32 status.
func (c *Conn) Rediscover(ctx context.Context, domain directory.FQDN) error {
	_, err := c.logonControl(ctx, "renew the secure channel to "+string(domain), controlRediscover, 2, domain)
	return err
}

// Verify asks NETLOGON whether the outgoing direction works: a secure channel
// to the partner, and a comparison of the trust passwords. A refusal by
// status is a result, not an error: an error means that the question could
// not be put.
func (c *Conn) Verify(ctx context.Context, domain directory.FQDN) (trust.VerifyResult, error) {
	r, err := c.logonControl(ctx, "verify the trust with "+string(domain), controlVerify, 2, domain)
	if status, ok := errors.AsType[Win32](err); ok {
		return trust.VerifyResult{Call: uint32(status)}, nil
	}
	return r, err
}

// ChangePassword rolls the outgoing trust password on both sides. Only the
// PDC emulator does it (Win32 1354 elsewhere), and never twice within a
// ticket's life: the second roll makes tickets of before the first unreadable.
func (c *Conn) ChangePassword(ctx context.Context, domain directory.FQDN) error {
	// Level 1: Samba takes nothing else for this code.
	_, err := c.logonControl(ctx, "roll the trust password with "+string(domain), controlChangePassword, 1, domain)
	return err
}

func (c *Conn) logonControl(ctx context.Context, step string, code, level uint32, domain directory.FQDN) (trust.VerifyResult, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, cancel := withTimeout(ctx)
	defer cancel()
	where := c.target.at(portSMB)
	if c.client == nil {
		return trust.VerifyResult{}, Failure(step, where, errClosed)
	}
	if err := c.openNetlogon(ctx); err != nil {
		return trust.VerifyResult{}, Failure(step, where, err)
	}
	var r trust.VerifyResult
	err := c.netlogon.during(ctx, func() error {
		answer, err := c.control.Control2Ex(ctx, &logon.Control2ExRequest{
			FunctionCode: code,
			QueryLevel:   level,
			Data: &logon.ControlDataInformation{
				Value: &logon.ControlDataInformation_TrustedDomainName{TrustedDomainName: string(domain)},
			},
		})
		if status, ok := win32Of(err); ok {
			return status
		}
		if err != nil {
			return err
		}
		if info, ok := answer.Buffer.GetValue().(*logon.Info2); ok && info != nil {
			r = trust.VerifyResult{
				PDC: info.PDCConnectionStatus, TC: info.TCConnectionStatus,
				TrustedDC: strings.ToLower(strings.Trim(info.TrustedDCName, `\.`)),
			}
		}
		return nil
	})
	if err != nil {
		if _, status := errors.AsType[Win32](err); !status {
			// The pipe is of no use any more; the next call opens another.
			c.netlogon.cut()
			c.netlogon, c.control = nil, nil
		}
		return trust.VerifyResult{}, Failure(step, where, err)
	}
	return r, nil
}
