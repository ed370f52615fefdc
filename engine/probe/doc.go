// Package probe tries for real, from inside the network namespace of one of
// our domain controllers, what a trust needs of another domain: every port of
// trust.Ports with a request that a real server answers, every DNS record,
// what SMB and Kerberos offer, clocks and names. It finds facts; trust and
// assessment judge them, and who stops a packet is said there too.
//
// It changes nothing on either side and keeps nothing: after a crash it is
// asked again. It is not a scanner: it goes to the addresses it is given, on
// the ports of the table.
package probe
