// Package lsa makes, reads, verifies and removes Active Directory trusts. It
// talks LSARPC and NETLOGON over sealed SMB 3 named pipes to one domain
// controller at a time ([MS-LSAD], [MS-NRPC]), and finds and pings the
// controllers of another domain (DNS SRV, CLDAP, LDAP, Kerberos).
//
// It is a library: no state, no store, no process of its own, no helper
// programs. The reconciler of trusts calls it, and so may any other program.
// Every socket is opened by the caller's Dialer, so that it lives in the
// network namespace of a domain controller. It is the only importer of
// go-msrpc.
//
// Each call is one small step that may be repeated: after a crash between two
// steps the caller looks again (Trust, ForestInfo) and goes on. Errors are
// *errs.Error, say which side, host and port they are about, and hold the
// typed status (NTStatus, Win32, KRBError) for errors.Is; Explain turns any of
// them into cause and words. No secret is ever part of one.
package lsa
