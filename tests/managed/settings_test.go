package managed

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/internal/secret"
)

// TestSettingsAreTLS: what UpdateSettings disables, a stock TLS client cannot
// agree on any more with any domain controller, and can again afterwards.
func TestSettingsAreTLS(t *testing.T) {
	w := newWorld(t)
	old := map[string]uint16{"TLS_1_0": tls.VersionTLS10, "TLS_1_1": tls.VersionTLS11}
	for name, version := range old {
		if err := w.handshake(0, version); err != nil {
			t.Errorf("%s is enabled by default, and fails: %v", name, err)
		}
	}
	w.set(t, "TLS_1_0=Disable", "TLS_1_1=Disable", "AES_128_128=Disable")
	for dc := range w.managed.DnsIpAddrs {
		for name, version := range old {
			if w.handshake(dc, version) == nil {
				t.Errorf("%s is disabled, and domain controller %d speaks it", name, dc)
			}
		}
		if err := w.handshake(dc, tls.VersionTLS12, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384); err != nil {
			t.Errorf("domain controller %d does not speak TLS 1.2 any more: %v", dc, err)
		}
		if w.handshake(dc, tls.VersionTLS12, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256) == nil {
			t.Errorf("AES_128_128 is disabled, and domain controller %d speaks it", dc)
		}
	}
	w.set(t, "TLS_1_0=Enable", "TLS_1_1=Enable", "AES_128_128=Enable")
	for name, version := range old {
		if err := w.handshake(1, version); err != nil {
			t.Errorf("%s is enabled again, and fails: %v", name, err)
		}
	}
	_, err := w.ds.UpdateSettings(t.Context(), &directoryservice.UpdateSettingsInput{
		DirectoryId: aws.String(w.id), Settings: []types.Setting{{Name: aws.String("SSL_3_0"), Value: aws.String("Enable")}},
	})
	var unsupported *types.UnsupportedSettingsException
	if !errors.As(err, &unsupported) {
		t.Errorf("SSL_3_0 was not refused as unsupported: %v", err)
	}
}

// set asks for settings and waits until every domain controller has them.
func (w world) set(t *testing.T, settings ...string) {
	t.Helper()
	in := &directoryservice.UpdateSettingsInput{DirectoryId: aws.String(w.id)}
	for _, s := range settings {
		name, value, _ := strings.Cut(s, "=")
		in.Settings = append(in.Settings, types.Setting{Name: aws.String(name), Value: aws.String(value)})
	}
	if _, err := w.ds.UpdateSettings(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	eventually(t, "settings to be in force", func() error {
		out, err := w.ds.DescribeSettings(t.Context(), &directoryservice.DescribeSettingsInput{DirectoryId: aws.String(w.id)})
		if err != nil {
			return err
		}
		for _, e := range out.SettingEntries {
			if e.RequestedValue != nil && (e.RequestStatus != types.DirectoryConfigurationStatusUpdated || aws.ToString(e.AppliedValue) != aws.ToString(e.RequestedValue)) {
				return fmt.Errorf("%s is %s: %s", aws.ToString(e.Name), e.RequestStatus, aws.ToString(e.RequestStatusMessage))
			}
		}
		return nil
	})
}

// handshake agrees on a TLS version, and cipher suite, with a domain
// controller's LDAPS.
func (w world) handshake(dc int, version uint16, suites ...uint16) error {
	conn, err := tls.Dial("tcp", net.JoinHostPort(w.managed.DnsIpAddrs[dc], "636"), &tls.Config{
		MinVersion: version, MaxVersion: version, CipherSuites: suites, InsecureSkipVerify: true, // what it agrees on is the question
	})
	if err != nil {
		return err
	}
	return conn.Close()
}

// TestSecurityLogAndTopics: a failed logon comes out at the log group, and a
// change of the directory's stage at the topic.
func TestSecurityLogAndTopics(t *testing.T) {
	w := newWorld(t)
	in := &directoryservice.CreateLogSubscriptionInput{DirectoryId: aws.String(w.id), LogGroupName: aws.String("security")}
	if _, err := w.ds.CreateLogSubscription(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	var twice *types.EntityAlreadyExistsException
	if _, err := w.ds.CreateLogSubscription(t.Context(), in); !errors.As(err, &twice) {
		t.Errorf("a second subscription was not refused: %v", err)
	}
	eventually(t, "a record of a failed logon of nobody-here", func() error {
		_ = w.client(t, 0).Kinit(t.Context(), "nobody-here@"+managedName, secret.New(userWord)) // it must fail
		return contains(logFile(), "nobody-here")
	})
	content, err := os.ReadFile(logFile())
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(content) {
		var record struct {
			LogGroup string `json:"logGroup"`
			Event    struct{ Type string }
		}
		if err := json.Unmarshal(line, &record); err != nil || record.LogGroup != "security" || record.Event.Type == "" {
			t.Fatalf("a line is no record of the log group: %v: %s", err, line)
		}
	}

	w.s.WaitDirectory(t, w.id, types.DirectoryStageActive) // the subscription restarts domain controllers
	_, err = w.ds.RegisterEventTopic(t.Context(), &directoryservice.RegisterEventTopicInput{DirectoryId: aws.String(w.id), TopicName: aws.String("stages")})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range w.s.Containers(t)[:1] {
		process, err := os.FindProcess(c.PID)
		if err != nil {
			t.Fatal(err)
		}
		if err := process.Kill(); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the topic to be told", func() error {
		return errors.Join(contains(topicFile(), "from Active to Impaired"), contains(topicFile(), "from Impaired to Active"))
	})
	if _, err := w.ds.DeleteLogSubscription(t.Context(), &directoryservice.DeleteLogSubscriptionInput{DirectoryId: aws.String(w.id)}); err != nil {
		t.Fatal(err)
	}
}

func contains(file, text string) error {
	content, err := os.ReadFile(file)
	if err == nil && !bytes.Contains(content, []byte(text)) {
		err = fmt.Errorf("%s does not say %q", file, text)
	}
	return err
}

// TestCertificates: register, enable, in use, disable, deregister.
func TestCertificates(t *testing.T) {
	w := newWorld(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "On-premises CA"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, authority, authority, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	id := aws.String(w.id)
	var none *types.NoAvailableCertificateException
	if _, err := w.ds.EnableLDAPS(t.Context(), &directoryservice.EnableLDAPSInput{DirectoryId: id, Type: types.LDAPSTypeClient}); !errors.As(err, &none) {
		t.Errorf("LDAPS without a certificate was not refused: %v", err)
	}
	out, err := w.ds.RegisterCertificate(t.Context(), &directoryservice.RegisterCertificateInput{
		DirectoryId: id, CertificateData: aws.String(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.ds.EnableLDAPS(t.Context(), &directoryservice.EnableLDAPSInput{DirectoryId: id, Type: types.LDAPSTypeClient}); err != nil {
		t.Fatal(err)
	}
	gone := &directoryservice.DeregisterCertificateInput{DirectoryId: id, CertificateId: out.CertificateId}
	var used *types.CertificateInUseException
	if _, err := w.ds.DeregisterCertificate(t.Context(), gone); !errors.As(err, &used) {
		t.Errorf("the certificate that LDAPS uses was not kept: %v", err)
	}
	if _, err := w.ds.DisableLDAPS(t.Context(), &directoryservice.DisableLDAPSInput{DirectoryId: id, Type: types.LDAPSTypeClient}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ds.DeregisterCertificate(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
}
