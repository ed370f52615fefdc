package samba

import (
	"encoding/json"
	"time"

	"github.com/entente-ad/entente/directory"
)

// The control protocol: one JSON request and one JSON reply per connection of
// the container's Unix socket, which lies in a folder that only root enters.
// A caller that hangs up stops the work it asked for. A request may come with
// an open file, for what is too large for it (passed.go).

// Operations of the control socket.
const (
	opStatus          = "status"
	opStop            = "stop"
	opProvision       = "provision"        // Job "provision" or "join" into a fresh database
	opJob             = "job"              // any other job of the runner
	opRestartWinbindd = "restart-winbindd" // alone, the rest runs on
	opReloadConfig    = "reload-config"    // winbindd learns of trusts that came by replication
	opSetForwarders   = "set-forwarders"   // the complete set of rules
	opConfigure       = "configure"        // what is set of this DC beyond what all have
	opBackup          = "backup"           // to the file passed
	opRestore         = "restore"          // Job "restore" from the file passed, into a fresh database
)

// request is what the Engine asks of a container. Secrets in it are revealed:
// it goes over a Unix socket from root to root and is never kept or logged.
type request struct {
	Op         string
	Job        json.RawMessage         `json:",omitempty"` // the runner's job
	Secrets    []string                `json:",omitempty"` // to be taken out of all output
	TLS        *tlsFiles               `json:",omitempty"` // with opProvision
	Nameserver string                  `json:",omitempty"` // with opProvision: who is asked meanwhile
	Forwarders *directory.ForwardRules `json:",omitempty"`
	Config     *directory.DCConfig     `json:",omitempty"`
	Token      string                  `json:",omitempty"` // with opRestore: which restore it is
	Upstreams  bool                    `json:",omitempty"` // with opStatus: those of the forwarder too
}

// tlsFiles are PEM texts.
type tlsFiles struct{ Key, Cert, CA string }

type reply struct {
	Error  string           `json:",omitempty"`
	Kind   string           `json:",omitempty"`
	Value  json.RawMessage  `json:",omitempty"` // what a job returned
	Status *containerStatus `json:",omitempty"`
}

// containerStatus is what a container tells of itself.
type containerStatus struct {
	Provisioned        bool
	DomainSID          string
	Restored           string   // the Token of the restore that made the database; "" for others
	Removed            []string // remote domains of the trusts that it removed
	Processes          []directory.ProcessSeen
	LastLog            []string
	LaunchTime         time.Time
	ForwardersRevision int64
	Upstreams          []directory.UpstreamHealth `json:",omitempty"`
}
