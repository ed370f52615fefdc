package samba

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// pass sends an open file over a Unix socket, with a line feed, which JSON
// does not mind.
func pass(conn net.Conn, file *os.File) error {
	unixConn, ok := conn.(*net.UnixConn)
	if !ok {
		return errors.New("only a Unix socket takes an open file")
	}
	_, _, err := unixConn.WriteMsgUnix([]byte("\n"), unix.UnixRights(int(file.Fd())), nil)
	return err
}

// takePassed reads the first bytes of a connection and the open file that came
// with them, nil when none did. rest is the connection from its first byte.
func takePassed(conn net.Conn) (passed *os.File, rest io.Reader, err error) {
	unixConn, ok := conn.(*net.UnixConn)
	if !ok {
		return nil, conn, nil
	}
	head, side := make([]byte, 4096), make([]byte, unix.CmsgSpace(4))
	n, m, _, _, err := unixConn.ReadMsgUnix(head, side)
	if err != nil {
		return nil, nil, err
	}
	rest = io.MultiReader(bytes.NewReader(head[:n]), conn)
	messages, err := unix.ParseSocketControlMessage(side[:m])
	if err != nil || len(messages) == 0 {
		return nil, rest, err
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) == 0 {
		return nil, rest, err
	}
	unix.CloseOnExec(fds[0])
	return os.NewFile(uintptr(fds[0]), "passed"), rest, nil
}
