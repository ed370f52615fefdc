package samba

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
)

// How long certificates are good for. A directory's authority signs nothing
// but its own domain controllers, whose certificates are made once.
const (
	authorityLife   = 30 * 365 * 24 * time.Hour
	certificateLife = 20 * 365 * 24 * time.Hour
)

// NewCA makes a directory's own certificate authority: an ECDSA key, PEM, with
// its certificate behind it. Domain controllers get their certificates from it
// before their first start.
func (e *Engine) NewCA(domain directory.FQDN, now time.Time) (secret.Text, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return secret.Text{}, err
	}
	template := &x509.Certificate{
		SerialNumber: newSerial(), Subject: pkix.Name{CommonName: "Entente CA of " + string(domain)},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(authorityLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return secret.Text{}, fmt.Errorf("cannot make the certificate authority of %s: %w", domain, err)
	}
	keyPEM, err := pemKey(key)
	if err != nil {
		return secret.Text{}, err
	}
	return secret.New(keyPEM + pemCert(der)), nil
}

// issue makes key and certificate of a domain controller, for its own name,
// the domain's, and its address.
func issue(ca secret.Text, inst directory.Instance, now time.Time) (*tlsFiles, error) {
	caKey, caCert, err := parseCA(ca)
	if err != nil {
		return nil, fmt.Errorf("cannot read the certificate authority of %s: %w", inst.Domain, err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: newSerial(), Subject: pkix.Name{CommonName: inst.FQDN()},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(certificateLife),
		DNSNames:    []string{inst.FQDN(), string(inst.Domain)},
		IPAddresses: []net.IP{inst.DC.Address.AsSlice()},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, caCert, key.Public(), caKey)
	if err != nil {
		return nil, fmt.Errorf("cannot make the certificate of %s: %w", inst.FQDN(), err)
	}
	keyPEM, err := pemKey(key)
	if err != nil {
		return nil, err
	}
	return &tlsFiles{Key: keyPEM, Cert: pemCert(der), CA: pemCert(caCert.Raw)}, nil
}

func parseCA(ca secret.Text) (*ecdsa.PrivateKey, *x509.Certificate, error) {
	keyBlock, rest := pem.Decode([]byte(ca.Reveal()))
	certBlock, _ := pem.Decode(rest)
	if keyBlock == nil || certBlock == nil {
		return nil, nil, errors.New("it is not a key with a certificate behind it")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(keyBlock.Bytes)
	if err != nil {
		return nil, nil, err
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, nil, errors.New("its key is not an ECDSA key")
	}
	cert, err := x509.ParseCertificate(certBlock.Bytes)
	return key, cert, err
}

func newSerial() *big.Int {
	serial := make([]byte, 16)
	_, _ = rand.Read(serial) // never fails (crypto/rand)
	serial[0] &= 0x7f        // positive
	return new(big.Int).SetBytes(serial)
}

func pemKey(key *ecdsa.PrivateKey) (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

func pemCert(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}
