package samba

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Foreign gives the data folders of those containers of this RunDir that do not
// run out of this DataDir. A folder that was copied has the RunDir of the one
// that it was copied from, and so its domain controllers. A container itself
// says where its state is: on its command line.
func (e *Engine) Foreign() ([]string, error) {
	entries, err := os.ReadDir(e.cfg.RunDir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var folders []string
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".pid") {
			continue
		}
		p, alive := readPIDFile(filepath.Join(e.cfg.RunDir, entry.Name()))
		if !alive {
			continue
		}
		folder, err := folderOf(p.PID)
		if errors.Is(err, os.ErrNotExist) || err == nil && folder == "" {
			continue // it ended just now
		}
		if err != nil {
			return nil, err
		}
		if !sameFile(folder, e.cfg.DataDir) {
			folders = append(folders, folder)
		}
	}
	return folders, nil
}

// folderOf reads the data folder off the command line that spawn made:
// "… --config <data folder>/dcs/<dc id>/config.json".
func folderOf(pid int) (string, error) {
	line, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	if err != nil {
		return "", err
	}
	args := strings.Split(string(bytes.TrimRight(line, "\x00")), "\x00")
	for i, arg := range args[:len(args)-1] {
		if arg == "--config" {
			return filepath.Dir(filepath.Dir(filepath.Dir(args[i+1]))), nil
		}
	}
	return "", nil
}

func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}
