package directory

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/entente-ad/entente/internal/errs"
)

func TestTLSPriority(t *testing.T) {
	const base = "NORMAL:-VERS-SSL3.0"
	for _, c := range []struct {
		values map[string]string
		want   string
	}{
		{nil, base},
		{map[string]string{"TLS_1_0": Enable, "SSL_3_0": Disable, "3DES_168_168": Disable}, base},
		{map[string]string{"TLS_1_0": Disable, "TLS_1_1": Disable}, base + ":-VERS-TLS1.0:-VERS-TLS1.1"},
		{map[string]string{"AES_128_128": Disable}, base + ":-AES-128-GCM:-AES-128-CCM:-AES-128-CCM-8:-AES-128-CBC"},
		{map[string]string{"RC4_128_128": Enable}, base + ":+ARCFOUR-128"},
	} {
		if got := TLSPriority(c.values); got != c.want {
			t.Errorf("%v is %s, want %s", c.values, got, c.want)
		}
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        errs.Kind
	}{
		{"SSL_3_0", Enable, errs.UnsupportedSettings},
		{"DES_56_56", Enable, errs.UnsupportedSettings},
		{"CERTIFICATE_STRONG_ENFORCEMENT", "Full_Enforcement", errs.UnsupportedSettings},
		{"TLS_1_0", "enable", errs.Invalid},
	} {
		s, ok := SettingNamed(c.name)
		if err := s.Check(c.value); !ok || !errs.Is(err, c.want) || !strings.HasSuffix(err.Error(), ".") {
			t.Errorf("%s=%s: %v", c.name, c.value, err)
		}
	}
	if s, _ := SettingNamed("SSL_2_0"); s.Check(Disable) != nil {
		t.Error("what is always so may be asked for")
	}
}

func TestCertificatesThatCannotBe(t *testing.T) {
	now := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	issue := func(change func(*x509.Certificate)) string {
		c := &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "CA"}, IsCA: true, BasicConstraintsValid: true,
			NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		}
		change(c)
		der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	good := issue(func(*x509.Certificate) {})
	if c, err := ParseCertificate(good, now); err != nil || c.CommonName != "CA" || len(c.Fingerprint) != 64 {
		t.Errorf("%+v, %v", c, err)
	}
	for name, text := range map[string]string{
		"no PEM":        "hello",
		"a key":         strings.ReplaceAll(good, "CERTIFICATE", "PRIVATE KEY"),
		"two":           good + good,
		"damaged":       "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		"no authority":  issue(func(c *x509.Certificate) { c.IsCA = false }),
		"expired":       issue(func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Minute) }),
		"not valid yet": issue(func(c *x509.Certificate) { c.NotBefore = now.Add(time.Minute) }),
	} {
		if _, err := ParseCertificate(text, now); !errs.Is(err, errs.InvalidCertificate) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRestoring(t *testing.T) {
	for _, c := range []struct {
		wish Restore
		st   RestoreStatus
		want bool
	}{
		{Restore{}, RestoreStatus{}, false},
		{Restore{Serial: 1}, RestoreStatus{}, true},
		{Restore{Serial: 1}, RestoreStatus{Serial: 1, Phase: RestoreOthers}, true},
		{Restore{Serial: 1}, RestoreStatus{Serial: 1, Phase: RestoreDone}, false},
		{Restore{Serial: 1}, RestoreStatus{Serial: 1, Phase: RestoreFailed}, false},
		{Restore{Serial: 2}, RestoreStatus{Serial: 1, Phase: RestoreDone}, true},
	} {
		if got := Restoring(Spec{Restore: c.wish}, Status{Restore: c.st}); got != c.want {
			t.Errorf("%+v %+v: %v", c.wish, c.st, got)
		}
	}
}
