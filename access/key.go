// Package access is what an access key is: who may call the API, and how
// much. It is pure; the secret half of a key lives sealed in the store.
package access

import "time"

// Key is an access key as kept: everything but the secret.
type Key struct {
	ID          string    `json:"ID"`          // "AKIA" and 16 of A–Z, 2–7
	Account     string    `json:"Account"`     // 12 digits
	Description string    `json:"Description"` // "" means none
	ReadOnly    bool      `json:"ReadOnly"`    // may call what only reads
	CreatedAt   time.Time `json:"CreatedAt"`
}

// SecretOf names the sealed secret of the key with that id.
func SecretOf(id string) string { return "key/" + id }
