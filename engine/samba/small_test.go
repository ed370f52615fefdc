package samba

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/entente-ad/entente/directory"
)

// AS-REQ, RFC 4120 5.4.1, read by hand against the ASN.1 of its appendix A;
// real KDCs answer it in the tests with real Samba.
func TestTheQuestionToTheKDC(t *testing.T) {
	req, err := asReq("A.TEST")
	const want = "6a7e307ca103020105a20302010aa470306ea00703050000000000" +
		"a11a3018a003020101a111300f1b0d41646d696e6973747261746f72" +
		"a2081b06412e54455354" +
		"a31b3019a003020102a11230101b066b72627467741b06412e54455354" +
		"a511180f32303337303931333032343830355aa703020101a8083006020112020111"
	if err != nil || hex.EncodeToString(req) != want {
		t.Fatalf("%x, %v", req, err)
	}
}

func TestTheQuestionToLDAPIsWhole(t *testing.T) {
	if int(rootDSE[1]) != len(rootDSE)-2 || int(rootDSE[6]) != len(rootDSE)-7 {
		t.Fatalf("lengths %d and %d of %d", rootDSE[1], rootDSE[6], len(rootDSE))
	}
}

func TestSecretsAreTakenOutOfWhatSambaSays(t *testing.T) {
	got := redact("password Pa55 and Pa55.", []string{"Pa55", ""})
	if got != "password [redacted] and [redacted]." {
		t.Fatal(got)
	}
	said := tail{}
	said.add("said Pa55")
	_, err := outcome([]byte(`{"kind":"Tool","error":"no Pa55"}`), unix.WaitStatus(0), &said, []string{"Pa55"})
	if err == nil || strings.Contains(err.Error(), "no Pa55") {
		t.Fatal(err)
	}
}

func TestALogbookKeepsTheLastLinesAndABoundedFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	l := newLogbook(file)
	long := strings.Repeat("x", 3*maxLine)
	l.copyFrom(strings.NewReader(long + "\nshort\n" + long))
	for i := range 2*maxLogBytes/maxLine + keptLines {
		l.add(fmt.Sprint(i) + long[:maxLine])
	}
	if n := len(l.last()); n != keptLines {
		t.Fatalf("%d lines kept", n)
	}
	for _, f := range []string{file, file + ".old"} {
		info, err := os.Stat(f)
		if err != nil || info.Size() > maxLogBytes+2*maxLine {
			t.Fatalf("%s: %v, %v", f, info, err)
		}
	}
	if lines := lastLinesOf(file); len(lines) != keptLines || !strings.HasSuffix(lines[0], "x") {
		t.Fatalf("%d lines", len(lines))
	}
}

func TestAPidFileNamesOneProcessOnly(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	if err := writePIDFile(file); err != nil {
		t.Fatal(err)
	}
	p, alive := readPIDFile(file)
	if !alive || p.PID != os.Getpid() {
		t.Fatalf("%+v %v", p, alive)
	}
	p.StartTime++ // the pid has come round
	if p.alive() {
		t.Fatal("another process is taken for ours")
	}
	if err := p.kill(t.Context()); err != nil { // and it is not killed
		t.Fatal(err)
	}
}

func TestACertificateIsForItsDomainControllerOnly(t *testing.T) {
	e := New(Config{})
	ca, err := e.NewCA("corp.test", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	inst := directory.Instance{Domain: "corp.test", DC: directory.DC{HostName: "Q7", Address: netip.MustParseAddr("10.0.0.1")}}
	files, err := issue(ca, inst, time.Now())
	if err != nil || !strings.Contains(files.Key, "PRIVATE KEY") || strings.Contains(files.CA, "PRIVATE") {
		t.Fatalf("%v", err)
	}
}

func TestAProcessInAnotherNetworkNamespaceIsElsewhere(t *testing.T) {
	if elsewhere(os.Getpid(), "/proc/self/ns/net") {
		t.Error("its own namespace is called another")
	}
	for _, path := range []string{filepath.Join(t.TempDir(), "deleted"), t.TempDir()} {
		if !elsewhere(os.Getpid(), path) {
			t.Errorf("%s is called its namespace", path)
		}
	}
	if elsewhere(1<<30, "/proc/self/ns/net") {
		t.Error("a process that is gone is called astray")
	}
}
