package netns

import (
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"
	"regexp"
	"sync"

	"github.com/entente-ad/entente/vpc"
)

// Config configures an Engine.
type Config struct {
	Tag    string // of the data folder, 1 to 6 lower-case letters and digits; in every name that is made
	RunDir string // shared by all data folders of the host; "" means /run/entente

	// Upstreams are DNS servers that every domain controller may ask, whatever
	// its filter and routes say, as AWS's own resolver can always be asked.
	Upstreams []netip.Addr
	Log       *slog.Logger // nil means slog.Default()
}

// Engine makes and removes the networks of one data folder. Its methods may be
// called at the same time; those that write wait for one another.
type Engine struct {
	tag       string
	runDir    string
	upstreams []netip.Addr
	log       *slog.Logger
	filters   filters
	attached  func(dc string) // told of interfaces that were made; nil means nobody

	mu      sync.Mutex // one writer at a time
	blocked bool       // the host's firewall was seen to drop forwarded packets
}

var (
	validTag  = regexp.MustCompile(`^[0-9a-z]{1,6}$`)
	validName = regexp.MustCompile(`^[0-9a-z]([0-9a-z-]{0,13}[0-9a-z])?$`)
	validID   = regexp.MustCompile(`^vpc-[0-9a-f]{8,}$`)

	validHostLink = regexp.MustCompile(`^e[0-9a-z]{1,6}-[0-9a-f]{7}$`) // of any tag
)

// New builds an Engine. It touches nothing.
func New(cfg Config) (*Engine, error) {
	if !validTag.MatchString(cfg.Tag) {
		return nil, fmt.Errorf("the tag %q is not 1 to 6 lower-case letters and digits", cfg.Tag)
	}
	if cfg.RunDir == "" {
		cfg.RunDir = "/run/entente"
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return &Engine{tag: cfg.Tag, runDir: cfg.RunDir, upstreams: cfg.Upstreams, log: cfg.Log}, nil
}

// OnAttach has f called with the domain controller's name whenever AttachDC
// made its interface, or made it anew, so that rules and routes come to it at
// once. f must not block. It is called before anything else is.
func (e *Engine) OnAttach(f func(dc string)) { e.attached = f }

// Names are the only record of what belongs to whom. Interface names have at
// most 15 characters.
const (
	namespaceDir = "/run/netns" // where ip(8) looks
	uplink       = "host"       // the router's end of the link to the host
	dcLink       = "eth0"       // a domain controller's interface
	bridgePrefix = "br-"
	routerMark   = "vpc-"
)

func (e *Engine) prefix() string { return "entente-" + e.tag + "-" }

// routerName names a VPC's router namespace: "entente-1a2b-vpc-89abcdef".
func (e *Engine) routerName(id vpc.ID) string { return e.prefix() + routerMark + last(string(id), 8) }

// dcName names a domain controller's namespace: "entente-1a2b-dc-0123456789".
func (e *Engine) dcName(name string) string { return e.prefix() + name }

// hostLink names the host's end of the link to a VPC: "e1a2b-9abcdef".
func (e *Engine) hostLink(id vpc.ID) string { return "e" + e.tag + "-" + last(string(id), 7) }

// bridgeName names a subnet's bridge in the router.
func bridgeName(id vpc.SubnetID) string { return bridgePrefix + last(string(id), 8) }

// Path is where the network namespace of the domain controller with that id
// is, whether it exists or not.
func (e *Engine) Path(dcID string) string { return filepath.Join(namespaceDir, e.dcName(dcID)) }

func (e *Engine) routerPath(id vpc.ID) string { return filepath.Join(namespaceDir, e.routerName(id)) }

func last(s string, n int) string { return s[max(0, len(s)-n):] }
