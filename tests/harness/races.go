package harness

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// races is how the names of the files begin that the race detector writes for
// the server's own process.
func (s *Server) races() string {
	return filepath.Join(os.TempDir(), filepath.Base(s.DataDir)+".race")
}

// foundRaces is an error with what the race detector found in the server and in
// its containers, which write it into their logs. Its own files are removed.
func (s *Server) foundRaces() error {
	reports, err := filepath.Glob(s.races() + ".*")
	for _, file := range reports {
		said, readErr := os.ReadFile(file)
		err = errors.Join(err, readErr, os.Remove(file), fmt.Errorf("the race detector found in entente serve:\n%s", said))
	}
	logs, globErr := filepath.Glob(filepath.Join(s.DataDir, "dcs", "*", "log", "init.log*"))
	err = errors.Join(err, globErr)
	for _, file := range logs {
		said, readErr := os.ReadFile(file)
		err = errors.Join(err, readErr)
		if i := bytes.Index(said, []byte("WARNING: DATA RACE")); i >= 0 {
			err = errors.Join(err, fmt.Errorf("the race detector found, of %s:\n%s", file, said[i:]))
		}
	}
	return err
}
