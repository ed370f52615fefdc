package trust

import "github.com/entente-ad/entente/directory"

// Claim is the uniqueness key that a trust holds: one trust per pair of
// domains. Package service takes it with CreateTrust; the trust's reconciler
// gives it back in the transaction that removes the object, so that the name
// is free exactly when our side of the trust is gone.
func Claim(s Spec) directory.Claim {
	return directory.Claim{Key: ClaimPair(s.Directory, s.Remote), Owner: string(s.ID)}
}

// ClaimPair is the key for a directory's trust with remote.
func ClaimPair(id directory.ID, remote directory.FQDN) string {
	return "trust/" + string(id) + "/" + string(remote)
}
