// Package dnsforward is the DNS forwarder of one domain controller. It
// listens at 127.0.0.53 in the DC's network namespace, where Samba's "dns
// forwarder" and the DC's resolv.conf point, and sends each name to the
// servers of the most specific rule: the DC's own domain to the DC's own
// server, conditional forwarders to their addresses, the rest to the default
// servers or nowhere.
//
// It exists because Samba's internal DNS has no conditional forwarders, waits
// ten seconds for a silent forwarder at every query, and turns NXDOMAIN and
// SERVFAIL into empty answers. This one passes on what the servers said, and
// says itself, by an Extended DNS Error (RFC 8914), when none said anything.
//
// Rules come as a complete set and replace the one before. A query that is
// under way ends with the set it began with; the cache belongs to the set, so
// a change empties it.
//
// It is a library: the DC's init process runs it. It is built on miekg/dns and
// on CoreDNS's cache, response and dnsutil packages, not on CoreDNS's plug-ins;
// docs/decisions/0021-dns-forwarder.md has the numbers. After a crash it knows
// nothing: its rules are handed to it again.
package dnsforward
