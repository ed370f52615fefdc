package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificate is the server's certificate in two PEM files, read again when
// they have changed: it is renewed every few weeks, and no restart is needed.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu      sync.Mutex
	now     *tls.Certificate
	changed time.Time // of the files that now was read from, or that failed
}

// readCertificate gives nil when neither file is named: the server then speaks
// without TLS.
func readCertificate(log *slog.Logger, certFile, keyFile string) (*certificate, error) {
	if certFile == "" && keyFile == "" {
		return nil, nil //nolint:nilnil // no TLS is a choice
	}
	if certFile == "" || keyFile == "" {
		return nil, errors.New("--tls-cert and --tls-key belong together: a certificate and its key, in PEM")
	}
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log}
	var err error
	if c.changed, err = c.lastChange(); err == nil {
		c.now, err = c.read()
	}
	if err != nil {
		return nil, fmt.Errorf("cannot use the certificate --tls-cert %s with --tls-key %s: %w", certFile, keyFile, err)
	}
	return c, nil
}

func (c *certificate) read() (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	return &pair, err
}

func (c *certificate) lastChange() (last time.Time, err error) {
	for _, file := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(file)
		if err != nil {
			return last, err
		}
		if info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last, nil
}

// get gives the certificate as it is now. While the files cannot be used, as
// between the writing of one and the other, the one before serves on.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last, err := c.lastChange(); err == nil && !last.Equal(c.changed) {
		c.changed = last
		if next, err := c.read(); err == nil {
			c.now = next
			c.log.Info("the certificate was read again", "file", c.certFile)
		} else {
			c.log.Warn("the certificate that was changed cannot be used; the one before serves on", "file", c.certFile, "error", err.Error())
		}
	}
	return c.now, nil
}

// config is what the server listens with.
func (c *certificate) config() *tls.Config {
	return &tls.Config{GetCertificate: c.get, MinVersion: tls.VersionTLS12}
}

// name is a host name that the certificate is good for, "" when it names none
// that a client can ask for.
func (c *certificate) name() string {
	for _, name := range c.now.Leaf.DNSNames {
		if name[0] != '*' {
			return name
		}
	}
	return ""
}
