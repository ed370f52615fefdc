package vpc

import (
	"crypto/sha256"
	"encoding/hex"
)

// InterfaceID is the id of a domain controller's network interface: "eni-" and
// 17 lower-case hexadecimal digits, made from the domain controller's id.
func InterfaceID(dc string) string {
	sum := sha256.Sum256([]byte("network interface of " + dc))
	return "eni-" + hex.EncodeToString(sum[:])[:17]
}
