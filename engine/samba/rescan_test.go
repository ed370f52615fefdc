package samba

import (
	"encoding/hex"
	"net"
	"os"
	"path/filepath"
	"testing"
)

// TestWinbinddIsToldInSambasFormat compares the datagram with one that Samba's
// own LSA server sent; that winbindd heeds it is seen by every trust that is
// verified at a second domain controller.
func TestWinbinddIsToldInSambasFormat(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		mustDo(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		mustDo(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	if err := tellWinbindd(t.Context(), dir); err == nil {
		t.Error("told a winbindd that is not there")
	}
	write("winbindd.pid", "140\n")
	if err := tellWinbindd(t.Context(), dir); err == nil {
		t.Error("told a winbindd without a lock file")
	}
	write("msg.lock/140", "3240178314478468610\n")
	write("msg.sock/x", "")
	winbindd, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "msg.sock", "140"), Net: "unixgram"})
	mustDo(t, err)
	defer func() { _ = winbindd.Close() }()
	mustDo(t, tellWinbindd(t.Context(), dir))
	got := make([]byte, 1024)
	n, err := winbindd.Read(got)
	mustDo(t, err)
	const want = "0000000000000000" + // in one piece
		"8c00000000000000" + "00000000" + "ffffffff" + "02be6983026df72c" + // to process 140
		"0000000000000000" + "00000000" + "ffffffff" + "0000000000000000" + // from nobody
		"0d040000"
	if hex.EncodeToString(got[:n]) != want {
		t.Errorf("sent %x\nwant %s", got[:n], want)
	}
}

func mustDo(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
