package samba

import (
	"os"
	"strconv"

	"github.com/entente-ad/entente/directory"
)

// astray reports whether the DC's container lives in another network namespace
// than the one that has its name, as after somebody deleted the name: it
// answers us, and nobody else, and nothing that is attached reaches it.
func (e *Engine) astray(dc directory.DCID) bool {
	p, alive := readPIDFile(e.pidFile(dc))
	return alive && elsewhere(p.PID, e.cfg.NetNSPath(dc))
}

// elsewhere reports whether a process is in another network namespace than the
// one mounted at path. What cannot be seen is taken to be in order.
func elsewhere(pid int, path string) bool {
	its, err := os.Stat("/proc/" + strconv.Itoa(pid) + "/ns/net")
	if err != nil {
		return false
	}
	named, err := os.Stat(path)
	return os.IsNotExist(err) || err == nil && !os.SameFile(its, named)
}
