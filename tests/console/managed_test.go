package console

import (
	"bytes"
	"context"
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
	"net/netip"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/forest"
	"github.com/entente-ad/entente/tests/harness"
)

// TestAManagedDirectory tells the story of a directory without a
// partner: Regions, domain controllers, snapshots, settings, and its end.
func TestAManagedDirectory(t *testing.T) {
	node := browserTools(t)
	messages := t.TempDir()
	st := stage{s: harness.Start(t, harness.Config{Flags: []string{
		"--event-topic", "stages=file:" + filepath.Join(messages, "topic"), "--log-group", "security=file:" + filepath.Join(messages, "log"),
	}})}
	needConsole(t, st.s)
	authority, leaf := certificates(t)
	st.extra = map[string]any{"reader": readOnlyKey(t, st.s), "authority": authority, "leaf": leaf}
	st.more = map[string]func(context.Context, question) error{
		"logon": func(ctx context.Context, q question) error {
			realm := q.Name[strings.Index(q.Name, "@")+1:]
			c := forest.NewClient(t, "", map[string][]netip.Addr{realm: {netip.MustParseAddr(q.ID)}})
			return retry(ctx, func() error { return c.Kinit(ctx, q.Name, secret.New(q.Password)) })
		},
		// Where a rule lets somebody in, a port without a server refuses;
		// where none does, nobody answers.
		"let in": func(ctx context.Context, q question) error {
			return retry(ctx, func() error { return dialed(ctx, q.ID, true) })
		},
		"kept out": func(ctx context.Context, q question) error {
			return retry(ctx, func() error { return dialed(ctx, q.ID, false) })
		},
	}
	st.tell(t, node, "managed.ts")
}

// dialed tells whether a connection got as far as the domain controller, by an
// error if that is not what is wanted.
func dialed(ctx context.Context, address string, wanted bool) error {
	conn, err := (&net.Dialer{Timeout: 2 * time.Second}).DialContext(ctx, "tcp", address)
	if err == nil {
		_ = conn.Close()
	}
	arrived := err == nil || errors.Is(err, syscall.ECONNREFUSED)
	if arrived != wanted {
		return fmt.Errorf("dialing %s: %w", address, err)
	}
	return nil
}

// retry does f until it works, since what was just asked for may take a moment.
func retry(ctx context.Context, f func() error) error {
	for {
		err := f()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// readOnlyKey makes an access key as an administrator would.
func readOnlyKey(t *testing.T, s *harness.Server) map[string]string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), s.Exe, "keys", "create", "--read-only", "--description", "who only looks",
		"--data-dir", s.DataDir, "--endpoint-url", s.Endpoint).Output()
	if err != nil {
		t.Fatal(err)
	}
	key := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, value, _ := strings.Cut(line, "=")
		switch strings.TrimSpace(name) {
		case "aws_access_key_id":
			key["key"] = strings.TrimSpace(value)
		case "aws_secret_access_key":
			key["secret"] = strings.TrimSpace(value)
		}
	}
	return key
}

// certificates makes a certificate authority, and a certificate of its own.
func certificates(t *testing.T) (authority, leaf string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Directory team CA"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	server := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "dc.example.net"}, NotBefore: ca.NotBefore, NotAfter: ca.NotAfter}
	text := func(c *x509.Certificate) string {
		der, err := x509.CreateCertificate(rand.Reader, c, ca, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		_ = pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: der}) // a buffer takes all
		return out.String()
	}
	return text(ca), text(server)
}
