package directory

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"time"

	"github.com/entente-ad/entente/internal/errs"
)

// CertificateID is "c-" and 10 lower-case hexadecimal digits.
type CertificateID string

// NewCertificateID makes a certificate's id of random bytes.
func NewCertificateID(random [5]byte) CertificateID {
	return CertificateID("c-" + hex.EncodeToString(random[:]))
}

// MaxCertificates is how many certificates a directory may have (AWS's quota).
const MaxCertificates = 5

// Certificate is a certificate authority that a directory trusts in LDAP
// servers of domains that it trusts. Only package service writes it; nothing
// has to be done for it.
type Certificate struct {
	ID           CertificateID `json:"ID"`
	Directory    ID            `json:"Directory"`
	PEM          string        `json:"PEM"`
	Fingerprint  string        `json:"Fingerprint"` // SHA-256 of the certificate, hexadecimal
	CommonName   string        `json:"CommonName"`
	Expires      time.Time     `json:"Expires"`
	RegisteredAt time.Time     `json:"RegisteredAt"`
}

// ParseCertificate reads one certificate authority in PEM. The error is an
// errs.InvalidCertificate that says what is wrong.
func ParseCertificate(text string, now time.Time) (Certificate, error) {
	block, rest := pem.Decode([]byte(text))
	switch {
	case block == nil:
		return Certificate{}, errs.E(errs.InvalidCertificate, "The certificate is not in PEM format. It must begin with -----BEGIN CERTIFICATE-----.")
	case block.Type != "CERTIFICATE":
		return Certificate{}, errs.E(errs.InvalidCertificate, "What was given is not a certificate: its PEM type is %q.", block.Type)
	case strings.TrimSpace(string(rest)) != "":
		return Certificate{}, errs.E(errs.InvalidCertificate, "More than one certificate was given. Register each one alone.")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return Certificate{}, errs.Wrap(err, errs.InvalidCertificate, "The certificate cannot be read: it is damaged, or no X.509 certificate.")
	}
	switch {
	case !cert.BasicConstraintsValid || !cert.IsCA:
		return Certificate{}, errs.E(errs.InvalidCertificate, "The certificate is not that of a certificate authority. Register the certificate of the authority that issued the LDAP servers' certificates.")
	case now.After(cert.NotAfter):
		return Certificate{}, errs.E(errs.InvalidCertificate, "The certificate expired at %s.", cert.NotAfter.UTC().Format(time.RFC3339))
	case now.Before(cert.NotBefore):
		return Certificate{}, errs.E(errs.InvalidCertificate, "The certificate is not valid before %s.", cert.NotBefore.UTC().Format(time.RFC3339))
	}
	sum := sha256.Sum256(cert.Raw)
	return Certificate{
		PEM: string(pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: block.Bytes})), Fingerprint: hex.EncodeToString(sum[:]),
		CommonName: cert.Subject.CommonName, Expires: cert.NotAfter.UTC(),
	}, nil
}

// LDAPS says whether a directory uses LDAPS towards domains that it trusts, in
// one Region. Only package service writes it.
type LDAPS struct {
	Enabled bool      `json:"Enabled"`
	At      time.Time `json:"At"` // when that was said last
}

// LDAPSKey is the store's key of LDAPS in one Region.
func LDAPSKey(d ID, region string) string { return string(d) + "/" + region }

// ClientPool gives the certificate authorities that a directory trusts in LDAP
// servers of trusted domains.
func ClientPool(certificates []Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, c := range certificates {
		pool.AppendCertsFromPEM([]byte(c.PEM))
	}
	return pool
}
