package scenario

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"
)

// TestNoSecretIsReadable marks a trust password and looks for it everywhere a
// stranger could: the data folder, the log, every process's arguments and
// environment, every answer of the API. The DC's own database is the one place
// that must hold it (the trusted-domain object), and is left out.
func TestNoSecretIsReadable(t *testing.T) {
	w := newWorld(t)
	const marker = "Marker-Qx7-Vw93-Password"
	needles := [][]byte{[]byte(marker), utf16le(marker)}
	stop := watchProcesses(t, marker)

	w.partnerTrusts(t, "both", "forest", marker)
	id := w.trustsBy(t, &directoryservice.CreateTrustInput{
		DirectoryId: aws.String(w.id), RemoteDomainName: aws.String(partnerName), TrustPassword: aws.String(marker),
		TrustDirection: types.TrustDirectionTwoWay, ConditionalForwarderIpAddrs: []string{w.partner.Address.Addr().String()},
	})
	w.s.WaitTrust(t, id, types.TrustStateVerified)
	stop()

	explained, err := w.s.CLI(t.Context(), "trust", "explain", id)
	if err != nil {
		t.Fatalf("%v\n%s", err, explained)
	}
	if strings.Contains(explained, marker) || strings.Contains(w.s.Log(), marker) {
		t.Error("the trust password is in the log or in the explanation")
	}
	seen := 0
	err = filepath.WalkDir(w.s.DataDir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || holdsTheDomain(path) {
			return nil // sockets, and files that samba removed meanwhile
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		seen++
		for _, needle := range needles {
			if bytes.Contains(content, needle) {
				t.Errorf("the trust password is readable in %s", path)
			}
		}
		return nil
	})
	if err != nil || seen < 20 {
		t.Errorf("looked into %d files only: %v", seen, err)
	}
}

// holdsTheDomain reports whether path is a Samba database.
func holdsTheDomain(path string) bool {
	return strings.HasSuffix(path, ".ldb") || strings.HasSuffix(path, ".tdb")
}

func utf16le(s string) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		out = append(out, byte(unit), byte(unit>>8))
	}
	return out
}

// watchProcesses reads the arguments and the environment of every process on
// the machine, again and again, until the function that it gives is called.
func watchProcesses(t *testing.T, marker string) (stop func()) {
	t.Helper()
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		self := filepath.Join("/proc", "self")
		self, _ = os.Readlink(self)
		for {
			files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
			environs, _ := filepath.Glob("/proc/[0-9]*/environ")
			for _, file := range append(files, environs...) {
				content, err := os.ReadFile(file)
				if err == nil && bytes.Contains(content, []byte(marker)) && !strings.HasPrefix(file, "/proc/"+self+"/") {
					t.Errorf("the trust password is in %s: %q", file, bytes.ReplaceAll(content, []byte{0}, []byte{' '}))
				}
			}
			select {
			case <-end:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	return func() { close(end); <-done }
}
