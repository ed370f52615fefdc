package ldap

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"
)

// authority is a certificate authority and a server's certificate from it.
func authority(t *testing.T, host string) (*x509.CertPool, tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "CA"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	server := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, server, ca, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	root, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(root)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return pool, tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestOnlyRegisteredAuthoritiesCount: TLS comes about with a certificate for
// the controller's name from a registered authority, and with no other.
func TestOnlyRegisteredAuthoritiesCount(t *testing.T) {
	pool, cert := authority(t, "dc1.example.net")
	other, _ := authority(t, "dc1.example.net")
	for _, c := range []struct {
		name, host string
		pool       *x509.CertPool
		refused    string
	}{
		{"right", "dc1.example.net", pool, ""},
		{"another authority", "dc1.example.net", other, "no registered certificate authority stands for it"},
		{"another name", "dc2.example.net", pool, "no registered certificate authority stands for it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ours, theirs := net.Pipe()
			defer func() { _ = ours.Close() }()
			go func() {
				_ = tls.Server(theirs, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}).Handshake()
			}()
			_, bindings, err := encrypt(t.Context(), Server{Host: c.host, Authorities: c.pool}, ours)
			switch {
			case c.refused == "" && (err != nil || len(bindings) != 16):
				t.Errorf("bindings %x, error %v", bindings, err)
			case c.refused != "" && (err == nil || !strings.Contains(err.Error(), c.refused)):
				t.Errorf("error is %v, want one with %q", err, c.refused)
			}
		})
	}
}
