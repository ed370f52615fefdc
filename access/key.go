// Package access is what an access key is: who may call the API, and how
// much. It is pure; the secret half of a key lives sealed in the store.
package access

import "time"

// Key is an access key as kept: everything but the secret.
type Key struct {
	ID          string // "AKIA" and 16 of A–Z, 2–7
	Account     string // 12 digits
	Description string // "" means none
	ReadOnly    bool   // may call what only reads
	CreatedAt   time.Time
}

// SecretOf names the sealed secret of the key with that id.
func SecretOf(id string) string { return "key/" + id }
