package samba

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// rescanTrusts has winbindd read from the database which trusts there are, by
// the message that Samba's LSA server sends it after CreateTrustedDomain: a
// trust that came by replication is told to it by nobody (up to Samba 4.22).
//
// "smbcontrol winbindd reload-config" does so too, as a side effect of
// flushing its caches, for which it connects to a domain controller of every
// partner, dead ones included, and its own start takes 0.1 s of the machine.
// It is what is left where the message cannot be sent.
func (c *container) rescanTrusts(ctx context.Context) error {
	if err := c.samba.awaitWinbindd(ctx); err != nil {
		return err
	}
	if err := tellWinbindd(ctx, c.samba.runDir); err != nil {
		return c.smbcontrol(ctx, "winbindd", "reload-config")
	}
	return nil
}

// reloadTrustedDomains is MSG_WINBIND_RELOAD_TRUSTED_DOMAINS of Samba's
// messaging.idl.
const reloadTrustedDomains = 0x040D

// tellWinbindd sends winbindd the message. It waits for no answer, since there
// is none; winbindd takes messages in the order in which they come.
func tellWinbindd(ctx context.Context, runDir string) error {
	text, err := os.ReadFile(filepath.Join(runDir, "winbindd.pid"))
	if err != nil {
		return err
	}
	pid := strings.TrimSpace(string(text))
	id, err := readServerID(runDir, pid)
	if err != nil {
		return err
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unixgram", filepath.Join(runDir, "msg.sock", pid))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_, err = conn.Write(datagram(id, reloadTrustedDomains))
	return err
}

// serverID names a process to Samba's processes.
type serverID struct{ pid, unique uint64 }

// readServerID reads the server id of the process pid from its lock file.
func readServerID(runDir, pid string) (serverID, error) {
	var id serverID
	text, err := os.ReadFile(filepath.Join(runDir, "msg.lock", filepath.Base(pid)))
	if err != nil {
		return id, err
	}
	if id.pid, err = strconv.ParseUint(pid, 10, 64); err != nil {
		return id, fmt.Errorf("%q is no process id: %w", pid, err)
	}
	if id.unique, err = strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64); err != nil {
		return id, fmt.Errorf("the lock file of process %s holds no unique id: %w", pid, err)
	}
	return id, nil
}

// datagram is a message in one piece, as Samba's messages_dgm.c sends it: a
// cookie of 0, the receiver, the sender (nobody), the type.
func datagram(to serverID, message uint32) []byte {
	const noCluster = 0xFFFFFFFF // the virtual node number of a process outside of a cluster
	b := binary.LittleEndian.AppendUint64(nil, 0)
	for _, id := range []serverID{to, {}} {
		b = binary.LittleEndian.AppendUint64(b, id.pid)
		b = binary.LittleEndian.AppendUint32(b, 0) // its task
		b = binary.LittleEndian.AppendUint32(b, noCluster)
		b = binary.LittleEndian.AppendUint64(b, id.unique)
	}
	return binary.LittleEndian.AppendUint32(b, message)
}
