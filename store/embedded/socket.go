package embedded

import (
	"fmt"
	"os"
	"path/filepath"
)

// Socket is where the etcd of the folder dir listens.
func Socket(dir string) string { return filepath.Join(dir, "etcd.sock") }

// Endpoint gives what a client of the etcd that another process runs in dir
// connects to.
func Endpoint(dir string) string { return "unix://" + Socket(dir) }

// maxSocketPath is what fits sun_path (unix(7)), its final NUL not counted.
const maxSocketPath = 107

// socket is a name of the folder's socket that the kernel takes: a folder with
// a long path is named by an open descriptor instead, so the name is good in
// this process alone.
type socket struct {
	path string
	dir  *os.File // keeps the short name valid; nil when not needed
}

func newSocket(dir string) (s *socket, err error) {
	s = &socket{path: Socket(dir)}
	if len(s.path) <= maxSocketPath {
		return s, nil
	}
	if s.dir, err = os.Open(dir); err != nil {
		return nil, err
	}
	s.path = fmt.Sprintf("/proc/self/fd/%d/%s", s.dir.Fd(), filepath.Base(s.path))
	return s, nil
}

func (s *socket) endpoint() string { return "unix://" + s.path }

func (s *socket) close() {
	if s.dir != nil {
		_ = s.dir.Close()
	}
}
