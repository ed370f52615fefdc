package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/entente-ad/entente/console"
)

// newPair writes a certificate for name, and its key, dated at.
func newPair(t *testing.T, folder, name string, at time.Time) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(at.Unix()), DNSNames: []string{"*.example.com", name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

// withKey is a data folder with some access key in it.
func withKey(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	key := "[entente]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = " + rand.Text() + "\n"
	if err := os.WriteFile(filepath.Join(folder, "credentials"), []byte(key), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestTLS serves with a certificate, renews it, spoils it, and looks which one
// clients are shown.
func TestTLS(t *testing.T) {
	folder, began := t.TempDir(), time.Now().Add(-time.Hour)
	certFile, keyFile := newPair(t, folder, "one.example.com", began)
	cert, err := readCertificate(slog.Default(), certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := address(listener.Addr(), cert), "https://one.example.com:"; len(got) < len(want) || got[:len(want)] != want {
		t.Errorf("the server says that it is at %s", got)
	}
	pages, err := console.New(console.Config{})
	if err != nil {
		t.Fatal(err)
	}
	b := &built{log: slog.Default(), listen: listener, certificate: cert, console: pages, api: http.NotFoundHandler()}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.serveAPI(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Setenv("AWS_CA_BUNDLE", certFile) // its own authority
	if _, err := run(t, "trust", "explain", "t-0000000000", "--endpoint-url", "https://"+listener.Addr().String(), "--data-dir", withKey(t)); err == nil ||
		!strings.Contains(err.Error(), "404") {
		t.Errorf("the command line does not get through: %v", err)
	}
	shown := func() (serial int64) {
		c, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		if c.ConnectionState().NegotiatedProtocol != "h2" {
			t.Errorf("the server speaks %q", c.ConnectionState().NegotiatedProtocol)
		}
		return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	if shown() != began.Unix() {
		t.Error("not the certificate that was given")
	}
	renewed := began.Add(time.Minute)
	newPair(t, folder, "two.example.com", renewed)
	if shown() != renewed.Unix() {
		t.Error("a renewed certificate is not taken up")
	}
	if err := os.WriteFile(filepath.Join(folder, "key.pem"), []byte("spoilt"), 0o600); err != nil {
		t.Fatal(err)
	}
	if shown() != renewed.Unix() {
		t.Error("the certificate before does not serve on")
	}
	if c, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}); err == nil {
		_ = c.Close()
		t.Error("TLS 1.1 is spoken")
	}
}

func TestACertificateThatCannotBe(t *testing.T) {
	folder := t.TempDir()
	cert, key := newPair(t, folder, "one.example.com", time.Now())
	for _, files := range [][2]string{{cert, ""}, {"", key}, {cert, cert}, {key, key}, {cert, filepath.Join(folder, "none")}} {
		if _, err := readCertificate(slog.Default(), files[0], files[1]); err == nil {
			t.Errorf("%q: accepted", files)
		}
	}
	if c, err := readCertificate(slog.Default(), "", ""); c != nil || err != nil {
		t.Errorf("no certificate: %v, %v", c, err)
	}
}
