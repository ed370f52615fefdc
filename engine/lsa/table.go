package lsa

import (
	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/internal/errs"
)

// row is one status: its codes, what kind of failure it is, the cause it
// proves ("" when it proves none), and words.
type row struct {
	nt    NTStatus
	win   Win32
	krb   KRBError
	name  string
	kind  errs.Kind
	cause condition.Cause
	words string
	hint  string
}

// rows is the one table of statuses: [MS-ERREF] for the codes, the rest seen
// in Samba 4.22 or read in its source and in Microsoft's documents.
var rows = [...]row{
	// LSARPC and SMB, with the Win32 code that NETLOGON gives for the same.
	{nt: 0xC0000001, win: 31, name: "STATUS_UNSUCCESSFUL", kind: errs.Unavailable, words: "the domain controller failed without saying why"},
	{nt: 0xC0000003, name: "STATUS_INVALID_INFO_CLASS", kind: errs.Unsupported, words: "the domain controller does not know this kind of information"},
	{nt: 0xC0000008, win: 6, name: "STATUS_INVALID_HANDLE", kind: errs.Unavailable, words: "the connection to the domain controller was lost in between"},
	{nt: StatusInvalidParameter, win: 87, name: "STATUS_INVALID_PARAMETER", kind: errs.Invalid, words: "the domain controller does not accept these values"},
	{nt: StatusAccessDenied, win: ErrorAccessDenied, name: "STATUS_ACCESS_DENIED", kind: errs.Denied, words: "access is denied", hint: "Use an account in Administrators of that domain; for a trust, make sure that both sides have the same trust password."},
	{nt: 0xC0000030, name: "STATUS_INVALID_PARAMETER_MIX", kind: errs.Invalid, words: "the trust attributes contradict each other"},
	{nt: 0xC0000033, name: "STATUS_OBJECT_NAME_INVALID", kind: errs.Invalid, words: "a name is not acceptable; NetBIOS names have at most 15 characters"},
	{nt: StatusObjectNameNotFound, win: 2, name: "STATUS_OBJECT_NAME_NOT_FOUND", kind: errs.NotFound, words: "there is no such trust"},
	{nt: StatusObjectNameCollision, name: "STATUS_OBJECT_NAME_COLLISION", kind: errs.Exists, words: "a trust with this DNS name, NetBIOS name or SID exists already"},
	{nt: 0xC000005C, name: "STATUS_NO_IMPERSONATION_TOKEN", kind: errs.Unavailable, words: "the domain controller is not ready yet", hint: "Restart the services of that domain controller if it stays so."},
	{nt: 0xC000005E, win: ErrorNoLogonServers, name: "ERROR_NO_LOGON_SERVERS", kind: errs.Unavailable, cause: condition.PartnerUnreachable, words: "our domain controller finds no usable domain controller of the partner", hint: "Open UDP 53 and 389 and TCP 88 and 445 from our domain controllers to the partner's; Samba asks again after half a minute."},
	{nt: 0xC0000064, win: 1317, name: "STATUS_NO_SUCH_USER", kind: errs.Denied, words: "there is no such account"},
	{nt: 0xC000006A, win: 1323, name: "STATUS_WRONG_PASSWORD", kind: errs.Denied, cause: condition.PasswordMismatch, words: "the two sides hold different trust passwords", hint: "Delete the trust and create it again on both sides with the same trust password."},
	{nt: StatusLogonFailure, win: 1326, name: "STATUS_LOGON_FAILURE", kind: errs.Denied, words: "the user name or password is wrong, or NTLM is not accepted", hint: "Check the account; where NTLM is off, log on with Kerberos."},
	{nt: StatusAccountRestriction, win: 1327, name: "STATUS_ACCOUNT_RESTRICTION", kind: errs.Denied, words: "the account may not log on this way", hint: "Log on with Kerberos: members of Protected Users have no NTLM."},
	{nt: 0xC0000070, win: 1329, name: "STATUS_INVALID_WORKSTATION", kind: errs.Denied, words: "the account may not log on from here"},
	{nt: 0xC0000071, win: 1330, name: "STATUS_PASSWORD_EXPIRED", kind: errs.Denied, words: "the account's password has expired"},
	{nt: 0xC0000224, win: 1907, name: "STATUS_PASSWORD_MUST_CHANGE", kind: errs.Denied, words: "the account's password must be changed first"},
	{nt: 0xC0000072, win: ErrorAccountDisabled, name: "ERROR_ACCOUNT_DISABLED", kind: errs.Refused, cause: condition.ChannelStale, words: "the secure channel in use belongs to a trust account that no longer exists, or the account is disabled", hint: "The secure channel is made anew by itself; if this stays, check the partner's trust account."},
	{nt: 0xC0000073, win: 1332, name: "STATUS_NONE_MAPPED", kind: errs.NotFound, words: "the name or SID is not known across the trust"},
	{nt: 0xC0000078, win: 1337, name: "STATUS_INVALID_SID", kind: errs.Invalid, words: "the SID is not that of a domain"},
	{nt: 0xC00000B5, win: 121, name: "STATUS_IO_TIMEOUT", kind: errs.Unavailable, cause: condition.PartnerUnreachable, words: "the domain controller did not answer in time"},
	{nt: StatusNotSupported, win: 50, name: "STATUS_NOT_SUPPORTED", kind: errs.Unsupported, words: "the domain controller does not offer this"},
	{nt: 0xC00000C9, win: 64, name: "STATUS_NETWORK_NAME_DELETED", kind: errs.Unavailable, words: "the SMB connection was cut"},
	{nt: 0xC00000CA, win: 65, name: "STATUS_NETWORK_ACCESS_DENIED", kind: errs.Denied, cause: condition.PipeAccessDenied, words: "the domain controller refuses this SMB connection"},
	{nt: 0xC000020C, name: "STATUS_CONNECTION_DISCONNECTED", kind: errs.Unavailable, words: "the SMB connection was cut"},
	{nt: 0xC00000DA, win: ErrorCantAccessDomainInfo, name: "ERROR_CANT_ACCESS_DOMAIN_INFO", kind: errs.Refused, cause: condition.ReplicationPending, words: "our domain controller's winbindd does not hold the outgoing direction of this trust: the trust is incoming only, or winbindd still knows an older one", hint: "Restart winbindd on that domain controller."},
	{nt: StatusInvalidDomainState, win: 1353, name: "STATUS_INVALID_DOMAIN_STATE", kind: errs.Refused, cause: condition.NotForestRoot, words: "a forest trust needs the root domain of the forest and forest level 2003", hint: "Use the forest's root domain, or an external trust."},
	{nt: StatusInvalidDomainRole, win: ErrorInvalidDomainRole, name: "STATUS_INVALID_DOMAIN_ROLE", kind: errs.Refused, words: "only the PDC emulator does this", hint: "Ask the domain controller that is the PDC emulator."},
	{nt: StatusNoSuchDomain, win: ErrorNoSuchDomain, name: "ERROR_NO_SUCH_DOMAIN", kind: errs.NotFound, cause: condition.ReplicationPending, words: "this domain controller does not know the trust yet", hint: "Samba loads a new trust within a minute, at once after a reload."},
	{nt: StatusDomainExists, win: 1356, name: "STATUS_DOMAIN_EXISTS", kind: errs.Exists, cause: condition.NameClash, words: "an account named like the partner's NetBIOS name with a $ exists without a trust: that of a computer, or one left over from an older trust", hint: "Look for the account in Active Directory Users and Computers: rename the computer, or delete the account that is left over; then the trust is made by itself."},
	{nt: 0xC00000E4, win: 1358, name: "STATUS_INTERNAL_DB_CORRUPTION", kind: errs.Refused, words: "the stored trust is damaged", hint: "Delete the trust and create it again."},
	{nt: 0xC0000133, win: 1398, name: "STATUS_TIME_DIFFERENCE_AT_DC", kind: errs.Refused, cause: condition.ClockSkew, words: "the clocks of the two domain controllers differ by more than 5 minutes", hint: "Synchronise both with a time server."},
	{nt: 0xC000015B, win: 1385, name: "STATUS_LOGON_TYPE_NOT_GRANTED", kind: errs.Denied, words: "the account may not log on this way there"},
	{nt: 0xC000018A, win: ErrorNoTrustLSASecret, name: "ERROR_NO_TRUST_LSA_SECRET", kind: errs.Refused, cause: condition.DirectionMismatch, words: "the partner's side no longer accepts our outgoing direction, or our side holds no secret for it", hint: "The partner's trust must have the incoming direction; create both sides again where it has."},
	{nt: 0xC000018B, win: ErrorNoTrustSAMAccount, name: "ERROR_NO_TRUST_SAM_ACCOUNT", kind: errs.Refused, cause: condition.PartnerSideMissing, words: "the partner has no trust with us that accepts our direction", hint: "Create the partner's side of the trust, in the direction that complements ours and with the same trust password."},
	{nt: 0xC000018C, win: ErrorTrustedDomainFailure, name: "ERROR_TRUSTED_DOMAIN_FAILURE", kind: errs.Unavailable, words: "the trust exists but its secure channel cannot be made", hint: "Samba 4.23.11 and 4.24.4 mend a winbindd that stays in this state."},
	{nt: 0xC000018D, win: ErrorTrustedRelationFailure, name: "ERROR_TRUSTED_RELATIONSHIP_FAILURE", kind: errs.Refused, cause: condition.PasswordMismatch, words: "the two sides hold different trust passwords", hint: "Delete the trust and create it again on both sides with the same trust password."},
	{nt: 0xC0000190, win: ErrorTrustFailure, name: "ERROR_TRUST_FAILURE", kind: errs.Refused, cause: condition.PasswordMismatch, words: "the trust does not work with this trust password", hint: "Delete the trust and create it again on both sides with the same trust password."},
	{nt: 0xC0000192, win: 1792, name: "ERROR_NETLOGON_NOT_STARTED", kind: errs.Unavailable, cause: condition.DomainControllerOff, words: "winbindd or netlogon does not run on the domain controller"},
	{nt: 0xC0000198, win: 1807, name: "STATUS_NOLOGON_INTERDOMAIN_TRUST_ACCOUNT", kind: errs.Denied, words: "a trust account cannot log on"},
	{nt: 0xC0000202, name: "STATUS_NO_USER_SESSION_KEY", kind: errs.Denied, words: "this session has no key, so it cannot carry a trust password", hint: "Log on with an account, not as a guest."},
	{nt: StatusNotFound, win: 1168, name: "STATUS_NOT_FOUND", kind: errs.NotFound, words: "the trust has no forest trust information"},
	{nt: 0xC0000233, win: 1908, name: "ERROR_DOMAIN_CONTROLLER_NOT_FOUND", kind: errs.Unavailable, cause: condition.PartnerUnreachable, words: "no domain controller of the partner was found", hint: "Check the DNS records below _msdcs of the partner, and UDP 389."},
	{nt: StatusCurrentDomain, win: 1399, name: "STATUS_CURRENT_DOMAIN_NOT_ALLOWED", kind: errs.Invalid, cause: condition.NameClash, words: "the partner has our own DNS name, NetBIOS name or SID", hint: "Two domains of one name or SID cannot trust each other."},
	{nt: 0xC00002B1, name: "STATUS_DIRECTORY_SERVICE_REQUIRED", kind: errs.Unsupported, words: "this host is not a domain controller"},
	{nt: 0xC0000300, name: "STATUS_NOT_SUPPORTED_ON_SBS", kind: errs.Unsupported, words: "Small Business Server makes no trusts"},
	{nt: 0xC0000388, win: 1265, name: "ERROR_DOWNGRADE_DETECTED", kind: errs.Refused, words: "the other side insists on stronger encryption of the secure channel", hint: "Update the older side."},
	{nt: 0xC0000401, name: "STATUS_PER_USER_TRUST_QUOTA_EXCEEDED", kind: errs.Denied, words: "this account may make no more trusts", hint: "Use a member of Administrators."},
	{nt: 0xC0000402, name: "STATUS_ALL_USER_TRUST_QUOTA_EXCEEDED", kind: errs.Denied, words: "accounts with delegated rights may make no more trusts", hint: "Use a member of Administrators."},
	{nt: 0xC0000403, name: "STATUS_USER_DELETE_TRUST_QUOTA_EXCEEDED", kind: errs.Denied, words: "this account may delete no more trusts", hint: "Use a member of Administrators."},
	{nt: 0xC0000413, win: 1935, name: "ERROR_AUTHENTICATION_FIREWALL_FAILED", kind: errs.Denied, cause: condition.KDCPolicy, words: "selective authentication or an authentication policy refuses this account"},
	{nt: StatusNTLMBlocked, win: 1937, name: "STATUS_NTLM_BLOCKED", kind: errs.Denied, words: "the domain refuses NTLM", hint: "Log on with Kerberos."},
	{nt: StatusProcnumOutOfRange, win: 1745, name: "RPC_NT_PROCNUM_OUT_OF_RANGE", kind: errs.Unsupported, words: "the domain controller is too old for this call"},
	{nt: 0xC0020041, win: 1764, name: "RPC_NT_CANNOT_SUPPORT", kind: errs.Unsupported, words: "the domain controller cannot serve this call", hint: "Update the older side."},
	{nt: 0xC0020057, win: 1825, name: "RPC_NT_SEC_PKG_ERROR", kind: errs.Refused, words: "securing the secure channel failed inside the domain controller", hint: "Restart winbindd on that domain controller if it stays so."},

	// Win32 alone.
	{win: 53, name: "ERROR_BAD_NETPATH", kind: errs.Unavailable, cause: condition.PartnerUnreachable, words: "the partner's domain controller is not reachable over SMB", hint: "Open TCP 445 to it."},
	{win: 67, name: "ERROR_BAD_NET_NAME", kind: errs.Unavailable, cause: condition.PartnerUnreachable, words: "the partner's domain controller offers no such share"},
	{win: 1231, name: "ERROR_NETWORK_UNREACHABLE", kind: errs.Unavailable, cause: condition.NoRoute, words: "there is no route to the partner's network"},
	{win: 1232, name: "ERROR_HOST_UNREACHABLE", kind: errs.Unavailable, cause: condition.NoRoute, words: "the partner's host cannot be reached"},
	{win: 124, name: "ERROR_INVALID_LEVEL", kind: errs.Unsupported, words: "the domain controller does not know this level of information"},
	{win: 1243, name: "ERROR_SERVICE_NOT_FOUND", kind: errs.Unavailable, cause: condition.DomainControllerOff, words: "winbindd does not run on the domain controller"},
	{win: 1396, name: "ERROR_WRONG_TARGET_NAME", kind: errs.Refused, cause: condition.HostNameClash, words: "another host answers under the name of the partner's domain controller", hint: "Check the partner's DNS records and service principal names."},
	{win: 1460, name: "ERROR_TIMEOUT", kind: errs.Unavailable, cause: condition.PartnerUnreachable, words: "the partner's domain controllers did not answer in time"},
	{win: 1722, name: "RPC_S_SERVER_UNAVAILABLE", kind: errs.Unavailable, cause: condition.PartnerUnreachable, words: "the partner's domain controller does not answer calls", hint: "Open TCP 135 and 49152-65535 to Windows domain controllers."},
	{win: 1726, name: "RPC_S_CALL_FAILED", kind: errs.Unavailable, words: "the call broke off"},
	{win: 1753, name: "EPT_S_NOT_REGISTERED", kind: errs.Unavailable, words: "the service is not registered on the domain controller"},
	{win: 1752, name: "EPT_S_CANT_PERFORM_OP", kind: errs.Unavailable, words: "the domain controller's endpoint mapper failed"},
	{win: 1810, name: "ERROR_DOMAIN_TRUST_INCONSISTENT", kind: errs.Refused, cause: condition.TypeMismatch, words: "one side is a forest trust, the other an external trust", hint: "Create one of the two sides again with the other's type."},

	// Kerberos.
	{krb: KDCErrClientUnknown, name: "KDC_ERR_C_PRINCIPAL_UNKNOWN", kind: errs.Denied, words: "the KDC does not know the account"},
	{krb: KDCErrServerUnknown, name: "KDC_ERR_S_PRINCIPAL_UNKNOWN", kind: errs.NotFound, words: "the KDC knows no such service and no trust that leads to it"},
	{krb: KDCErrPolicy, name: "KDC_ERR_POLICY", kind: errs.Denied, cause: condition.KDCPolicy, words: "the KDC refuses by policy (selective authentication)"},
	{krb: 13, name: "KDC_ERR_BADOPTION", kind: errs.Denied, words: "delegation is not allowed across the trust"},
	{krb: KDCErrEtypeNoSupp, name: "KDC_ERR_ETYPE_NOSUPP", kind: errs.Refused, cause: condition.WeakEncryption, words: "the two sides share no encryption type", hint: "Set AES on both sides of the trust, with a new trust password."},
	{krb: 18, name: "KDC_ERR_CLIENT_REVOKED", kind: errs.Denied, words: "the account is disabled, expired or locked"},
	{krb: 20, name: "KDC_ERR_TGT_REVOKED", kind: errs.Denied, words: "the ticket was revoked"},
	{krb: KDCErrPreauthFailed, name: "KDC_ERR_PREAUTH_FAILED", kind: errs.Denied, words: "the password is wrong"},
	{krb: 25, name: "KDC_ERR_PREAUTH_REQUIRED", kind: errs.Refused, words: "the KDC wants pre-authentication"},
	{krb: 29, name: "KDC_ERR_SVC_UNAVAILABLE", kind: errs.Unavailable, words: "the KDC is not ready"},
	{krb: KRBErrBadIntegrity, name: "KRB_AP_ERR_BAD_INTEGRITY", kind: errs.Refused, cause: condition.PasswordMismatch, words: "the partner's KDC cannot read our ticket: the two sides hold different trust passwords", hint: "Delete the trust and create it again on both sides with the same trust password."},
	{krb: KRBErrTicketExpired, name: "KRB_AP_ERR_TKT_EXPIRED", kind: errs.Refused, cause: condition.ClockSkew, words: "the KDC takes the ticket for expired: the clocks differ", hint: "Synchronise both sides with a time server."},
	{krb: KRBErrTicketNotValid, name: "KRB_AP_ERR_TKT_NYV", kind: errs.Refused, cause: condition.ClockSkew, words: "the KDC takes the ticket for not yet valid: the clocks differ", hint: "Synchronise both sides with a time server."},
	{krb: 34, name: "KRB_AP_ERR_REPEAT", kind: errs.Refused, words: "the KDC takes the request for a repetition"},
	{krb: KRBErrNotUs, name: "KRB_AP_ERR_NOT_US", kind: errs.Refused, cause: condition.PartnerSideMissing, words: "the partner's KDC holds no trust with us that accepts our users", hint: "Create the partner's side of the trust, in the direction that complements ours."},
	{krb: 36, name: "KRB_AP_ERR_BADMATCH", kind: errs.Refused, words: "ticket and request do not belong together"},
	{krb: KRBErrSkew, name: "KRB_AP_ERR_SKEW", kind: errs.Refused, cause: condition.ClockSkew, words: "the clocks differ by more than 5 minutes", hint: "Synchronise both sides with a time server."},
	{krb: 41, name: "KRB_AP_ERR_MODIFIED", kind: errs.Refused, words: "the service cannot read the ticket"},
	{krb: KRBErrBadKeyVersion, name: "KRB_AP_ERR_BADKEYVER", kind: errs.Refused, cause: condition.PasswordMismatch, words: "the partner's KDC has no key of this version or type for the trust"},
	{krb: 52, name: "KRB_ERR_RESPONSE_TOO_BIG", kind: errs.Unavailable, words: "the answer is too big for UDP"},
	{krb: 60, name: "KRB_ERR_GENERIC", kind: errs.Unavailable, words: "the KDC failed without saying why"},
	{krb: 68, name: "KDC_ERR_WRONG_REALM", kind: errs.Refused, words: "another realm is responsible"},
}

func rowOfNT(s NTStatus) *row {
	return find(func(r *row) bool { return r.nt == s && s != 0 })
}

func rowOfWin32(s Win32) *row {
	return find(func(r *row) bool { return r.win == s && s != 0 })
}

func rowOfKRB(s KRBError) *row {
	return find(func(r *row) bool { return r.krb == s && s != 0 })
}

func find(match func(*row) bool) *row {
	for i := range rows {
		if match(&rows[i]) {
			return &rows[i]
		}
	}
	return nil
}
