// Package ldap reads users and groups of an Active Directory domain from one
// of its domain controllers ([MS-ADTS] 3.1.1.3). It logs on with a Kerberos
// ticket that it is handed (SASL GSSAPI, RFC 4752) and encrypts everything
// after that with the ticket's keys (RFC 4121), since domain controllers refuse
// unsigned LDAP and their TLS certificates prove nothing to us.
//
// It only reads, keeps nothing, and knows no trust: who gives the ticket and
// from which network namespace the socket is opened is up to the caller.
// Lists are sorted by the controller and cut into pages by the last name seen,
// so that the next page may be asked of another controller, at any later time.
//
// Errors are *errs.Error, say which side, host and port they are about, and
// what the controller answered.
package ldap
