package directory

import "encoding/hex"

// NewID makes a directory id of random bytes.
func NewID(random [5]byte) ID { return ID("d-" + hex.EncodeToString(random[:])) }

// NewDCID makes a domain controller's id of random bytes.
func NewDCID(random [5]byte) DCID { return DCID("dc-" + hex.EncodeToString(random[:])) }

// NewHostName makes a domain controller's NetBIOS host name of random bytes: a
// letter and eight letters or digits, upper case. It is never a name that
// people give: Samba keeps secure channels by the partner's host name, so two
// partners with a "DC1" break one another (decision 15).
func NewHostName(random [9]byte) string {
	const letters, all = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	name := make([]byte, len(random))
	for i, b := range random {
		from := all
		if i == 0 {
			from = letters
		}
		name[i] = from[int(b)%len(from)]
	}
	return string(name)
}
