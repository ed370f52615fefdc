package harness

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhatTheRaceDetectorSaysOfAServerIsFound(t *testing.T) {
	s := &Server{DataDir: filepath.Join(t.TempDir(), "entente-data-"+t.Name())}
	logs := filepath.Join(s.DataDir, "dcs", "dc-0123456789", "log")
	if err := os.MkdirAll(logs, 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(file, content string) {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(logs, "init.log"), "started\n")
	if err := s.foundRaces(); err != nil {
		t.Errorf("nothing was found, and it says %v", err)
	}
	write(filepath.Join(logs, "init.log"), "started\nWARNING: DATA RACE\nof a container\n")
	write(s.races()+".42", "WARNING: DATA RACE\nof the server\n")
	err := s.foundRaces()
	if err == nil || !strings.Contains(err.Error(), "of a container") || !strings.Contains(err.Error(), "of the server") {
		t.Errorf("it says %v", err)
	}
	if _, err := os.Stat(s.races() + ".42"); err == nil {
		t.Error("the detector's file is left behind")
	}
}
