package console

import (
	"bufio"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// quiet is the command that runs argv in a network namespace that has nothing
// but a loopback interface (see console/e2e/relay.ts).
func quiet(argv ...string) []string {
	return append([]string{"unshare", "--net", "--", "sh", "-c", `ip link set lo up && exec "$@"`, "sh"}, argv...)
}

// relay connects whoever comes to the socket file that it gives with the port
// of this host's loopback address that the first line names.
func relay(t *testing.T) (file string) {
	t.Helper()
	folder, err := os.MkdirTemp("", "relay") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	file = filepath.Join(folder, "socket")
	listener, err := net.Listen("unix", file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			here, err := listener.Accept()
			if err != nil {
				return // closed
			}
			go pass(here)
		}
	}()
	return file
}

func pass(here net.Conn) {
	defer func() { _ = here.Close() }()
	in := bufio.NewReader(here)
	port, err := in.ReadString('\n')
	if err != nil {
		return
	}
	there, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strings.TrimSpace(port)))
	if err != nil {
		return // the browser sees that nobody answers
	}
	defer func() { _ = there.Close() }()
	var ways sync.WaitGroup
	ways.Go(func() {
		_, _ = io.Copy(there, in)
		_ = there.(*net.TCPConn).CloseWrite()
	})
	ways.Go(func() {
		_, _ = io.Copy(here, there)
		_ = here.Close() // the server has ended: nothing more is asked of it
	})
	ways.Wait()
}
