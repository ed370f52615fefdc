package vpc

import (
	"crypto/sha256"
	"encoding/hex"
)

// Derived is the id of something that EC2 has beside a VPC or a subnet and that
// comes and goes with it: "rtb-" and 17 hexadecimal digits for the main route
// table. It depends on kind and owner alone.
func Derived(kind, owner string) string {
	sum := sha256.Sum256([]byte(kind + "\x00" + owner))
	return kind + hex.EncodeToString(sum[:])[:17]
}
