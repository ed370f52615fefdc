package trust

import (
	"fmt"

	"github.com/entente-ad/entente/condition"
)

// verifyCode is what a Win32 status of NETLOGON's verification means, as
// measured against Samba 4.22 on a DC that was told to rediscover first.
type verifyCode struct {
	name  string
	cause condition.Cause
}

// The statuses of NETLOGON_CONTROL_TC_VERIFY that are known ([MS-ERREF] 2.2).
var verifyCodes = map[uint32]verifyCode{
	5:    {"WERR_ACCESS_DENIED", condition.PasswordMismatch},
	53:   {"WERR_BAD_NETPATH", condition.PartnerUnreachable},
	67:   {"WERR_BAD_NET_NAME", condition.PartnerUnreachable},
	1231: {"WERR_NETWORK_UNREACHABLE", condition.NoRoute},
	1232: {"WERR_HOST_UNREACHABLE", condition.PartnerUnreachable},
	1243: {"WERR_SERVICE_NOT_FOUND", condition.DomainControllerOff},
	1311: {"WERR_NO_LOGON_SERVERS", condition.PartnerUnreachable},
	1323: {"WERR_WRONG_PASSWORD", condition.PasswordMismatch},
	1326: {"WERR_LOGON_FAILURE", condition.PasswordMismatch},
	1331: {"WERR_ACCOUNT_DISABLED", condition.ChannelStale},
	1351: {"WERR_CANT_ACCESS_DOMAIN_INFO", condition.ChannelStale},
	1355: {"WERR_NO_SUCH_DOMAIN", condition.ReplicationPending},
	1398: {"WERR_TIME_SKEW", condition.ClockSkew},
	1460: {"WERR_TIMEOUT", condition.PartnerUnreachable},
	1722: {"RPC_S_SERVER_UNAVAILABLE", condition.PortClosed},
	1726: {"RPC_S_CALL_FAILED", condition.PartnerUnreachable},
	1753: {"EPT_S_NOT_REGISTERED", condition.PortClosed},
	1786: {"WERR_NO_TRUST_LSA_SECRET", condition.PartnerSideMissing},
	1787: {"WERR_NO_TRUST_SAM_ACCOUNT", condition.PartnerSideMissing},
	1788: {"WERR_TRUSTED_DOMAIN_FAILURE", condition.ChannelStale},
	1789: {"WERR_TRUSTED_RELATIONSHIP_FAILURE", condition.PasswordMismatch},
	1790: {"WERR_TRUST_FAILURE", condition.PasswordMismatch},
	1792: {"WERR_NETLOGON_NOT_STARTED", condition.DomainControllerOff},
	1810: {"WERR_DOMAIN_TRUST_INCONSISTENT", condition.TypeMismatch},
	1908: {"WERR_DOMAIN_CONTROLLER_NOT_FOUND", condition.PartnerUnreachable},
	1935: {"WERR_AUTHENTICATION_FIREWALL_FAILED", condition.KDCPolicy},
}

// The statuses that need more than their cause.
const (
	codeNoLogonServers   = 1311 // sticks for 30 s after the partner is back
	codeNoSecureChannel  = 1351 // winbindd has the trust as it was before
	codeTrustedFailure   = 1788
	codeTypeInconsistent = 1810
)

// Code is the status to show: the call's own, else the password's, else the
// channel's. 0 when the secure channel is verified.
func (r VerifyResult) Code() uint32 {
	switch {
	case r.Call != 0:
		return r.Call
	case r.PDC != 0:
		return r.PDC
	}
	return r.TC
}

// CodeName names a Win32 status as people search for it.
func CodeName(code uint32) string {
	if c, ok := verifyCodes[code]; ok {
		return fmt.Sprintf("%s (%d)", c.name, code)
	}
	return fmt.Sprintf("status %d", code)
}

// cause tells what a verdict that is not OK comes from.
func (v Verdict) cause() condition.Cause {
	if c, ok := verifyCodes[v.Result.Code()]; ok && v.Error == "" {
		return c.cause
	}
	if v.Error != "" && v.Cause != "" {
		return v.Cause
	}
	return condition.Unexpected
}

// ok reports whether the verdict is good.
func (v Verdict) ok() bool { return v.Error == "" && v.Result.OK() }

// staleWinbindd reports whether the verdict is that of a winbindd which knows
// the trust as it was before: only a restart makes it forget (decision 16).
func (v Verdict) staleWinbindd() bool {
	if v.Error != "" {
		return false
	}
	switch v.Result.Code() {
	case codeNoSecureChannel, codeTrustedFailure, codeTypeInconsistent:
		return true
	}
	return false
}
